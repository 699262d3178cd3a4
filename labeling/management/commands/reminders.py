"""`manage.py reminders list|save|confirm|retire`: what viewers of election hashtags are reminded of."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.management.people import user_named
from centers.models import Election, Jurisdiction
from labeling.models import Reminder
from labeling.services.reminder import (
    ReminderDraft,
    TextDraft,
    reminder_confirm,
    reminder_document,
    reminder_retire,
    reminder_save,
)


class FileText(msgspec.Struct, forbid_unknown_fields=True):
    """A text in the file; `confirmed` is there to be read, and a file cannot set it."""

    text: str
    origin: Literal["person", "machine"] = "person"
    confirmed: bool = False


class FileReminder(msgspec.Struct, forbid_unknown_fields=True):
    """A reminder in the file; `id` and `active` are there to be read."""

    texts: dict[str, FileText]
    jurisdiction: str | None = None
    election: str | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    id: int | None = None
    active: bool = True


class Command(BaseCommand):
    """Four small doors to the services."""

    help = "Show and change the staff's reminders on election hashtags; every change is recorded with who and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which of the four, which reminder, and by whom."""
        doors = parser.add_subparsers(dest="door", required=True)
        listing = doors.add_parser("list", help="those that hold or will hold")
        listing.add_argument("--all", action="store_true", help="those that are over or retired, too")
        listing.add_argument("--json", action="store_true", help="all of each, as JSON")
        save = doors.add_parser("save", help="make a reminder of a file, or change one")
        save.add_argument("file", type=Path, help="JSON; `-` for standard input")
        save.add_argument("--id", type=int, help="the reminder to change; a new one without")
        confirm = doors.add_parser("confirm", help="say that a person stands behind a text")
        retire = doors.add_parser("retire", help="end a reminder for good")
        for door in (confirm, retire):
            door.add_argument("id", type=int, help="as `list` shows it")
        confirm.add_argument("language", help="of the text, e.g. fr")
        for door in (save, confirm, retire):
            door.add_argument("--by", required=True, metavar="EMAIL", help="who does it; it is recorded")
            door.add_argument("--reason", required=True, help="why; it is recorded")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for."""
        doors = {"list": self._list, "save": self._save, "confirm": self._confirm, "retire": self._retire}
        try:
            doors[options["door"]](options)
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            problems = error.message_dict.items()
            raise CommandError("\n".join(f"{field}: {' '.join(reasons)}" for field, reasons in problems)) from error

    def _list(self, options: dict[str, Any]) -> None:
        chosen = Reminder.objects.all() if options["all"] else _lasting()
        found = chosen.select_related("jurisdiction", "election").prefetch_related("texts")
        rows = [{"id": one.pk, **reminder_document(one, one.texts.all())} for one in found]
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(rows)).decode())
            return
        for row in rows:
            self.stdout.write(_line(row))
        if not rows:
            self.stdout.write("No reminder: the portal's own words hold everywhere.")

    def _save(self, options: dict[str, Any]) -> None:
        reminder = _reminder(options["id"]) if options["id"] is not None else None
        draft = _draft(options["file"])
        kept = reminder_save(by=user_named(options["by"]), draft=draft, reason=options["reason"], reminder=reminder)
        self.stdout.write(f"Reminder {kept.pk} was saved.")

    def _confirm(self, options: dict[str, Any]) -> None:
        reminder, language = _reminder(options["id"]), options["language"]
        reminder_confirm(by=user_named(options["by"]), reminder=reminder, language=language, reason=options["reason"])
        self.stdout.write(f"Reminder {reminder.pk} is confirmed in {language}.")

    def _retire(self, options: dict[str, Any]) -> None:
        reminder = _reminder(options["id"])
        reminder_retire(by=user_named(options["by"]), reminder=reminder, reason=options["reason"])
        self.stdout.write(f"Reminder {reminder.pk} was retired.")


def _lasting() -> QuerySet[Reminder]:
    return Reminder.objects.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()), active=True)


def _line(row: dict[str, Any]) -> str:
    place = row["jurisdiction"] or "everywhere"
    about = f", {row['election']}" if row["election"] else ""
    period = f"{row['starts_at'] or '…'} to {row['ends_at'] or '…'}"
    state = "" if row["active"] else " (retired)"
    return f"{row['id']}: {place}{about}, {period}, in {', '.join(row['texts'])}{state}"


def _reminder(pk: int) -> Reminder:
    reminder = Reminder.objects.filter(pk=pk).first()
    if reminder is None:
        raise CommandError(f"There is no reminder {pk}.")
    return reminder


def _draft(path: Path) -> ReminderDraft:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        told = msgspec.json.decode(content, type=FileReminder)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise CommandError(f"{path}: {error}") from error
    place = Jurisdiction.objects.filter(code=told.jurisdiction).first() if told.jurisdiction else None
    election = Election.objects.filter(key=told.election).first() if told.election else None
    if told.jurisdiction and place is None:
        raise CommandError(f"jurisdiction: there is no place {told.jurisdiction}.")
    if told.election and election is None:
        raise CommandError(f"election: there is no election {told.election}.")
    texts = {code: TextDraft(text.text, text.origin == "machine") for code, text in told.texts.items()}
    return ReminderDraft(place, election, told.starts_at, told.ends_at, texts)
