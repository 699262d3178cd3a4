"""A country's Election Centre."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from centers.insets import insets_shown
from centers.local_text import LocalText, OrganisationName, local_text, organisation_name
from centers.models import Answer, Question, SourceKind, TrustedSource
from centers.notices import notices_for
from centers.pagecache import Page, publications_read
from centers.phases import Phase, election_phase, question_order
from centers.reading import CenterFacts, center_load
from centers.upcoming import Timing, Upcoming, headline, just_held, polling_dates, upcoming_elections
from centers.views.changed import changed_views, earlier_views
from centers.views.doors import CenterMoment, center_answer
from centers.views.frame import Frame, frame_of, page_rendered
from centers.views.home import center_path, native_names
from centers.views.learn import learn_path, tip_views, videos_for
from centers.views.panels import agenda, countdown, rules_panel


@require_safe
def center_page(request: HttpRequest, code: str) -> HttpResponse:
    """The centre. 404 when there is none for `code`."""
    return center_answer(request, code, _render_center)


def center_previewed(code: str, language: str) -> Page:
    """The centre as the database has it at this moment, which may be a change that is tried out: nothing is kept."""
    request = HttpRequest()
    request.path = center_path(code, language)
    publication = publications_read()[code]
    with translation.override(language):
        return _render_center(request, center_load(code), CenterMoment(publication.today(), publication))


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as the reader gets it."""

    answer: Answer
    body: LocalText
    election: LocalText | None
    silent: dt.date | None
    """When its source last did not answer, if voters are to be told."""

    @property
    def label(self) -> str:
        """The question in the page's language."""
        return str(Question(self.answer.question).label)

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs; an empty line separates them."""
        return [part.strip() for part in self.body.text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A trusted source as the reader gets it."""

    source: TrustedSource
    name: OrganisationName
    silent: dt.date | None = None
    """When it last did not answer, if voters are to be told."""


@dataclass(frozen=True, slots=True)
class ElectionView:
    """An election ahead with its name; `name` may be in another language."""

    item: Upcoming
    name: LocalText


def place_context(facts: CenterFacts, frame: Frame) -> dict[str, Any]:
    """What every page about one place says of it."""
    name = local_text(facts.place, "name", frame.language, facts.place.languages)
    native = [text for text in native_names(facts.place) if text.text != name.text]
    return {
        "facts": facts,
        "place": facts.place,
        "place_name": name,
        "native": native,
        "center_path": center_path(facts.place.code, frame.language),
        "authority": source_view(facts.authority, facts, frame.language) if facts.authority else None,
    }


def source_view(source: TrustedSource, facts: CenterFacts, language: str) -> SourceView:
    """A source with its organisation's name for the reader."""
    return SourceView(source, organisation_name(source.organisation, language, facts.place.languages))


def _render_center(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
    frame = frame_of(request, facts.place.languages)
    coming = upcoming_elections(facts.elections, moment.today)
    lead = headline(coming)
    held = just_held(facts.elections, moment.today)
    followed = [election for election in (lead.election if lead else None, held) if election is not None]
    phase = election_phase(moment.today, [day for election in followed for day in polling_dates(election)])
    shown = [notice for notice in facts.notices if notice.pk in moment.notices]
    context = place_context(facts, frame) | {
        "notices": notices_for(shown, facts.place, frame.language),
        "introduction": local_text(facts.center, "introduction", frame.language, facts.place.languages),
        "lead": _election_view(lead, facts, frame) if lead else None,
        "countdown": countdown(lead.days_left) if lead and lead.days_left is not None else None,
        "held": local_text(held, "name", frame.language, facts.place.languages) if held else None,
        "held_election": held,
        "changed": changed_views(facts, coming, frame.language, moment.today),
        "earlier": earlier_views(lead.election, facts, frame.language) if lead else [],
        "further": [
            _election_view(item, facts, frame)
            for item in coming
            if item is not lead and item.timing != Timing.CALLED_OFF
        ],
        "phase": phase,
        "sources": _sources(facts, frame.language, moment.today),
        "insets": insets_shown(facts.insets, facts.place, frame.language),
        "agenda": agenda(facts, coming, frame.language, moment.today),
        "rules": rules_panel(facts.last_european, frame.language) if facts.last_european else None,
        "videos": videos_for(phase, facts, frame.language, moment.today),
        "tips": tip_views(facts.tips, frame.language, facts.place.languages),
        "learn_path": learn_path(facts.place.code, frame.language),
    }
    return page_rendered("centers/center.html", frame, context | _questions(facts, phase, frame, moment.today))


def _election_view(item: Upcoming, facts: CenterFacts, frame: Frame) -> ElectionView:
    return ElectionView(item, local_text(item.election, "name", frame.language, facts.place.languages))


def _questions(facts: CenterFacts, phase: Phase, frame: Frame, today: dt.date) -> dict[str, Any]:
    """Answered questions in the phase's order, and those that wait for an answer."""
    views = {answer.question: _answer_view(answer, facts, frame, today) for answer in facts.answers}
    given = {question: view for question, view in views.items() if view.body}
    order = question_order(phase)
    return {
        "answers": [given[question] for question in order if question in given],
        "unanswered": [question.label for question in order if question not in given],
    }


def _answer_view(answer: Answer, facts: CenterFacts, frame: Frame, today: dt.date) -> AnswerView:
    languages = facts.place.languages
    election = local_text(answer.election, "name", frame.language, languages) if answer.election else None
    body = local_text(answer, "body", frame.language, languages)
    return AnswerView(answer, body, election, facts.silent_on(answer.source_url, today))


def _sources(facts: CenterFacts, language: str, today: dt.date) -> list[tuple[str, str, list[SourceView]]]:
    """Kind, its heading, and the sources, in the order voters meet them; kinds without any are left out."""

    def view(source: TrustedSource) -> SourceView:
        return replace(source_view(source, facts, language), silent=facts.silent_on(source.url, today))

    groups = [(kind, [view(source) for source in facts.of_kind(kind)]) for kind in SourceKind]
    return [(kind.value, str(kind.label), views) for kind, views in groups if views]
