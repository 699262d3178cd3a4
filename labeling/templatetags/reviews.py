"""How the moderators' desk tells time and shows what others wrote, in one line each."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.timesince import timesince, timeuntil

from labeling.review.shown import text_visible

register = template.Library()


@register.filter
def since(moment: dt.datetime, now: dt.datetime) -> str:
    """The largest unit of what lies between: `3 hours`."""
    return timesince(moment, now, depth=1)


@register.filter
def until(moment: dt.datetime, now: dt.datetime) -> str:
    """The same of what lies ahead."""
    return timeuntil(moment, now, depth=1)


@register.filter
def visible(text: str) -> str:
    """A text of others without what turns its direction or hides in it."""
    return text_visible(text)
