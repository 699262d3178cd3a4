"""What labels and reminders say, in the viewer's language: they inform and never judge (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centers import formats
from centers.models import ElectionStatus
from labeling.models import LabelKind
from labeling.standing import Standing


class LabelText(NamedTuple):
    """The banner's sentence and the words of its link."""

    text: str
    link_text: str


_SENTENCES: Final[dict[str, Promise]] = {
    LabelKind.ELECTION: _("This video is about an election."),
    LabelKind.UNVERIFIED: _("Fact-checkers could not confirm what this video says."),
    LabelKind.AI_GENERATED: _("This video was made or changed with artificial intelligence."),
    LabelKind.OFFICIAL_ACCOUNT: _("This video is from an official account."),
}
#: What a label says of an election that was called off.
_CALLED_OFF: Final[dict[str, Promise]] = {
    ElectionStatus.ANNULLED: _("This video is about an election that was annulled."),
    ElectionStatus.CANCELLED: _("This video is about an election that was cancelled."),
    ElectionStatus.POSTPONED: _("This video is about an election that was postponed."),
}
_LINK: Final = _("Official information on when, how and where to vote")

#: What a reminder says where the staff of the place has no words of its own.
_REMINDER: Final = (
    _("Follow the platform's community rules."),
    _("Check whether something is true before you share it."),
    _("Report what breaks the rules."),
)


# Four kinds in 27 languages, and elections that fell; a look-up of 250 items asks for the same one or two again.
@lru_cache(maxsize=256)
def label_text(kind: str, language: str, standing: Standing | None = None) -> LabelText:
    """What a label of `kind` says in `language`; `standing` is that of its election if it was called off."""
    with translation.override(language):
        if kind != LabelKind.ELECTION or standing is None:
            return LabelText(str(_SENTENCES[kind]), str(_LINK))
        return LabelText(" ".join(_called_off(standing, language)), str(_LINK))


def _called_off(standing: Standing, language: str) -> Iterator[str]:
    yield str(_CALLED_OFF[standing.status])
    if standing.day is not None:
        yield gettext("New election: %(day)s") % {"day": formats.date_long(standing.day, language)}
    elif standing.status == ElectionStatus.POSTPONED:
        yield gettext("The new date is not known yet.")


@lru_cache(maxsize=64)
def reminder_points(language: str) -> tuple[str, ...]:
    """The sentences of the portal's own reminder in `language`."""
    with translation.override(language):
        return tuple(str(point) for point in _REMINDER)


@lru_cache(maxsize=64)
def center_link_text(language: str) -> str:
    """The words of a link to an Election Centre, in `language`."""
    with translation.override(language):
        return str(_LINK)
