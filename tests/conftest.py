"""The permanent cast, one line each on what they may see, and the few fixtures every screen needs."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Generator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from pytest_django.plugin import blocking_manager_key

from parcours.demonstration.builders import SEED, UsagerFactory, fake
from pole_social.models import Agent
from tests.world import load_world, restore_world

# TERM on `make test` unwinds like Ctrl-C, so that the last one out stops the embedded PostgreSQL.
signal.signal(signal.SIGTERM, signal.default_int_handler)

# No clock in a test: a shared machine may stop for two seconds between two examples.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")

PASSWORD = "le-mot-de-passe-des-tests"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The referentials and the cast stand for the whole session, like in a real hub."""
    with django_db_blocker.unblock():
        load_world(PASSWORD)
    # What stands now stands until the end: collecting garbage need not look at it again.
    gc.freeze()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # A browser's or a thread's connection may outlive its test; the database could not be dropped.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def empty_the_journal() -> None:
    """The flush leaves the journal, which refuses to be emptied: its owner lifts the triggers to do it here."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pole_social_acces DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM pole_social_acces")
        cursor.execute("ALTER TABLE pole_social_acces ENABLE TRIGGER USER")


def empties_the_tables(item: pytest.Item) -> bool:
    """A transactional test (threads, browser) truncates every table when it ends."""
    marker = item.get_closest_marker("django_db")
    names: list[str] = getattr(item, "fixturenames", [])
    return bool(marker and marker.kwargs.get("transaction")) or bool({"transactional_db", "live_server"} & set(names))


# The files whose tests are few and long: begun last, one worker would finish them alone.
LONG = ("navigateur/", "test_demo.py", "test_cluster.py", "test_bench.py", "test_demonstration.py", "test_secret.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Whatever test comes next, in whatever order, finds the world again.

    After the last one there is no test database any more, and nothing to load it into.
    """
    yield
    if nextitem and empties_the_tables(item):
        with item.config.stash[blocking_manager_key].unblock():
            empty_the_journal()
            restore_world()


@pytest.fixture(autouse=True)
def _same_people() -> None:
    """Faker gives the same names in the same test, whatever ran before."""
    fake.seed_instance(SEED)


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """Everybody, by username (`cast.assistant_social_2`); fresh rows, nothing cached.

    gos, gos_2, assistante_administrative: the desk of Issy; people whose passage or demande is there
    responsable_accueil: the same, as its responsable
    assistant_social: unité évaluation of Issy; the relais sent to it, the evaluations they make
    responsable_evaluation: metadata of those; their content while a validation waits
    assistant_social_2, cesf, educateur, conseiller_insertion: unité accompagnement; their parcours
    psychologue: the same unité; own écrits and the team's
    responsable_accompagnement: the file active, metadata only
    puericultrice, auxiliaire, sage_femme, medecin, eje: PMI; parcours they are in; circle santé (not eje)
    ccf: santé sexuelle
    responsable_sst: metadata of the whole territoire of Issy
    dpo, admin: no person at all
    gos_chatenay, assistant_social_chatenay, responsable_chatenay: another territoire; nobody of Issy
    """
    return SimpleNamespace(**{agent.username.replace("-", "_"): agent for agent in Agent.objects.all()})


@pytest.fixture
def sign_in() -> Callable[[Agent], Client]:
    """A browser in which this agent is signed in."""

    def signed_in(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent)
        return client

    return signed_in


@pytest.fixture
def aminata(cast: SimpleNamespace) -> object:
    """Aminata Traoré, of Issy, to whom nobody is related yet."""
    return UsagerFactory(nom_usage="Traoré", prenoms="Aminata", naissance_annee=1991)
