"""The public history of a centre: what changed, one change, and the feed of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centers.changes.entries import PAGE, ChangeView, change_views, changes_of
from centers.changes.feed import FeedEntry, FeedHead, feed_write, stable_id
from centers.history import Entry, history_of
from centers.pagecache import Page
from centers.reading import CenterFacts
from centers.views.center import place_context
from centers.views.doors import CenterMoment, center_answer
from centers.views.frame import Frame, frame_of, page_rendered

#: A feed shows what changed last; the history page has everything.
FEED_LENGTH: Final = 50


@require_safe
def center_history(request: HttpRequest, code: str) -> HttpResponse:
    """What changed last, and where every fact is from."""
    return center_answer(request, code, _render_latest)


@require_safe
def center_history_before(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What changed before the change `pk`. 404 when there is no such change here."""

    def render(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
        return _render_changes(request, facts, before=pk)

    return center_answer(request, code, render)


@require_safe
def center_change(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One change, whole. 404 when there is no such change here."""

    def render(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
        frame = frame_of(request, facts.place.languages)
        found = change_views(changes_of(facts.place).filter(pk=pk), facts.place, frame.language, whole=True)
        if not found:
            raise Http404(pk)
        return page_rendered("centers/change.html", frame, place_context(facts, frame) | {"change": found[0]})

    return center_answer(request, code, render)


@require_safe
def center_feed(request: HttpRequest, code: str) -> HttpResponse:
    """What changed last as Atom (RFC 4287)."""
    return center_answer(request, code, _render_feed)


def _render_latest(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
    return _render_changes(request, facts, before=None)


def _render_changes(request: HttpRequest, facts: CenterFacts, *, before: int | None) -> Page:
    frame = frame_of(request, facts.place.languages)
    rows = changes_of(facts.place)
    if before is not None:
        if not rows.filter(pk=before).exists():
            raise Http404(before)
        rows = rows.filter(pk__lt=before)
    # One more than a page tells whether there is another.
    found = list(rows[: PAGE + 1])
    context = place_context(facts, frame) | {
        "changes": change_views(found[:PAGE], facts.place, frame.language),
        "earlier": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_latest": before is None,
        "days": history_of(facts, frame.language) if before is None else [],
    }
    return page_rendered("centers/history.html", frame, context)


def _render_feed(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
    frame = frame_of(request, facts.place.languages)
    context = place_context(facts, frame)
    page = f"{settings.PUBLIC_URL}{context['center_path']}history/"
    rows = changes_of(facts.place)
    views = change_views(rows[:FEED_LENGTH], facts.place, frame.language)
    changed = set(rows.order_by().values_list("record", flat=True).distinct())
    entries = [
        *(_change_entry(view, frame, context, page) for view in views),
        # What people changed tells of itself.
        *_fact_entries(facts, frame, page, changed),
    ]
    entries.sort(key=lambda entry: entry.updated, reverse=True)
    latest = entries[:FEED_LENGTH]
    head = FeedHead(
        id=stable_id("feed", facts.place.code, frame.language),
        title=_("Changes: %(place)s") % {"place": context["place_name"].text},
        language=frame.language,
        address=frame.canonical,
        page=page,
        author=_("Election Centre"),
        updated=latest[0].updated if latest else moment.publication.published_at,
    )
    modified = moment.publication.published_at
    body = feed_write(head, latest)
    return Page(body, "application/atom+xml; charset=utf-8", frame.language, modified=modified)


def _change_entry(view: ChangeView, frame: Frame, context: dict[str, Any], page: str) -> FeedEntry:
    title = " · ".join(text for text in (view.title.text, view.part, view.about.text if view.about else "") if text)
    content = render_to_string(
        "centers/_change_body.html", {"change": view, "language": frame.language, "history": page}
    )
    return FeedEntry(
        id=stable_id("change", context["place"].code, frame.language, view.pk),
        title=f"{view.verb}: {view.group}{f' · {title}' if title else ''}",
        link=f"{page}{view.pk}/",
        published=view.at,
        updated=view.updated_at,
        author=view.organisation.text if view.organisation else _("Election Centre"),
        content=content.strip(),
        via=view.source,
    )


def _fact_entries(facts: CenterFacts, frame: Frame, page: str, changed: set[str]) -> Iterable[FeedEntry]:
    for day in history_of(facts, frame.language):
        for entry in day.entries:
            if _live_record(entry, facts.place.code) not in changed:
                yield _fact_entry(entry, facts.place.code, frame, page)


def _fact_entry(entry: Entry, code: str, frame: Frame, page: str) -> FeedEntry:
    at = dt.datetime.combine(entry.day, dt.time(), dt.UTC)
    status = (
        _("Confirmed by the electoral authority")
        if entry.is_confirmed
        else _("Compiled from public sources, not yet confirmed")
    )
    source = entry.fact.source_url
    return FeedEntry(
        id=stable_id(frame.language, entry.uri(code)),
        title=f"{entry.group}: {entry.title.text}",
        link=page,
        published=at,
        updated=at,
        author=entry.fact.confirmed_by.name if entry.fact.confirmed_by else _("Election Centre"),
        content=format_html('<p>{}</p><p>{}: <a href="{}">{}</a></p>', status, _("Source"), source, source),
        via=source,
    )


def _live_record(entry: Entry, code: str) -> str:
    """The name under which people change what an entry is about."""
    noun, _colon, key = entry.record.partition(":")
    if noun == "answer":
        return f"answer:{code}/{key}"
    if noun == "source":
        return f"source:{code}/{entry.fact.pk}"
    if noun == "date":
        election, kind, audience = key.split(":")
        return f"date:{election}/{code}/{kind}/{audience}"
    return entry.record
