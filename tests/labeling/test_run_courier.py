"""`make run` tells platforms, too: its courier, as the supervisor starts it, takes what was sent and delivers it."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings

from electioncenters.supervisor.address import Address
from electioncenters.supervisor.plans import plans
from labeling.models import Platform, WebhookDelivery
from labeling.services.changes_sequence import changes_sequence
from labeling.services.matcher import matcher_forget
from labeling.services.webhook_endpoint import endpoint_add
from labeling.services.webhook_wake import webhooks_wake
from tests.browser.portal import database_url
from tests.labeling.conftest import build_world
from tests.labeling.test_record_changes import given_labels
from tests.servers import Answering, Received, http_server

_PATIENCE = 120.0  # seconds; a deadline, not a duration


@pytest.fixture
def clips(transactional_db: None, settings: Settings) -> Iterator[Platform]:
    """A platform in a world that other processes see."""
    settings.OUTBOUND_LOCAL = True
    build_world()
    yield Platform.objects.create(key="clips", name="Clips")
    matcher_forget()


@contextmanager
def courier_running(folder: Path) -> Iterator[None]:
    """The courier of `manage.py up`, on the test's database and broker."""
    address = Address("127.0.0.1", 8000)
    (plan,) = (one for one in plans(root=settings.BASE_DIR, data=folder, address=address, labeler=None)
               if one.name == "courier")  # fmt: skip
    database = connection.settings_dict
    environ = os.environ | plan.environ | {
        "DATABASE_URL": database_url(database, str(database["NAME"])),
        "REDIS_URL": settings.REDIS_URL,
        "OUTBOUND_LOCAL": "yes",
    }  # fmt: skip
    with (folder / "courier.log").open("wb") as log:
        process = subprocess.Popen(plan.command, cwd=plan.folder, env=environ, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_up_has_a_courier_that_delivers(clips: Platform, tmp_path: Path) -> None:
    arrived = threading.Event()

    def take(got: Received) -> int:
        arrived.set()
        return 200

    with http_server() as server:
        server.answering = Answering(take)
        endpoint_add(platform=clips, url=f"http://127.0.0.1:{server.port}/hook", user=None)
        given_labels(clips, "1")
        changes_sequence()
        cache.delete("webhooks-woken")
        assert webhooks_wake(), "a message to the couriers' queue"
        with courier_running(tmp_path):
            assert arrived.wait(_PATIENCE), (tmp_path / "courier.log").read_text(errors="replace")
    # The process was asked to end and has written down what came of it.
    assert list(WebhookDelivery.objects.values_list("state", "attempts")) == [("delivered", 1)]
