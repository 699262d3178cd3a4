"""The plain way to label content, as a baseline: one Celery task to an item, each with the ORM, nothing in batches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone

import electioncenters.wsgi  # noqa: F401  # loads the models that the imports below need
from electioncenters import urls
from electioncenters.celery import app
from labeling.intake import Item
from labeling.matching import Match
from labeling.models import ContentItem, Label, LabelDecision
from labeling.services.api_key import api_key_find
from labeling.services.matcher import Matcher, matcher_live

#: Counts the tasks that ended, in the cache.
DONE = "bench-plain-done"


@app.task(name="bench.plain.label")
def label(platform: int, document: dict[str, Any]) -> None:
    """Match one item; write it and the labels it should have, if any."""
    item = msgspec.convert(document, Item)
    matcher = matcher_live()
    if matches := matcher.match(item):
        _write(platform, item, matches, matcher)
    cache.incr(DONE)


def _write(platform: int, item: Item, matches: Sequence[Match], matcher: Matcher) -> None:
    now = timezone.now()
    with transaction.atomic():
        stored, _ = ContentItem.objects.update_or_create(
            platform_id=platform,
            external_id=item.external_id,
            defaults={"text": item.text or "", "lang": item.lang or "", "created_at": item.created_at or now},
        )
        for match in matches:
            given, is_new = Label.objects.get_or_create(
                item=stored,
                kind=match.kind,
                jurisdiction_id=matcher.jurisdictions[match.jurisdiction],
                election_id=matcher.election_of(match),  # type: ignore[misc]  # a label may name no election
                defaults={
                    "state": "applied" if match.decision == "apply" else "review",
                    "confidence": match.confidence,
                    "ruleset_id": matcher.ruleset,
                    "decided_at": now,
                },
            )
            if is_new:
                LabelDecision.objects.create(
                    label=given, action="applied", decided_by="machine", reason="matched", decided_at=now
                )


def hand_in(request: HttpRequest) -> HttpResponse:
    """A task to each item."""
    key = api_key_find(request.headers["Authorization"].partition(" ")[2])
    assert key is not None
    items = json.loads(request.body)
    for item in items:
        label.delay(key.platform_id, item)
    return JsonResponse({"batch": items[0]["external_id"], "accepted": len(items)}, status=202)


def _with_hand_in() -> WSGIHandler:
    """The portal, but for where content is handed in."""
    urls.urlpatterns.insert(0, path("api/v1/content/", hand_in))
    with override_settings(MIDDLEWARE=[]):
        return WSGIHandler()


application = _with_hand_in()
