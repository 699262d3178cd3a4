"""`manage.py up`: the whole portal on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.panel import Panel
from rich.table import Table

from accounts.services import DemoLogin
from electioncenters.embedded import services
from electioncenters.embedded.locks import FileLock
from electioncenters.embedded.owner import OwnerError
from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.supervisor.address import Address, AddressError
from electioncenters.supervisor.opening import Opening
from electioncenters.supervisor.plans import plans, sample_plan
from electioncenters.supervisor.preparation import prepare
from electioncenters.supervisor.screen import Screen
from electioncenters.supervisor.supervise import Supervisor
from electioncenters.supervisor.watching import ServiceWatch


class Command(BaseCommand):
    """Services, preparation, web server, worker, beat and label service under one supervisor."""

    help = "Run the whole portal: embedded services, web server, worker, beat, label service. HOST and PORT say where."
    # They import every page and talk to nobody yet; `migrate` and the web server check soon enough.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to end; exit code 0 then, 1 when something made running impossible."""
        # Until the supervisor listens itself, SIGTERM ends things the way Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if settings.PRODUCTION:
            raise CommandError("`up` is for trying out; docs/operating.md says what runs in production.")
        screen = Screen()
        try:
            code = _run(screen)
        except (AddressError, services.ServiceError, OwnerError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            code = 0
        screen.show("Stopped.")
        sys.exit(code)


def _run(screen: Screen) -> int:
    address = Address.of(os.environ)
    labeler = Address.of_labeler(os.environ) if settings.LABELER_ENABLED else None
    for each in (address, labeler):
        if each:
            each.check_free()
    paths = EmbeddedPaths.for_checkout(settings.BASE_DIR)
    paths.data.mkdir(exist_ok=True)
    if not FileLock(paths.data / "up.lock").take_now():  # held until this process ends
        raise CommandError("The portal of this checkout is running already. End that first, or use another clone.")
    with screen.step("Services") as note:
        handle = services.ensure(settings.BASE_DIR, report=note)
        note(", ".join(handle.names) or "the ones configured")
    with handle:
        logins = prepare(screen, paths.data)
        supervisor = Supervisor(screen)
        opening = Opening(
            supervisor=supervisor,
            screen=screen,
            url=address.url,
            sample=sample_plan(root=settings.BASE_DIR, address=address) if _is_first_run() else None,
            welcome=lambda: screen.show(_welcome(address, labeler, logins, paths, handle)),
        )
        supervisor.each_round(opening)
        supervisor.each_round(ServiceWatch(handle, paths.state / "logs" / "services.log", screen))
        return supervisor.run(plans(root=settings.BASE_DIR, data=paths.data, address=address, labeler=labeler))


def _is_first_run() -> bool:
    from labeling.models import IntakeBatch

    return not IntakeBatch.objects.exists()


def _welcome(
    address: Address, labeler: Address | None, logins: list[DemoLogin], paths: EmbeddedPaths, handle: services.Handle
) -> Panel:
    table = Table.grid(padding=(0, 2))
    rows = [
        ("Voters", "/"),
        ("Labelled content", "/en/watch/"),
        ("API", "/api/docs/"),
        ("Workspace", "/staff/"),
        ("Administration", "/admin/"),
    ]
    for what, path in rows:
        table.add_row(what, f"[bold]{address.url}{path}[/bold]")
    if labeler:
        table.add_row("Label service", f"[bold]{labeler.url}/.well-known/did.json[/bold]")
    for login in logins:
        table.add_row(f"Login: {login.what}", f"{login.email}  {login.password}")
    table.add_row("Second factor", "manage.py demo_code tells the code; for an app, the secret is")
    table.add_row("", logins[0].secret)
    table.add_row("Mail", str(settings.EMAIL_HOST or settings.EMAIL_FILE_PATH))
    table.add_row("Data", str(paths.state if handle.names else paths.data))
    table.add_row("", "Ctrl-C ends everything.")
    return Panel(table, title="The portal is open", expand=False)
