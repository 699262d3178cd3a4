"""What labels and reminders say, in the viewer's language: they inform and never judge (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from babel.lists import format_list
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from centers import formats
from centers.models import ElectionStatus
from factcheck.models import Rating
from factcheck.slugs import claim_path_short
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
#: What a label says of a claim, by the rating of whoever is named. Nothing is called false without a name.
_FOUND: Final[dict[str, Promise]] = {
    Rating.FALSE: _("What this video says is false, according to %(partners)s."),
    Rating.ALTERED: _("This video was altered in a misleading way, according to %(partners)s."),
    Rating.PARTLY_FALSE: _("Part of what this video says is false, according to %(partners)s."),
    Rating.MISSING_CONTEXT: _("This video leaves out important context, according to %(partners)s."),
}
_DISPUTED: Final = _("Fact-checkers disagree about what this video says.")
_SHARE_UNCONFIRMED: Final = _("What this video says is not confirmed. Do you want to share it all the same?")
_SHARE_CHECKED: Final = _(
    "Fact-checkers have looked at this video. Do you want to read what they found before you share it?"
)
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


def finding_text(finding: Mapping[str, Any], language: str) -> str:
    """What a label says that rests on what fact-checkers found (`labeling.claims.finding`), with their names."""
    with translation.override(language):
        if finding["disputed"]:
            return str(_DISPUTED)
        named = [one["partner"] for one in finding["sources"] if one["claim"] == finding["claim"]]
        words = _FOUND.get(finding["rating"])
        if words is None or not named:
            return str(_SENTENCES[LabelKind.UNVERIFIED])
        return str(words) % {"partners": format_list(list(dict.fromkeys(named)), locale=formats.locale(language))}


def share_prompt(finding: Mapping[str, Any], language: str) -> str:
    """What the platform asks before somebody shares: whether to read first what was found, where that can be read."""
    can_be_read = any(one["url"] for one in finding["sources"])
    with translation.override(language):
        return str(_SHARE_CHECKED if can_be_read else _SHARE_UNCONFIRMED)


def fact_check_text(partner: str, language: str) -> str:
    """The words of a link to what a fact-checker wrote."""
    with translation.override(language):
        return gettext("Fact-check by %(partner)s") % {"partner": partner}


def fact_check_links(finding: Mapping[str, Any] | None, language: str) -> list[tuple[str, str]]:
    """Addresses and words: what each fact-checker wrote, and each claim's own page with all that was found of it."""
    if not finding or not finding["sources"]:
        return []
    articles = [(one["url"], fact_check_text(one["partner"], language)) for one in finding["sources"] if one["url"]]
    claims = dict.fromkeys(one["claim"] for one in finding["sources"])
    pages = [f"{settings.PUBLIC_URL}{claim_path_short(UUID(claim), language)}" for claim in claims]
    with translation.override(language):
        return [*articles, *((page, gettext("What fact-checkers found")) for page in pages)]


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
