"""`manage.py hashtags list|accept|dismiss`: the hashtags that suddenly rose, and what becomes of them."""

from __future__ import annotations

from typing import IO, Any, Final, cast

import msgspec
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from accounts.management.people import user_named
from labeling.emerging import score_faded
from labeling.models import EmergingHashtag, Ruleset
from labeling.services.emerging_hashtag import emerging_accept, emerging_dismiss
from labeling.services.rule_parse import InvalidRuleError
from labeling.services.ruleset_steps import RulesetStepError

#: So many characters of an example's text are shown.
_EXAMPLE: Final = 80


class Command(BaseCommand):
    """Three small doors to the services."""

    help = "Show hashtags that labelled content suddenly carries and no live rule knows; accept or dismiss them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which of the three, which hashtag, and by whom."""
        doors = parser.add_subparsers(dest="door", required=True)
        listing = doors.add_parser("list", help="those that wait for a decision, the most surprising first")
        listing.add_argument("--all", action="store_true", help="those decided on, too")
        listing.add_argument("--json", action="store_true", help="one JSON array instead of a table")
        accept = doors.add_parser("accept", help="draft a rule for it: ambiguous, and live only when released")
        accept.add_argument("--draft", type=int, metavar="VERSION", help="the draft the rule goes into")
        dismiss = doors.add_parser("dismiss", help="it needs no rule; it is not proposed again for 30 days")
        for door in (accept, dismiss):
            door.add_argument("id", type=int, help="as `list` shows it")
            door.add_argument("--by", required=True, metavar="EMAIL", help="who decides; it is recorded")
            door.add_argument("--reason", required=True, help="why; it is recorded")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for."""
        if options["door"] == "list":
            self._list(options)
            return
        hashtag = EmergingHashtag.objects.select_related("jurisdiction__parent").filter(pk=options["id"]).first()
        if hashtag is None:
            raise CommandError(f"There is no proposed hashtag {options['id']}.")
        try:
            self._decide(hashtag, options)
        except (PermissionDenied, RulesetStepError, InvalidRuleError) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

    def _decide(self, hashtag: EmergingHashtag, options: dict[str, Any]) -> None:
        by = user_named(options["by"])
        if options["door"] == "dismiss":
            emerging_dismiss(by=by, hashtag=hashtag, reason=options["reason"])
            self.stdout.write(f"#{hashtag.written} was dismissed.")
            return
        draft = _draft(options["draft"]) if options["draft"] is not None else None
        accepted = emerging_accept(by=by, hashtag=hashtag, reason=options["reason"], draft=draft)
        self.stdout.write(f"#{hashtag.written}: a rule was drafted in {accepted.ruleset}.")

    def _list(self, options: dict[str, Any]) -> None:
        chosen = EmergingHashtag.objects.all() if options["all"] else EmergingHashtag.objects.proposed()
        rows = [_row(hashtag) for hashtag in chosen.select_related("jurisdiction", "decided_by", "ruleset")]
        rows.sort(key=lambda row: (row["state"] != "proposed", -row["score_now"], row["id"]))
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(rows)).decode())
            return
        Console(file=cast("IO[str]", self.stdout)).print(_table(rows) if rows else "Nothing rises that no rule knows.")


def _draft(version: int) -> Ruleset:
    draft = Ruleset.objects.filter(version=version).first()
    if draft is None:
        raise CommandError(f"There is no set v{version}.")
    return draft


def _row(hashtag: EmergingHashtag) -> dict[str, Any]:
    return {
        "id": hashtag.pk,
        "tag": hashtag.written,
        "jurisdiction": hashtag.jurisdiction.code,
        "state": hashtag.state,
        "hour": hashtag.hour,
        "observed": hashtag.observed,
        "expected": round(hashtag.expected, 2),
        "score": round(hashtag.score, 2),
        "score_now": round(score_faded(hashtag.score, hashtag.hour, timezone.now()), 2),
        "examples": [{"uri": item.uri, "text": item.text} for item in hashtag.examples_kept()],
        "decided_by": hashtag.decided_by.email if hashtag.decided_by else None,
        "decided_at": hashtag.decided_at,
        "reason": hashtag.reason,
        "ruleset": str(hashtag.ruleset) if hashtag.ruleset else None,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="Emerging hashtags", title_justify="left")
    for name in ("Id", "Hashtag and examples", "Place", "Hour (UTC)"):
        table.add_column(name, overflow="fold")
    for name in ("Items", "Expected", "Score", "Now"):
        table.add_column(name, justify="right")
    table.add_column("State")
    for row in rows:
        words = [f"#{row['tag']}", *(f"{one['uri']}: {one['text'][:_EXAMPLE]}" for one in row["examples"])]
        figures = (
            f"{row['observed']:,}",
            f"{row['expected']:,.1f}",
            f"{row['score']:,.0f}",
            f"{row['score_now']:,.0f}",
        )
        hour = f"{row['hour']:%Y-%m-%d %H:%M}"
        # What people wrote is text, not the table's own markup.
        table.add_row(str(row["id"]), Text("\n".join(words)), row["jurisdiction"], hour, *figures, row["state"])
    return table
