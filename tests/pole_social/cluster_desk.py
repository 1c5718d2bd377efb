"""A desk for the tests of the launcher: real processes that use one cluster, seated, sent away, killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from pole_social.cluster import identity, process, server
from tests.pole_social.signals import hear_the_terminal

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
NOBODY = identity.NOBODY
AS_ROOT = os.geteuid() == 0


USER = """
import sys
from pathlib import Path
from pole_social.cluster import ClusterUnavailable, acquire
{before}
try:
    print(acquire(Path(sys.argv[1]), durable={durable}), flush=True)
except ClusterUnavailable as error:
    sys.exit(str(error))
{after}
"""
# Reads until its input closes: a user that stays until told to leave.
STAY = "sys.stdin.read()"
# Once everything is imported: the interpreter itself may be out of reach of an ordinary user.
BECOME_NOBODY = f"""
import os, psycopg, encodings.idna, encodings.utf_8
os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})
"""


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


class Desk:
    """One cluster directory and the processes that use it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.users: list[subprocess.Popen[str]] = []

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def send(
        self,
        *,
        before: str = "",
        after: str = STAY,
        durable: bool = False,
        path: str | None = None,
    ) -> subprocess.Popen[str]:
        """Start a user, in a process group of its own, as from a terminal."""
        script = USER.format(before=before, after=after, durable=durable)
        user = subprocess.Popen(
            [sys.executable, "-c", script, str(self.directory)],
            cwd=ROOT,
            env=os.environ | ({} if path is None else {"PATH": path}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
            preexec_fn=hear_the_terminal,
        )
        self.users.append(user)
        return user

    def seat(self, **options: object) -> subprocess.Popen[str]:
        """Start a user and wait until it is served."""
        user = self.send(**options)  # type: ignore[arg-type]
        host_of(user)
        return user

    def refused(self, **options: object) -> str:
        """Start a user who cannot be served; the sentence that it was told."""
        user = self.send(**options)  # type: ignore[arg-type]
        output, said = user.communicate(timeout=PATIENCE_S)
        assert (output, user.returncode) == ("", 1), said
        return said.strip()

    def postmaster(self) -> int | None:
        return process.live_postmaster(self.data)

    def running(self) -> int:
        found = self.postmaster()
        assert found is not None
        return found

    def connect(self) -> psycopg.Connection:
        host = server.Cluster(self.directory, durable=False).socket
        return psycopg.connect(host=str(host), port=5432, user="pole_social", dbname="pole_social")

    def ask(self, query: LiteralString) -> object:
        with self.connect() as connection:
            row = connection.execute(query).fetchone()
            return None if row is None else row[0]

    def log(self) -> str:
        return (self.directory / "postgres.log").read_text()

    def close(self) -> None:
        for user in self.users:
            if user.poll() is None:
                user.kill()
            user.communicate()
        server.stop(server.Cluster(self.directory, durable=False))


def is_dead(pid: int) -> bool:
    """Gone, or a zombie that its adoptive parent has not yet noticed: it has no command line any more."""
    return not subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.startswith("/")


def host_of(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    host = user.stdout.readline().strip()
    if not host:
        pytest.fail(f"not served: {user.communicate(timeout=PATIENCE_S)}")
    return host


def leave(user: subprocess.Popen[str]) -> None:
    _, said = user.communicate(timeout=PATIENCE_S)
    assert (user.returncode, said) == (0, "")


def kill(user: subprocess.Popen[str]) -> None:
    user.kill()
    user.communicate()
