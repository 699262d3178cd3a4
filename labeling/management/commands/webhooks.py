"""`manage.py webhooks list|add|rotate|send-test|skip|replay-dead|disable|enable`: where platforms are told."""

from __future__ import annotations

import datetime as dt
import json
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table
from rich.text import Text

from electioncenters.safe_http import UnsafeUrlError
from labeling.models import ChangeAction, Platform, WebhookEndpoint
from labeling.services.webhook_deliver import dead_replay, delivery_skip
from labeling.services.webhook_endpoint import (
    OVERLAP,
    EndpointError,
    endpoint_add,
    endpoint_disable,
    endpoint_enable,
    endpoint_rotate,
)
from labeling.services.webhook_try import endpoint_try

_KEEP = "Keep it now: it cannot be shown again."
_HOURS = int(OVERLAP.total_seconds() // 3600)


class Command(BaseCommand):
    """One subcommand for each thing an operator does with endpoints."""

    help = "Show, add and look after the addresses at which platforms are told which labels changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """The subcommands; all but `list` and `add` name an endpoint."""
        does = parser.add_subparsers(dest="action", required=True)
        listed = does.add_parser("list", help="every endpoint, what waits for it and what was given up")
        listed.add_argument("--json", action="store_true", help="one JSON array instead of a table")
        add = does.add_parser("add", help="tell a platform at an address; prints the secret alone on standard output")
        add.add_argument("platform", metavar="PLATFORM", help="the platform's key, e.g. tiktok")
        add.add_argument("url", metavar="URL", help="https://…")
        add.add_argument("--actions", default=",".join(ChangeAction.values), help="of which changes; default: all")
        add.add_argument("--lang", default="en", help="language of texts; default: en")
        add.add_argument("--from-start", action="store_true", help="begin with the oldest change that is kept")
        rotate = _of_endpoint(does, "rotate", "make a new secret; both sign for a while")
        rotate.add_argument(
            "--overlap", type=int, default=_HOURS, metavar="HOURS", help=f"0: at once; default: {_HOURS}"
        )
        _of_endpoint(does, "send-test", "send a signed webhook.test message now and show what came of it")
        _of_endpoint(does, "skip", "give the message up that the endpoint does not take; the next one's turn comes")
        _of_endpoint(does, "replay-dead", "send what was given up once more, before anything newer")
        disable = _of_endpoint(does, "disable", "send nothing more")
        disable.add_argument("--reason", default="Disabled by an operator.", help="for whoever looks later")
        _of_endpoint(does, "enable", "go on where the endpoint was")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        does = getattr(self, "_" + options["action"].replace("-", "_"))
        try:
            does(**options)
        except (EndpointError, UnsafeUrlError) as error:
            raise CommandError(str(error)) from error

    def _list(self, **options: Any) -> None:
        rows = [_row(endpoint) for endpoint in WebhookEndpoint.objects.with_counts().select_related("platform")]
        if options["json"]:
            self.stdout.write(json.dumps(rows, cls=DjangoJSONEncoder, indent=2))
            return
        table = Table()
        # The id is there to be copied: it must stand in one piece.
        table.add_column("Endpoint and address", min_width=19, overflow="fold")
        for name in ("Platform", "State", "Waiting", "Given up", "Last delivery"):
            table.add_column(name)
        for row in rows:
            state = f"disabled: {row['disabled_reason']}" if row["disabled_at"] else "active"
            if not row["disabled_at"] and row["failing_since"]:
                state = f"failing since {row['failing_since']:%Y-%m-%d %H:%M}"
            delivered = f"{row['delivered_at']:%Y-%m-%d %H:%M}" if row["delivered_at"] else "never"
            counts = (str(row["pending"]), str(row["dead"]))
            table.add_row(Text(f"{row['endpoint']}\n{row['url']}"), row["platform"], Text(state), *counts, delivered)
        Console(file=cast("IO[str]", self.stdout)).print(table)

    def _add(self, **options: Any) -> None:
        platform = Platform.objects.filter(key=options["platform"]).first()
        if platform is None:
            raise CommandError(f"There is no platform {options['platform']!r}; add it in the administration first.")
        added = endpoint_add(
            platform=platform,
            url=options["url"],
            user=None,
            actions=[action for action in options["actions"].split(",") if action],
            language=options["lang"],
            from_start=options["from_start"],
        )
        self.stdout.write(added.secret)
        self.stderr.write(f"Endpoint {added.endpoint.public_id}; above is its secret. {_KEEP}")

    def _rotate(self, **options: Any) -> None:
        if options["overlap"] < 0:
            raise CommandError("The overlap cannot be negative.")
        overlap = dt.timedelta(hours=options["overlap"])
        self.stdout.write(endpoint_rotate(endpoint=_found(options["endpoint"]), overlap=overlap))
        self.stderr.write(f"The former secret is valid for {options['overlap']} more hours. {_KEEP}")

    def _send_test(self, **options: Any) -> None:
        outcome = endpoint_try(endpoint=_found(options["endpoint"]))
        if not outcome.is_delivered:
            raise CommandError(f"The message was not taken: {outcome.error}.")
        self.stdout.write(f"The endpoint took the message: {outcome.status}.")

    def _skip(self, **options: Any) -> None:
        skipped = delivery_skip(endpoint=_found(options["endpoint"]))
        self.stdout.write(f"Message {skipped.public_id} with {skipped.change_count} changes is given up.")

    def _replay_dead(self, **options: Any) -> None:
        count = dead_replay(endpoint=_found(options["endpoint"]))
        self.stdout.write(f"Messages that will be sent once more: {count}")

    def _disable(self, **options: Any) -> None:
        endpoint_disable(endpoint=_found(options["endpoint"]), reason=options["reason"])
        self.stdout.write("The endpoint is told nothing more.")

    def _enable(self, **options: Any) -> None:
        missed = endpoint_enable(endpoint=_found(options["endpoint"]))
        self.stdout.write("The endpoint is told from where it was.")
        if missed:
            self.stderr.write("Older changes were erased meanwhile; the platform should look its items up.")


def _of_endpoint(does: Any, name: str, text: str) -> Any:
    parser = does.add_parser(name, help=text)
    parser.add_argument("endpoint", metavar="ENDPOINT", help="its id, as `list` shows it")
    return parser


def _found(public_id: str) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_related("platform").filter(public_id=public_id).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint {public_id!r}.")
    return endpoint


def _row(endpoint: Any) -> dict[str, Any]:
    return {
        "endpoint": endpoint.public_id,
        "platform": endpoint.platform.key,
        "url": endpoint.url,
        "actions": endpoint.actions,
        "lang": endpoint.language,
        "position": endpoint.position,
        "pending": endpoint.pending,
        "dead": endpoint.dead,
        "delivered_at": endpoint.delivered_at,
        "failing_since": endpoint.failing_since,
        "failed_at": endpoint.failed_at,
        "failed_error": endpoint.failed_error,
        "disabled_at": endpoint.disabled_at,
        "disabled_reason": endpoint.disabled_reason,
    }
