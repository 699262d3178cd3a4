"""Write reminders: who may, what may stand in them, and a line of history for each change."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from centers.models import Election, Jurisdiction
from electioncenters.languages import LANGUAGE_CODES
from labeling.models import Reminder, ReminderAction, ReminderChange, ReminderOrigin, ReminderText
from labeling.models.reminder import MAX_TEXT
from labeling.services.seen import seen_check, seen_mark

PERMISSION: Final = "labeling.edit_reminders"
#: Sentences of one text.
MAX_POINTS: Final = 5
#: A reminder for everywhere needs at least this language: it is what others fall back to.
EVERYWHERE: Final = "en"
_MAX_REASON: Final = 1000

_MARKUP: Final = re.compile(r"[<>]|&(?:#|\w+;)|\]\(|://|\bwww\.", re.IGNORECASE)
# Joiners and marks of direction that Urdu and others are spelled with; all other formats are invisible commands.
_FORMATS: Final = frozenset("\u200c\u200d\u200e\u200f")
_REFUSED: Final = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_ONLY_ONE: Final = "reminder_is_the_only_one_of_its_time"


class TextDraft(NamedTuple):
    """A text as somebody hands it in; `is_machine` says that a machine drafted it."""

    text: str
    is_machine: bool = False


class ReminderDraft(NamedTuple):
    """What a reminder shall be: where, for which election, when (start inclusive, end exclusive), in which words."""

    jurisdiction: Jurisdiction | None
    election: Election | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    texts: Mapping[str, TextDraft]


def reminder_save(
    *, by: User, draft: ReminderDraft, reason: str, reminder: Reminder | None = None, seen: str | None = None
) -> Reminder:
    """Make a reminder, or make `reminder` what `draft` says; it is active at once, from `starts_at` on.

    Texts that stay as they are keep who wrote and confirmed them. `seen` is the `reminder_mark` of the reminder as its
    editor saw it. Raises `PermissionDenied`, `ChangedMeanwhileError` where somebody else saved it since, or
    `ValidationError` by field, and then changes nothing.
    """
    _check_permission(by, draft.jurisdiction)
    _check(draft, reason)
    try:
        with transaction.atomic():
            kept = _locked(by, reminder) if reminder else Reminder()
            if reminder:
                seen_check(seen, _content(kept))
            kept.jurisdiction, kept.election = draft.jurisdiction, draft.election
            kept.starts_at, kept.ends_at = draft.starts_at, draft.ends_at
            kept.save()
            _write_texts(kept, draft.texts, by)
            _record(kept, ReminderAction.SAVED, by, reason)
    except IntegrityError as error:
        if _ONLY_ONE in str(error):
            raise ValidationError({"period": "another active reminder holds there at that time"}) from error
        raise
    return kept


def reminder_mark(reminder: Reminder) -> str:
    """The mark of a reminder's place, period and words, for `reminder_save`."""
    return seen_mark(_content(reminder))


def _content(reminder: Reminder) -> dict[str, Any]:
    """What the form shows: who wrote or confirmed a text is nobody's to overwrite."""
    document = reminder_document(reminder, reminder.texts.order_by("language"))
    return document | {"texts": {language: text["text"] for language, text in document["texts"].items()}}


def reminder_confirm(*, by: User, reminder: Reminder, language: str, reason: str) -> ReminderText:
    """Say that a person has read a text and stands behind its wording.

    Raises `PermissionDenied`, or `ValidationError` for a language that the reminder has no text in.
    """
    _check_reason(reason)
    with transaction.atomic():
        kept = _locked(by, reminder)
        text = kept.texts.filter(language=language).first()
        if text is None:
            raise ValidationError({"language": f"the reminder has no text in {language}"})
        if text.confirmed_at is None:
            text.confirmed_by, text.confirmed_at = by, timezone.now()
            text.save(update_fields=["confirmed_by", "confirmed_at"])
            _record(kept, ReminderAction.CONFIRMED, by, reason)
    return text


def reminder_retire(*, by: User, reminder: Reminder, reason: str) -> Reminder:
    """End a reminder for good; it stays for the record. Raises `PermissionDenied` or `ValidationError`."""
    _check_reason(reason)
    with transaction.atomic():
        kept = _locked(by, reminder)
        kept.active = False
        kept.save(update_fields=["active"])
        _record(kept, ReminderAction.RETIRED, by, reason)
    return kept


def _check_permission(by: User, jurisdiction: Jurisdiction | None) -> None:
    # Asked of a reminder and not of the place: what holds everywhere takes a role that holds everywhere.
    if not by.has_perm(PERMISSION, Reminder(jurisdiction=jurisdiction)):
        where = jurisdiction.code if jurisdiction else "everywhere"
        raise PermissionDenied(f"{by} may not edit reminders: {where}")


