"""What the label service declares about itself: which values it gives and what they mean, in every language."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.utils import translation

from electioncenters.languages import LANGUAGE_CODES
from labeling.atproto import kind_value, moment_text
from labeling.models import LabelKind
from labeling.texts import label_text

#: A label informs and never judges: nothing is hidden or covered, whoever subscribes sees the words.
_SHOWN: Final = {"severity": "inform", "blurs": "none", "defaultSetting": "warn", "adultOnly": False}


def service_record(*, created_at: dt.datetime) -> dict[str, Any]:
    """The record `app.bsky.labeler.service/self`, to be put into the repository of the service's account."""
    return {
        "$type": "app.bsky.labeler.service",
        "policies": {
            "labelValues": [kind_value(kind) for kind in LabelKind.values],
            "labelValueDefinitions": [_definition(kind) for kind in LabelKind],
        },
        # Posts only, and no reports: they have their own way to us.
        "subjectTypes": ["record"],
        "subjectCollections": ["app.bsky.feed.post"],
        "reasonTypes": [],
        "createdAt": moment_text(created_at),
    }


def _definition(kind: LabelKind) -> dict[str, Any]:
    return {"identifier": kind_value(kind), **_SHOWN, "locales": [_words(kind, code) for code in LANGUAGE_CODES]}


def _words(kind: LabelKind, language: str) -> dict[str, str]:
    with translation.override(language):
        name = str(kind.label)
    link = f"{label_text(kind, language).link_text}: {settings.PUBLIC_URL}/{language}/"
    return {"lang": language, "name": name, "description": f"{name}. {link}"}
