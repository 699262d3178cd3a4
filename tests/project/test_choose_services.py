"""Which commands of manage.py start the embedded services."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from electioncenters.embedded.paths import EmbeddedPaths
from manage import WITHOUT_SERVICES, needs_services

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "line", ["migrate", "shell", "load_facts --dry-run", "ingest - --wait 3", "--no-color migrate", "createsuperuser"]
)
def test_services_are_needed_by_commands_that_read_or_write_data(line: str) -> None:
    assert needs_services(line.split())


@pytest.mark.parametrize("line", ["", "help", "--version", "check", "compile_locale", "migrate --help", "up"])
def test_services_are_not_needed_by_others(line: str) -> None:
    assert not needs_services(line.split())


def test_commands_without_services_exist() -> None:
    from django.core.management import get_commands

    assert WITHOUT_SERVICES - {"help", "version"} <= set(get_commands())


def test_settings_start_nothing_when_imported(tmp_path: Path) -> None:
    """In a checkout of its own, whose services nobody runs."""
    code = "import electioncenters.settings as s; print(s.DATABASES['default']['HOST'], s.REDIS_URL)"
    environ = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    shutil.copytree(_PROJECT / "electioncenters", tmp_path / "electioncenters")
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = EmbeddedPaths.for_checkout(tmp_path)
    assert done.stdout.split() == [str(paths.sockets), paths.redis_url]
    assert not paths.sockets.exists()
    assert not paths.data.exists()
