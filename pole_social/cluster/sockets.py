"""Where the server listens: a private directory, since whoever reaches the socket is trusted."""

import hashlib
import os
import stat
import sys
from pathlib import Path

from .errors import ClusterUnavailable

PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
# The kernel's sun_path, without its final NUL.
LONGEST_PATH = 107 if sys.platform == "linux" else 103


def socket_directory(directory: Path) -> Path:
    """Return the cluster's `socket/`, or a short one in /tmp where its path cannot be a socket's.

    A comma cannot either: libpq and the server both read it as a list of hosts.
    """
    inside = directory / "socket"
    path = os.fsencode(inside / SOCKET_NAME)
    if len(path) <= LONGEST_PATH and b"," not in path:
        return inside
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path("/tmp", f"pole-social-{name}")


def prepare_socket_directory(path: Path, directory: Path) -> None:
    """Make the directory, closed to everybody else, for the owner of the cluster.

    Raises ClusterUnavailable where somebody else already holds that name in the open /tmp.
    """
    owner = directory.stat()
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        os.chown(path, owner.st_uid, owner.st_gid)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.st_uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise ClusterUnavailable(
            f"{path} n'est pas un dossier privé de cette base : supprimez-le, ou donnez DATABASE_URL."
        )
