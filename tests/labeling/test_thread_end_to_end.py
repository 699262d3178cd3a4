"""The whole thread with nothing replaced: HTTP, PostgreSQL, the broker, and Celery workers that are killed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from labeling.models import ContentItem, IntakeBatch, Label, LabelDecision, Platform
from labeling.services.api_key import api_key_create
from labeling.services.matcher import matcher_forget
from tests.labeling.conftest import build_world, item

# Workers are processes of their own and the machine has few cores: never two of these tests at a time.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]

SAMPLE = Path(settings.BASE_DIR) / "labeling" / "data" / "sample_posts.ndjson"
#: Seconds a step may take on a busy machine.
PATIENCE = 90


class Workers:
    """Celery workers with their own beat, started and killed by the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """A worker of two processes on the test's database and broker."""
        number = len(self._running)
        command = [sys.executable, "-m", "celery", "-A", "electioncenters", "worker", "--beat", "--concurrency=2"]
        options = ["--schedule", str(self._folder / f"beat-{number}"), "--loglevel=WARNING", "--without-mingle"]
        with (self._folder / f"worker-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *options],
                cwd=settings.BASE_DIR,
                env=os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """`kill -9`, its children included."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """Whoever still lives."""
        for process in self._running:
            if process.poll() is None:
                self.kill(process)

    def logs(self) -> str:
        """What they said, for the message of a failure."""
        return "\n".join(path.read_text(errors="replace")[-4_000:] for path in sorted(self._folder.glob("*.log")))


def database_url() -> str:
    """The test's own database, as `DATABASE_URL` spells it."""
    found = connection.settings_dict
    login = quote(found["USER"]) + (f":{quote(found['PASSWORD'])}" if found["PASSWORD"] else "")
    options = {name: value for name, value in (found["OPTIONS"] or {}).items() if isinstance(value, str)}
    query = urlencode({"host": found["HOST"], "port": found["PORT"]} | options)
    return f"postgresql://{login}@/{quote(found['NAME'])}?{query}"


@pytest.fixture
def workers(tmp_path: Path, transactional_db: None) -> Iterator[Workers]:
    """Nobody survives the test."""
    started = Workers(tmp_path)
    yield started
    started.kill_all()
    matcher_forget()


def wait_for(condition: Callable[[], bool], what: str, workers: Workers) -> None:
    """Wait until `condition` holds; fail with the workers' logs when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            states = list(IntakeBatch.objects.values_list("state", "attempts", "error"))
            pytest.fail(f"{what} did not happen in {PATIENCE} s; batches {states}\n{workers.logs()}")
        time.sleep(0.05)


def all_finished() -> bool:
    """No batch waits any more."""
    return IntakeBatch.objects.exists() and not IntakeBatch.objects.unfinished().exists()


def platform_key() -> str:
    """A platform and its key."""
    return api_key_create(platform=Platform.objects.create(key="clips", name="Clips"), name="test")


def ingest(path: Path, url: str, key: str) -> str:
    """Hand a file in over HTTP."""
    out = io.StringIO()
    call_command("ingest", str(path), "--url", url, "--key", key, stdout=out, stderr=out)
    return out.getvalue()


def test_the_sample_is_labelled_by_a_worker_and_leads_to_the_right_centres(
    live_server: LiveServer, workers: Workers, client: Client
) -> None:
    call_command("load_facts", "--quiet", stdout=io.StringIO())
    key = platform_key()
    posts = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    workers.start()

    assert f"{len(posts)} accepted, 0 invalid" in ingest(SAMPLE, live_server.url, key)
    wait_for(all_finished, "labelling the sample", workers)

    (batch,) = IntakeBatch.objects.all()
    assert (batch.state, batch.attempts, batch.failed_count) == ("done", 1, 0)
    sure = {post["external_id"]: post["expected"] for post in posts if post["expected"]}
    found = labels_of(client, [post["external_id"] for post in posts])
    assert len(set(sure) & set(found)) > len(sure) * 0.7, "most of the election posts are labelled"
    assert len(set(found) - set(sure)) <= len(posts) * 0.03, "hardly any other post is"
    for external_id in set(sure) & set(found):
        for label in found[external_id]:
            page = client.get(label["link"].removeprefix(settings.PUBLIC_URL))
            assert page.status_code == 200
            assert client.get(label["why"].removeprefix(settings.PUBLIC_URL)).status_code == 200
    before = Label.objects.count(), ContentItem.objects.count(), LabelDecision.objects.count()

    ingest(SAMPLE, live_server.url, key)
    wait_for(all_finished, "labelling the sample again", workers)

    assert (Label.objects.count(), ContentItem.objects.count(), LabelDecision.objects.count()) == before
    assert IntakeBatch.objects.count() == 2


def labels_of(client: Client, external_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The labels shown on items, by the API, for those that have any."""
    found: dict[str, list[dict[str, Any]]] = {}
    for start in range(0, len(external_ids), 250):
        query = urlencode([("uri", f"clips:{name}") for name in external_ids[start : start + 250]])
        for entry in client.get(f"/api/v1/labels/?{query}").json()["items"]:
            if entry["labels"]:
                found[entry["uri"].removeprefix("clips:")] = entry["labels"]
    return found


def test_nothing_is_lost_or_doubled_when_the_worker_is_killed(
    live_server: LiveServer, workers: Workers, tmp_path: Path
) -> None:
    build_world()
    key = platform_key()
    path = tmp_path / "posts.ndjson"
    with path.open("w") as file:
        for number in range(50_000):
            text = "Am Sonntag: #ep2029" if number % 10 == 0 else "Mittagessen mit Oma"
            file.write(json.dumps(item(str(number), text=text, lang="de")) + "\n")
    first = workers.start()
    said: list[str] = []
    handing_in = threading.Thread(target=lambda: said.append(ingest(path, live_server.url, key)))
    handing_in.start()

    wait_for(lambda: done() >= 2, "finishing two batches", workers)
    workers.kill(first)
    cut = done()
    workers.start()
    handing_in.join(timeout=PATIENCE)
    assert "50000 accepted, 0 invalid" in said[0]
    wait_for(lambda: done() == 10 and all_finished(), "finishing all batches", workers)

    assert cut < 10, "the worker was killed in the middle"
    assert sum(IntakeBatch.objects.values_list("item_count", flat=True)) == 50_000
    assert sum(IntakeBatch.objects.values_list("label_count", flat=True)) == 5_000
    assert Label.objects.count() == ContentItem.objects.count() == LabelDecision.objects.count() == 5_000
    assert not IntakeBatch.objects.filter(payload__isnull=False).exists()


def done() -> int:
    """Finished batches."""
    return IntakeBatch.objects.filter(state="done").count()
