"""`manage.py demo`: from nothing to a page that can be opened, in one process and one command."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from pole_social.entrance import Application, guarded
from pole_social.models import Agent

HOST = "127.0.0.1"
MODES = ("local", "test")
# After a bulk load the list of accounts would push the address off the screen.
SHOWN_AGENTS = 40


class Command(BaseCommand):
    """Migrate, load the demonstration into an empty database, say how to sign in, serve."""

    help = "Prépare la base, charge la démonstration si elle est vide, et sert l'application."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="8000 par défaut")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or TERM. Raises CommandError with one French sentence."""
        if settings.MODE not in MODES:
            raise CommandError("La démonstration n'existe pas en production.")
        signal.signal(signal.SIGTERM, _leave)
        port = _free_port(options["port"])
        password = _prepare_database()
        application = guarded(get_wsgi_application())
        # A connection shared by forked workers would mix their answers.
        connections.close_all()
        DemoServer(application, port, announcement(port, password)).run()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """On TERM, leave as after an error: the embedded database then stops with us."""
    sys.exit(128 + signal.SIGTERM)


def _free_port(typed: str) -> int:
    """The port, checked before the database is touched. Raises CommandError."""
    if not (typed.isascii() and typed.isdigit() and 0 < int(typed) < 65536):
        raise CommandError(f"PORT doit être un nombre de 1 à 65535, pas « {typed} ».")
    with socket.socket() as trial:
        # As gunicorn does: a port left a moment ago counts as free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, int(typed)))
        except OSError as error:
            raise CommandError(
                f"Le port {typed} n'est pas libre ({error.strerror}) : choisissez-en un autre, "
                "par exemple PORT=8001 make demo."
            ) from error
    return int(typed)


# --- Database and password ------------------------------------------------------------------------


def _prepare_database() -> str:
    """Bring the database to the demonstration's state; the password that its agents have."""
    kept = _kept_password()
    password = os.environ.get("DEMO_PASSWORD") or kept or secrets.token_urlsafe(12)
    if os.environ.get("DATABASE_URL"):
        _refuse_real_work(password, kept)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)
    if not Agent.objects.exists():
        call_command("seed_demo", password=password, verbosity=0)
    else:
        _align_passwords(password)
    _keep_password(password)
    return password


def _refuse_real_work(password: str, kept: str) -> None:
    """Before anything is written: raises CommandError if the agents never had the demonstration's password."""
    if Agent._meta.db_table not in connection.introspection.table_names():
        return
    witness = _witness()
    if witness and not any(known and witness.check_password(known) for known in (password, kept)):
        raise CommandError(
            "La base de DATABASE_URL a déjà des agents, et le mot de passe de la démonstration n'est pas le "
            "leur : donnez une base vide, ou leur mot de passe par DEMO_PASSWORD."
        )


def _witness() -> Agent | None:
    """One active agent, read from the columns that every version of the table has."""
    found = Agent.objects.filter(is_active=True).select_related(None).only("username", "password")
    return found.order_by("username").first()


def _align_passwords(password: str) -> None:
    """Give the agents the password that will be printed, where they have another."""
    witness = _witness()
    if witness and not witness.check_password(password):
        Agent.objects.update(password=make_password(password))


def _password_file() -> Path:
    """Beside the clusters, out of the repository; also where the database is elsewhere."""
    root = os.environ.get("POLE_SOCIAL_CLUSTER_DIR") or Path(settings.BASE_DIR, ".postgres")
    return Path(root, "demo-password")


def _kept_password() -> str:
    try:
        return _password_file().read_text().strip()
    except FileNotFoundError:
        return ""


def _keep_password(password: str) -> None:
    """Write the password for the next run, readable by nobody else."""
    path = _password_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{password}\n")
    fresh.replace(path)


# --- What is said, what is served -----------------------------------------------------------------


def announcement(port: int, password: str) -> str:
    """Say where to go and as whom to sign in, from the agents that the database really has."""
    agents = Agent.objects.filter(is_active=True).order_by("username")
    shown = list(agents[:SHOWN_AGENTS])
    width = max((len(agent.username) for agent in shown), default=0)
    lines = [f"  {agent.username:<{width}}  {agent.metier.libelle}" for agent in shown]
    others = agents.count() - len(shown)
    if others:
        lines.append(f"  … et {others} autres")
    accounts = "\n".join(lines)
    return (
        f"\nPôle social : http://{HOST}:{port}\n\n"
        f"Comptes (données fictives) :\n{accounts}\n\n"
        f"Mot de passe de tous les comptes : {password}\n"
        "Ctrl-C pour arrêter.\n"
    )


def leave_ctrl_c_to_the_arbiter(worker: Worker) -> None:
    """Ctrl-C reaches the whole group: a worker that ends in the middle of an answer may wait for itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class DemoServer(BaseApplication):
    """Gunicorn in this process, as in production but for its size and its silence."""

    def __init__(self, application: Application, port: int, welcome: str) -> None:
        self.application = application
        self.port = port
        self.welcome = welcome
        # Read before gunicorn puts its own: ignored under nohup.
        self.survives_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().__init__()

    def load_config(self) -> None:
        """Set by code alone: GUNICORN_CMD_ARGS and a configuration file are for production."""
        chosen = {
            "bind": [f"{HOST}:{self.port}"],
            # One, so that a signal never falls on a second one that is still starting.
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "graceful_timeout": 5,
            # A worker that answers our own signal is no news.
            "loglevel": "error",
            "control_socket_disable": True,
            "when_ready": self.greet,
            "post_worker_init": leave_ctrl_c_to_the_arbiter,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        """The application, loaded before the workers fork."""
        return self.application

    def greet(self, arbiter: Arbiter) -> None:
        """Speak once the port listens. Ctrl-C and a closed terminal end us as TERM does.

        Gunicorn would reload at the second, and at the first send its workers a QUIT whose handler takes the lock of
        their threads: under a request it already holds, it waits for ever.
        """

        def end(_signal: int, frame: FrameType | None) -> None:
            arbiter.signal(signal.SIGTERM, frame)

        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if self.survives_terminal else end)
        print(self.welcome, flush=True)
