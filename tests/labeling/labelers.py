"""The label service as a process of its own, and what existing clients make of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from atproto import FirehoseSubscribeLabelsClient, parse_subscribe_labels_message
from atproto_client.models.com.atproto.label.subscribe_labels import Info, Labels
from django.conf import settings
from django.db import connection

from labeling.atproto import SigningKey

KEY = SigningKey("9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c")
OTHER_KEY = SigningKey("f0f4df55a2b3ff13051ea814a8f24ad00f2e469af73c363ac7e9fb999a9072ed")
DID = "did:web:elections.example"
#: Seconds a step may take on a busy machine.
PATIENCE = 60.0


def database_url() -> str:
    """The test's own database, as `DATABASE_URL` spells it."""
    found = connection.settings_dict
    login = quote(found["USER"]) + (f":{quote(found['PASSWORD'])}" if found["PASSWORD"] else "")
    where = urlencode({"host": found["HOST"], "port": found["PORT"]})
    return f"postgresql://{login}@/{quote(found['NAME'])}?{where}"


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until `condition` holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen in {PATIENCE:g} s"
        time.sleep(0.02)


class Labeler:
    """`manage.py labeler` on the test's database, started and ended by the test as often as it likes."""

    def __init__(self, log: Path, **environ: str) -> None:
        self._log = log
        self._environ = {"LABELER_KEY": KEY.secret, "LABELER_DID": DID, "LABELER_URL": f"https://{DID[8:]}"} | environ
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self, **environ: str) -> None:
        """Returns when it listens; started again, it listens where it did before."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "labeler", "--port", str(self.port)],
                cwd=settings.BASE_DIR,
                env=os.environ | {"DATABASE_URL": database_url()} | self._environ | environ,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert "are served on port" in said, self._log.read_text()
        self.port = int(said.rstrip(".\n").rpartition(" ")[2])

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; returns the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(number)
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return code

    @property
    def url(self) -> str:
        """Its address for plain requests."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def streams(self) -> str:
        """Its address as stream clients take it."""
        return f"ws://127.0.0.1:{self.port}/xrpc"


class Subscriber:
    """The library's own client in a thread; it connects again by itself when the service restarts."""

    def __init__(self, labeler: Labeler, cursor: int | None = None) -> None:
        params = None if cursor is None else {"cursor": cursor}
        self._client = FirehoseSubscribeLabelsClient(params, base_uri=labeler.streams, recv_timeout=None)
        self.messages: list[Labels | Info] = []
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._client.start(self._take)
        except BaseException as error:  # kept for the test, which looks at it
            self.error = error

    def _take(self, frame: Any) -> None:
        message = parse_subscribe_labels_message(frame)
        self.messages.append(message)
        if isinstance(message, Labels):
            # What a client that wants to miss nothing does: come back with the last number.
            self._client.update_params({"cursor": message.seq})

    @property
    def events(self) -> list[Labels]:
        """Messages with labels, in the order of their arrival."""
        return [message for message in self.messages if isinstance(message, Labels)]

    def await_events(self, count: int) -> list[Labels]:
        """The first `count` of them, and no more may have come."""
        wait_for(lambda: len(self.events) >= count or self.error, f"the arrival of {count} labels")
        assert self.error is None, self.error
        assert len(self.events) == count
        return self.events

    def await_error(self) -> BaseException:
        """What ended it."""
        wait_for(lambda: self.error, "an error")
        assert self.error is not None
        return self.error

    def stop(self) -> None:
        """Leave."""
        self._client.stop()
        self._thread.join(PATIENCE)
