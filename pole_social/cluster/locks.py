"""Kernel file locks: they vanish with their holder, even one killed with -9, so none can go stale."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """Open a lock file, which belongs to the owner of its directory even when root makes it.

    The descriptor closes on exec (Python's default): a server that inherited it would count as a user
    of itself, and the last one out would never be the last.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock alone for the length of the block, waiting for it first."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        release(descriptor)


def shared(path: Path) -> int:
    """Hold the lock with others; the returned descriptor is the claim."""
    descriptor = open_lock(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def release(descriptor: int) -> None:
    """Drop a claim at once, for forked children too: closing alone would wait for the last of them."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def nobody_holds(path: Path) -> bool:
    """Say whether no process at all holds the lock."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
