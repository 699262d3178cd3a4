"""Fictional people outside: forms filled in over HTTP, and what came of them."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time

from centers.models import Jurisdiction
from labeling.models import Appeal, ContentItem, Label, LabelState, Platform, Report, ReviewTask
from labeling.services.policies_load import policies_load

#: Long enough to have read the form.
READING = 5


def given_item(external_id: str = "7312", **more: Any) -> ContentItem:
    """Content of a fictional platform."""
    platform, _ = Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})
    fields = {"text": "Eine erfundene Wahl", "lang": "de", "created_at": timezone.now()} | more
    return ContentItem.objects.create(platform=platform, external_id=external_id, **fields)


def given_label(place: Jurisdiction, item: ContentItem | None = None, **more: Any) -> Label:
    """A label that the machine gave and viewers see."""
    policies_load()
    fields = {"kind": "election", "state": LabelState.APPLIED, "confidence": 0.9, "decided_at": timezone.now()} | more
    return Label.objects.create(item=item or given_item(), jurisdiction=place, **fields)


def token_in(response: HttpResponse) -> str:
    """What the form carries."""
    found = re.search(r'name="token" value="([^"]*)"', response.content.decode())
    assert found, "the page holds no form"
    return html.unescape(found[1])


def filled_in(client: Client, path: str, fields: dict[str, Any], *, after: float = READING) -> HttpResponse:
    """The form, fetched, read and sent."""
    with freeze_time(timezone.now()) as clock:
        token = token_in(client.get(path))
        clock.tick(after)
        return client.post(path.partition("?")[0], {"token": token} | fields)


def reported(client: Client, link: str = "fictional:7312", *, language: str = "en", **fields: Any) -> HttpResponse:
    """A report by the public form."""
    given = {"link": link, "kind": "voting-information"} | fields
    return filled_in(client, f"/{language}/report/", given)


def appealed(client: Client, label: Label, *, language: str = "en", query: str = "", **fields: Any) -> HttpResponse:
    """An appeal by the public form."""
    given = {"said": "It is about a song contest."} | fields
    return filled_in(client, f"/{language}/labels/{label.public_id}/appeal/{query}", given)


def page_of(client: Client, response: HttpResponse) -> str:
    """The private page that a sent form leads to."""
    assert response.status_code == 303, response.content.decode()
    page = client.get(response.headers["Location"])
    assert page.status_code == 200
    return page.content.decode()


def the_report() -> Report:
    """The only one."""
    return Report.objects.get()


def the_appeal() -> Appeal:
    """The only one."""
    return Appeal.objects.get()


def the_task() -> ReviewTask:
    """The only one."""
    return ReviewTask.objects.get()
