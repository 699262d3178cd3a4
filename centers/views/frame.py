"""What every page needs around its content, and how a page becomes bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from centers.local_text import direction
from centers.pagecache import Page
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """The same page in another language."""

    code: str
    name: str
    path: str
    is_current: bool
    is_own: bool
    """Whether the place the page is about speaks it."""

    @property
    def direction(self) -> str:
        """For the name's own `dir`."""
        return direction(self.code)

    @property
    def url(self) -> str:
        """The full address, for `rel=alternate`."""
        return settings.PUBLIC_URL + self.path


@dataclass(frozen=True, slots=True)
class Frame:
    """The page's language, address and the same page in the other languages."""

    language: str
    path: str
    own_languages: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Of the page's text."""
        return direction(self.language)

    @property
    def canonical(self) -> str:
        """The one full address of this page."""
        return settings.PUBLIC_URL + self.path

    @property
    def home(self) -> str:
        """The page where a reader of this language chooses a country."""
        return f"/{self.language}/"

    @property
    def language_name(self) -> str:
        """What the language calls itself."""
        return LANGUAGE_NAMES[self.language]

    @property
    def languages(self) -> list[LanguageChoice]:
        """All languages, those of the place first."""
        own = [code for code in self.own_languages if code in LANGUAGE_NAMES]
        return [self._choice(code, is_own=code in own) for code in dict.fromkeys((*own, *LANGUAGE_CODES))]

    @property
    def in_english(self) -> str:
        """The full address in English, for readers whose language is not among ours."""
        return settings.PUBLIC_URL + self._choice("en", is_own=False).path

    def _choice(self, code: str, *, is_own: bool) -> LanguageChoice:
        path = f"/{code}/" + self.path.split("/", 2)[2]
        return LanguageChoice(code, LANGUAGE_NAMES[code], path, code == self.language, is_own)


def frame_of(request: HttpRequest, own_languages: Iterable[str] = ()) -> Frame:
    """The frame of the page at the request's path, whose first part is the language."""
    return Frame(translation.get_language() or settings.LANGUAGE_CODE, request.path, tuple(own_languages))


def page_rendered(template: str, frame: Frame, context: dict[str, Any]) -> Page:
    """`template` as a finished page; context processors do not run, since a voter's page knows no visitor."""
    html = render_to_string(template, {"frame": frame, "language": frame.language, **context})
    return Page(html.encode(), HTML, frame.language)
