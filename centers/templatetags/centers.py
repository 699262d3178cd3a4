"""Dates, numbers and names in the page's language, for templates: `{{ day|date_full }}`."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from centers import formats

register = template.Library()

#: A source in more languages than this (EU institutions have 24) would drown the others.
MANY_LANGUAGES = 5

#: Networks that accredit fact-checkers, by the badge sources carry.
_NETWORKS = {
    "IFCN": _("International Fact-Checking Network"),
    "EFCSN": _("European Fact-Checking Standards Network"),
}


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@register.filter
def date_full(day: dt.date) -> str:
    """ "Sunday, 18 April 2027"."""
    return formats.date_full(day, _language())


@register.filter
def date_long(day: dt.date) -> str:
    """ "18 April 2027"."""
    return formats.date_long(day, _language())


@register.filter
def month_year(day: dt.date) -> str:
    """ "April 2027"."""
    return formats.month_year(day, _language())


@register.filter
def weekday(day: dt.date) -> str:
    """ "Sunday"."""
    return formats.weekday(day, _language())


@register.filter
def iso(day: dt.date) -> str:
    """For `datetime` attributes: "2027-04-18"."""
    return day.isoformat()


@register.filter
def clock(time: dt.time) -> str:
    """ "20:00"."""
    return formats.clock(time, _language())


@register.filter
def language_name(code: str) -> str:
    """A language's name in the page's language."""
    return formats.language_name(code, _language())


@register.filter
def language_names(codes: list[str]) -> str:
    """Several languages' names in the page's language; of very many only the reader's own."""
    shown = [_language()] if len(codes) > MANY_LANGUAGES and _language() in codes else codes
    return formats.joined([language_name(code) for code in shown], _language())


@register.filter
def language_names_all(codes: list[str]) -> str:
    """All of them, however many."""
    return formats.joined([language_name(code) for code in codes], _language())


@register.filter
def host(url: str) -> str:
    """Where a link leads: "valimised.ee"."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.simple_tag
def colon() -> str:
    """The colon after a label, as the page's language writes it."""
    return formats.colon(_language())


@register.filter
def network_name(code: str) -> str:
    """What a network of fact-checkers is called in full."""
    return str(_NETWORKS.get(code, code))
