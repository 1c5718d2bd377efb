"""Which process serves a data directory: a pid file is believed only if it names a live postgres of it."""

import os
import subprocess
from pathlib import Path

# Above any kernel's limit: PostgreSQL finds no such process, and goes on to check the shared memory.
NEVER_A_PID = 2**31 - 1
# Lines of postmaster.pid, counted from zero (PostgreSQL's pidfile.h).
PID_LINE, STATUS_LINE = 0, 7


def live_postmaster(data: Path) -> int | None:
    """The pid of the running server of this data directory, or None."""
    try:
        pid = int(_lines(data)[PID_LINE])
    except (IndexError, ValueError):
        return None
    return pid if pid > 0 and _serves(pid, data) else None


def status(data: Path) -> str:
    """What the server says of itself: `starting`, `ready`, `stopping`, or nothing yet."""
    lines = _lines(data)
    return lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""


def disown_stale_pid_file(data: Path) -> None:
    """Take out of a dead server's pid file a pid that may since belong to somebody else.

    The file itself stays: it also names the shared memory, by which PostgreSQL refuses to start while
    backends of a killed server still write. Deleting it would lose that guard.
    """
    path = data / "postmaster.pid"
    lines = _lines(data)
    if not lines:
        path.unlink(missing_ok=True)
        return
    if live_postmaster(data) is not None:
        return
    owner = path.stat()
    fresh = data / "postmaster.pid.new"
    fresh.write_text("\n".join([str(NEVER_A_PID), *lines[1:], ""]))
    fresh.chmod(0o600)
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _serves(pid: int, data: Path) -> bool:
    """Say whether the process is a postgres started on this data directory; a zombie is not."""
    if not Path("/proc/self/cmdline").exists():
        return _serves_by_ps(pid, data)
    try:
        arguments = os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except OSError:
        return False
    return Path(arguments[0]).name == "postgres" and (str(data) in arguments or _works_in(pid, data))


def _works_in(pid: int, data: Path) -> bool:
    """Recognise by its working directory a server whose data directory was moved while it ran."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False


def _serves_by_ps(pid: int, data: Path) -> bool:
    """The same where there is no /proc (macOS)."""
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return f"postgres -D {data} " in said
