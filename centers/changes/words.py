"""What records and their fields are called on voters' pages."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from centers.models import (
    Audience,
    ElectionStatus,
    ElectionType,
    KeyDateKind,
    NoticeKind,
    SourceKind,
)
from centers.models.election import DateBasis
from centers.models.source import Purpose

#: Kinds of records by their noun, as the page's sections are headed.
GROUPS: Final = {
    "answer": _("Answers"),
    "election": _("Elections"),
    "round": _("Elections"),
    "date": _("Key dates"),
    "source": _("Trusted sources"),
    "organisation": _("Organisation"),
    "center": _("Introduction"),
    "notice": _("Urgent notice"),
    "campaign": _("Media literacy"),
    "video": _("Media literacy"),
    "tip": _("Media literacy"),
}

#: Fields by their name without a language.
FIELDS: Final = {
    "body": _("Answer"),
    "text": _("Notice"),
    "introduction": _("Introduction"),
    "name": _("Name"),
    "title": _("Title"),
    "note": _("Note"),
    "description": _("Description"),
    "captions": _("Captions"),
    "transcript": _("Transcript"),
    "partner_name": _("Partner"),
    "starts_on": _("Date"),
    "ends_on": _("Date"),
    "source_name": _("Source"),
    "source_url": _("Source"),
    "url": _("Web address"),
    "organisation": _("Organisation"),
    "election": _("Election"),
    "replaces": _("Held instead of"),
    "type": _("Kind"),
    "kind": _("Kind"),
    "status": _("Status"),
    "status_since": _("Date"),
    "is_indirect": _("An assembly elects; voters do not take part."),
    "expected_from": _("Expected from"),
    "expected_to": _("Expected until"),
    "date_basis": _("Expected"),
    "polling_days": _("Polling days"),
    "day": _("Date"),
    "instant": _("Date"),
    "time_zone": _("Time zone"),
    "languages": _("Languages"),
    "purposes": _("What voters find there"),
    "scope": _("Only for"),
    "starts_at": _("Shown from"),
    "expires_at": _("Shown until"),
    "reviewed_at": _("Checked by a second person"),
}

#: What no voter needs to know the name of stands under this, without its values.
OTHER: Final = _("Other details")

_CHOICES: Final = {
    "type": ElectionType,
    "status": ElectionStatus,
    "date_basis": DateBasis,
    "purposes": Purpose,
    "audience": Audience,
}
_KINDS: Final = {"source": SourceKind, "notice": NoticeKind}


def choice_label(noun: str, field: str, value: str) -> str:
    """A value of a fixed list in the page's language; the value itself where it is of none."""
    choices = _KINDS.get(noun) if field == "kind" else _CHOICES.get(field)
    if choices is None or value not in choices.values:
        return value
    return str(choices(value).label)


def date_kind_label(value: str) -> str:
    """What a key date is, in the page's language."""
    return str(KeyDateKind(value).label) if value in KeyDateKind.values else value
