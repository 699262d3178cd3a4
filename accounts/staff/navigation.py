"""The menu and the homes: what each app offers in the workspace, shown to those who may use it.

An app registers its sections when it is ready (`labeling/apps.py`); nothing here knows of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from accounts.models import User

#: Headings of the menu, in its order.
GROUPS: Final = ("Labelling", "Fact-checking", "Election centres", "People")


@dataclass(frozen=True, slots=True)
class Section:
    """One entry: `key` is the letter that leads there after `g`; `about` one sentence on what is done there."""

    group: str
    title: str
    url_name: str
    permission: str
    about: str
    key: str = ""

    @property
    def url(self) -> str:
        """Where it is."""
        return reverse(self.url_name)


_sections: dict[str, Section] = {}


def register(*sections: Section) -> None:
    """Add sections; a later one with the same address replaces the earlier. Raises `ValueError` on a key used twice."""
    for section in sections:
        taken = [one.title for one in _sections.values() if one.key == section.key and one.url_name != section.url_name]
        if section.key and taken:
            raise ValueError(f"{section.title}: the key {section.key!r} leads to {taken[0]} already")
        if section.group not in GROUPS:
            raise ValueError(f"{section.title}: no group {section.group!r}")
        _sections[section.url_name] = section


def sections_for(user: User) -> list[tuple[str, list[Section]]]:
    """What `user` may use, by group, without empty groups."""
    allowed = [section for section in _sections.values() if user.has_perm(section.permission)]
    grouped = [(group, [section for section in allowed if section.group == group]) for group in GROUPS]
    return [(group, sections) for group, sections in grouped if sections]
