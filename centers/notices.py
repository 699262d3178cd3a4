"""Urgent notices as voters read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from centers import formats
from centers.local_text import LocalText, OrganisationName, local_text, organisation_name
from centers.models import Jurisdiction, UrgentNotice


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice in the reader's language; moments are those of the place."""

    notice: UrgentNotice
    text: LocalText
    name: OrganisationName
    published: dt.datetime
    until: dt.datetime
    language: str

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs; an empty line separates them."""
        return [part.strip() for part in self.text.text.split("\n\n") if part.strip()]

    @property
    def published_words(self) -> str:
        """ "Sunday, 9 June 2030, 07:30"."""
        return _moment(self.published, self.language)

    @property
    def until_words(self) -> str:
        """The same of its end."""
        return _moment(self.until, self.language)


def notice_view(notice: UrgentNotice, place: Jurisdiction, language: str) -> NoticeView:
    """A notice for a reader of `language`."""
    zone = ZoneInfo(place.time_zones[0])
    return NoticeView(
        notice=notice,
        text=local_text(notice, "text", language, place.languages),
        name=organisation_name(notice.organisation, language, place.languages),
        published=max(notice.published_at, notice.starts_at).astimezone(zone),
        until=notice.expires_at.astimezone(zone),
        language=language,
    )


def notices_for(notices: Iterable[UrgentNotice], place: Jurisdiction, language: str) -> list[NoticeView]:
    """Several for a reader of `language`."""
    return [notice_view(notice, place, language) for notice in notices]


def notice_rendered(notice: UrgentNotice, place: Jurisdiction, language: str) -> str:
    """The banner's HTML in `language`: what a preview shows."""
    with translation.override(language):
        context = {"view": notice_view(notice, place, language), "language": language}
        return render_to_string("centers/_notice.html", context)


def _moment(moment: dt.datetime, language: str) -> str:
    return f"{formats.date_full(moment.date(), language)}, {formats.clock(moment.time(), language)}"
