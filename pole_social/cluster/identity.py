"""As whom PostgreSQL's programs run: they refuse root, and nothing outside the cluster may change owner."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from .errors import ClusterUnavailable

# The conventional "nobody": no account has to be made for it.
NOBODY = 65534


@dataclass(frozen=True)
class Identity:
    """Either our own user, maybe in a user namespace (`prefix`), or another one (`uid`, `gid`)."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def popen(self, command: list[str], output: IO[bytes] | int, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program under this identity, out of reach of a Ctrl-C in the terminal (own session)."""
        return subprocess.Popen(
            [*self.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(environment),
            # Another user may not be able to enter the directory that we stand in.
            cwd="/",
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            umask=0o077,
            start_new_session=True,
        )

    def run(self, command: list[str]) -> tuple[int, str]:
        """Run a program to its end; its exit code and what it said."""
        process = self.popen(command, subprocess.PIPE)
        try:
            output, _ = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process.returncode, output.decode(errors="replace")


def _environment(added: dict[str, str]) -> dict[str, str]:
    """Our environment without PostgreSQL's variables, which are meant for another server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **added}


@cache
def _unshare() -> str | None:
    """The path of `unshare` where it can make a user namespace, else None (some containers forbid it)."""
    program = shutil.which("unshare")
    if program is None:
        return None
    trial = subprocess.run([program, "--user", "true"], capture_output=True, check=False)
    return program if trial.returncode == 0 else None


def identity_for(directory: Path) -> Identity:
    """Choose who runs the cluster of this directory; may give the directory, and it alone, to nobody.

    An ordinary user runs it. Root runs it in a user namespace, where PostgreSQL does not see uid 0 and no
    file changes owner; where namespaces are forbidden, as nobody; and as its owner where another user made
    it.
    """
    if os.geteuid() != 0:
        return Identity()
    owner = directory.stat()
    if owner.st_uid != 0:
        return Identity(uid=owner.st_uid, gid=owner.st_gid)
    program = _unshare()
    if program is not None:
        return Identity(prefix=(program, "--user"))
    _give(directory, NOBODY)
    return Identity(uid=NOBODY, gid=NOBODY)


def _give(directory: Path, owner: int) -> None:
    """Give the directory and what it holds; never its parents, which are not ours to open."""
    for root, folders, files in os.walk(directory):
        for name in (*folders, *files):
            os.lchown(Path(root, name), owner, owner)
    # Last: a crash before this line leaves the directory to root, and the next start does it all again.
    os.lchown(directory, owner, owner)


def check_reach(identity: Identity, program: Path, directory: Path) -> None:
    """Refuse early, in one sentence, where another user cannot pass through the parent directories.

    Raises ClusterUnavailable.
    """
    if identity.uid is None:
        return
    test = ["/bin/sh", "-c", 'test -x "$0" && test -w "$1"', str(program), str(directory)]
    if identity.run(test)[0] != 0:
        raise ClusterUnavailable(
            f"PostgreSQL refuse de tourner en root et l'utilisateur {identity.uid} ne peut pas atteindre "
            f"{program} ou {directory} : placez le projet hors d'un dossier privé, lancez-le sous un compte "
            "ordinaire, ou donnez DATABASE_URL."
        )
