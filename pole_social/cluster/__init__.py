"""The embedded PostgreSQL: used when DATABASE_URL is not set, so that a bare machine has a real database.

Every process that uses it holds a shared kernel lock; the last one out stops the server. A server left by
processes killed with -9 is taken over by the next. Knows nothing of Django: settings call it.
See docs/decisions/ for the alternatives that were measured.
"""

import atexit
import os
from contextlib import suppress
from pathlib import Path

from . import locks, server
from .errors import ClusterUnavailable
from .server import NAME, Cluster
from .sockets import PORT

__all__ = ["NAME", "PORT", "ClusterUnavailable", "acquire"]

# This process's claims, by cluster directory.
_claims: dict[Path, int] = {}


def acquire(directory: Path, *, durable: bool) -> str:
    """Make the cluster of this directory serve for as long as this process lives.

    Returns the host (a socket directory) of the database and user `NAME`, port `PORT`. A cluster that is
    not durable is for tests: quick, and lost in a power cut. May be called again, to restart a dead server.
    Raises ClusterUnavailable, whose message is one sentence for the person at the keyboard.
    """
    cluster = Cluster(_own_directory(directory), durable)
    with locks.exclusive(cluster.start_lock):
        # Before the server starts: an interruption from here on still finds who must stop it.
        _claim(cluster)
        server.ensure(cluster)
    return str(cluster.socket)


def _own_directory(directory: Path) -> Path:
    """The directory, made if missing and closed to others. Raises ClusterUnavailable if it is not ours."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Before the chmod, which would close a directory of the system to everybody else.
        if not _is_ours(directory):
            raise ClusterUnavailable(
                f"{directory} contient autre chose qu'une base embarquée : donnez à POLE_SOCIAL_CLUSTER_DIR "
                "un dossier vide ou à créer."
            )
        directory.chmod(0o700)
    except OSError as error:
        raise ClusterUnavailable(
            f"{directory} n'est pas à vous ({error.strerror}) : changez son propriétaire, ou donnez DATABASE_URL."
        ) from error
    return directory.resolve()


def _is_ours(directory: Path) -> bool:
    """Empty, or with what a cluster leaves from its first second on."""
    if not any(directory.iterdir()):
        return True
    marks = (directory / "start.lock", directory / "data" / "PG_VERSION")
    return any(mark.exists() for mark in marks) or any(directory.glob(f"{server.UNFINISHED}*"))


def _claim(cluster: Cluster) -> None:
    if cluster.directory not in _claims:
        _claims[cluster.directory] = locks.shared(cluster.users_lock)
        atexit.register(_leave, cluster, os.getpid())


def _leave(cluster: Cluster, owner: int) -> None:
    """Drop this process's claim and, as the last one out, stop the server."""
    # A forked worker runs its parent's exit functions too, and must not stop the parent's database.
    if os.getpid() != owner:
        return
    # A directory deleted in the meantime has nothing left to stop.
    with suppress(FileNotFoundError), locks.exclusive(cluster.start_lock):
        locks.release(_claims.pop(cluster.directory))
        if locks.nobody_holds(cluster.users_lock):
            server.stop(cluster)
