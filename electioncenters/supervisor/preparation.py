"""What `manage.py up` does before any child runs: database, translations, facts, static files, logins."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from accounts.services import DemoLogin, demo_users_ensure
from centers.services.sample_campaigns import sample_campaigns_ensure
from electioncenters.supervisor.screen import Screen
from factcheck.services.demo_desk import demo_desk_ensure


def prepare(screen: Screen, data: Path) -> list[DemoLogin]:
    """Bring database, catalogues and static files up to date, quickly if they are; returns demo logins."""
    with screen.step("Database") as note:
        note(_migrate())
    # Before the facts: names and answers are composed from the catalogues.
    with screen.step("Translations") as note:
        note("; ".join(_said("compile_locale")))
    with screen.step("Facts") as note:
        note("; ".join(_said("load_facts", quiet=True)))
    with screen.step("Static files") as note:
        note(_collect(data / "static-files"))
    with screen.step("Demo logins"):
        logins = demo_users_ensure()
        demo_desk_ensure()
    with screen.step("Sample campaigns") as note:
        note(f"{made} made" if (made := sample_campaigns_ensure()) else "up to date")
    connections.close_all()
    return logins


def _migrate() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return "up to date"
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    return f"{len(plan)} migrations applied"


def _collect(stamp: Path) -> str:
    """Collect and compress only when a file is new, changed or gone: compressing takes seconds."""
    found = _static_fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == found and Path(settings.STATIC_ROOT).is_dir():
        return "up to date"
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, skip_checks=True)
    stamp.write_text(found, encoding="ascii")
    return "collected and compressed"


def _static_fingerprint() -> str:
    state = hashlib.sha256(settings.STATIC_ROOT.__fspath__().encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            state.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return state.hexdigest()


def _said(command: str, **options: bool) -> list[str]:
    """What a command printed, line by line, without final full stops."""
    output = io.StringIO()
    call_command(command, stdout=output, **options)
    return [line.rstrip(".") for line in output.getvalue().strip().splitlines()]