def _locked(by: User, reminder: Reminder) -> Reminder:
    """The reminder as it is now, for this transaction. Raises for one that may not be touched."""
    kept = Reminder.objects.select_for_update(of=("self",)).select_related("jurisdiction__parent").get(pk=reminder.pk)
    _check_permission(by, kept.jurisdiction)
    if not kept.active:
        raise ValidationError({"reminder": "it is retired; make a new one"})
    return kept


def _check(draft: ReminderDraft, reason: str) -> None:
    problems = {**_place_problems(draft), **_period_problems(draft), **_texts_problems(draft)}
    if problems:
        raise ValidationError(problems)
    _check_reason(reason)


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > _MAX_REASON:
        raise ValidationError({"reason": f"say why, in at most {_MAX_REASON} characters"})


def _place_problems(draft: ReminderDraft) -> dict[str, str]:
    if draft.election is None or draft.jurisdiction is None:
        return {}
    held_in = draft.election.jurisdiction_id
    if held_in in (draft.jurisdiction.pk, draft.jurisdiction.parent_id):
        return {}
    return {"election": f"{draft.election.key} is not held in {draft.jurisdiction.code}"}


def _period_problems(draft: ReminderDraft) -> dict[str, str]:
    if any(moment is not None and timezone.is_naive(moment) for moment in (draft.starts_at, draft.ends_at)):
        return {"period": "needs a time zone"}
    if draft.starts_at and draft.ends_at and draft.starts_at >= draft.ends_at:
        return {"period": "ends before it begins"}
    return {}


def _texts_problems(draft: ReminderDraft) -> dict[str, str]:
    own = draft.jurisdiction.languages if draft.jurisdiction else [EVERYWHERE]
    needed = "" if set(own) & set(draft.texts) else f"at least one text in {' or '.join(own)} is needed"
    found = {f"texts.{language}": _text_problem(language, text.text) for language, text in draft.texts.items()}
    found["texts"] = needed
    return {field: problem for field, problem in found.items() if problem}


def _text_problem(language: str, text: str) -> str:
    """What is wrong with a text; empty for a sound one."""
    if language not in LANGUAGE_CODES:
        return f"the language must be one of {', '.join(LANGUAGE_CODES)}"
    if not _points(text):
        return "says nothing"
    if len(text) > MAX_TEXT:
        return f"is longer than {MAX_TEXT} characters"
    if len(_points(text)) > MAX_POINTS:
        return f"has more than {MAX_POINTS} lines"
    if _MARKUP.search(text):
        return "holds markup or an address: plain words only, the link is added"
    refused = next((char for char in text if char != "\n" and _is_refused(char)), None)
    return f"holds the character U+{ord(refused):04X}, which controls how text is shown" if refused else ""


def _is_refused(char: str) -> bool:
    return char not in _FORMATS and unicodedata.category(char) in _REFUSED


def _points(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _write_texts(reminder: Reminder, drafts: Mapping[str, TextDraft], by: User) -> None:
    """Bring the texts to what is wanted; what nobody changed is not touched."""
    known = {text.language: text for text in reminder.texts.all()}
    wanted = {language: "\n".join(_points(draft.text)) for language, draft in drafts.items()}
    changed = [language for language, text in wanted.items() if language not in known or known[language].text != text]
    reminder.texts.filter(language__in=[*changed, *(known.keys() - wanted.keys())]).delete()
    ReminderText.objects.bulk_create(
        ReminderText(
            reminder=reminder,
            language=language,
            text=wanted[language],
            origin=ReminderOrigin.MACHINE if drafts[language].is_machine else ReminderOrigin.PERSON,
            written_by=None if drafts[language].is_machine else by,
        )
        for language in changed
    )


def _record(reminder: Reminder, action: str, by: User, reason: str) -> None:
    ReminderChange.objects.create(
        reminder=reminder,
        action=action,
        user=by,
        reason=reason,
        content=reminder_document(reminder, reminder.texts.order_by("language")),
        changed_at=timezone.now(),
    )


def reminder_document(reminder: Reminder, texts: Iterable[ReminderText]) -> dict[str, Any]:
    """A reminder as plain values, as its history keeps it; its places and texts should be loaded."""
    return {
        "jurisdiction": reminder.jurisdiction.code if reminder.jurisdiction else None,
        "election": reminder.election.key if reminder.election else None,
        "starts_at": reminder.starts_at.isoformat() if reminder.starts_at else None,
        "ends_at": reminder.ends_at.isoformat() if reminder.ends_at else None,
        "active": reminder.active,
        "texts": {
            text.language: {"text": text.text, "origin": text.origin, "confirmed": text.confirmed_at is not None}
            for text in texts
        },
    }
