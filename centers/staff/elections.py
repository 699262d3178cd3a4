"""The elections of a place on its desk: what each can become, and what that does, shown before it is proposed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from centers.curation import CurationError
from centers.curation.fields import take_url
from centers.effects import Effect, date_said, effects, snapshot
from centers.lifecycle import Step, dates_left, step_wishes, steps_of
from centers.models import Election, Jurisdiction, Proposal, Round
from centers.services.change_preview import change_preview
from centers.services.proposal_submit import Wish, proposal_submit
from centers.services.record_write import Provenance
from centers.staff.desk import PROPOSE, VIEW, desk_place, desk_render
from centers.staff.election_steps import WORDS, StepForm, StepWords
from centers.upcoming import STANDING


@dataclass(frozen=True, slots=True)
class Card:
    """An election in the list. `waiting` are proposals about it that nobody has decided."""

    election: Election
    rounds: list[Round]
    steps: list[tuple[Step, StepWords]]
    waiting: list[Proposal]

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to come."""
        return self.election.status in STANDING or self.election.status == "postponed"

    @property
    def day(self) -> dt.date:
        """By which it is put in order."""
        days = [day.date for one in self.rounds for day in one.polling_days.all()]
        return max(days) if days else self.election.expected_to or dt.date.max


class Preview(NamedTuple):
    """What a step would do: by heading, the dates it leaves as they are, and a sign that nothing changed since."""

    groups: list[tuple[str, list[Effect]]]
    left: list[tuple[str, str]]
    changes: int
    digest: str


def desk_election(*, code: str, key: str) -> Election:
    """An election of the place itself. Raises `Http404`."""
    place = desk_place(code=code)
    found = Election.objects.select_related("jurisdiction__parent", "replaces").filter(key=key, jurisdiction=place)
    election = found.first()
    if election is None:
        raise Http404
    return election


@staff_view(VIEW, target=desk_place, methods=("GET", "HEAD"))
def election_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """The place's elections, those to come first."""
    found = Election.objects.filter(jurisdiction=place).with_days().select_related("replaces", "replaced_by")
    waiting = list(Proposal.objects.waiting().by_people().filter(jurisdiction=place).order_by("created_at"))
    may_propose = request.user.has_perm(PROPOSE, place)
    cards = [_card(election, waiting, may_propose=may_propose) for election in found]
    ahead = sorted((card for card in cards if card.is_ahead), key=lambda card: (card.day, card.election.key))
    past = sorted((card for card in cards if not card.is_ahead), key=lambda card: card.day, reverse=True)
    context = {"ahead": ahead, "past": past, "may_propose": may_propose}
    return desk_render(request, "staff/centers/elections.html", place, context, crumbs=[("Elections", "")])


@staff_view(PROPOSE, target=desk_election)
def election_change(request: StaffRequest, election: Election) -> HttpResponse:
    """One step: what it needs, what it does, and the proposal it makes."""
    possible = steps_of(election)
    step = next((one for one in possible if one == request.GET.get("step")), None)
    if step is None:
        if request.method == "POST" or request.GET.get("step"):
            raise Http404
        return _page(request, election, {"possible": [(one, WORDS[one]) for one in possible]})
    if request.method != "POST":
        form = StepForm(election=election, step=step)
        return _page(request, election, {"form": form, "step": step, "words": WORDS[step]})
    return _answered(request, election, StepForm(request.POST, election=election, step=step))


def _answered(request: StaffRequest, election: Election, form: StepForm) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "step": form.step, "words": WORDS[form.step]}
    if not form.is_valid():
        return _page(request, election, context, status=422)
    try:
        wishes = step_wishes(election, form.asked(), _today(election.jurisdiction))
        preview = _preview(request, election, form, wishes)
        if request.POST.get("propose") != preview.digest:
            return _page(request, election, context | {"preview": preview})
        proposal = proposal_submit(
            author=request.user, wishes=wishes, because=form.because(), submission=form.cleaned_data["submission"]
        )
    except CurationError as error:
        form.show(error)
        return _page(request, election, context, status=422)
    messages.success(request, "Proposed. Somebody else decides; until then voters see nothing of it.")
    return redirect(reverse("proposal", args=[election.jurisdiction.code, proposal.pk]))


def _preview(request: StaffRequest, election: Election, form: StepForm, wishes: Sequence[Wish]) -> Preview:
    """Raises `CurationError` where it could not be published so."""
    place, because = election.jurisdiction, form.because()
    keys = sorted({election.key} | {_election_of(wish.record) for wish in wishes})
    provenance = Provenance(take_url(because.source), because.verified_on or timezone.now().date(), "Preview")
    before = snapshot(place, keys)
    after = change_preview(
        by=request.user, place=place, wishes=wishes, provenance=provenance,
        look=lambda: snapshot(place, keys, touched=True),
    )  # fmt: skip
    found = effects(before, after)
    unmoved = dates_left(election, wishes)
    return Preview(
        groups=[(heading, list(group)) for heading, group in groupby(found, key=lambda one: one.heading)],
        left=[(f"{date.get_kind_display()} ({date.jurisdiction.code})", date_said(date)) for date in unmoved],
        changes=len(wishes),
        digest=hashlib.blake2b(repr((wishes, because)).encode(), digest_size=12).hexdigest(),
    )


def _election_of(record: str) -> str:
    return record.partition(":")[2].split("/")[0]


def _card(election: Election, waiting: Sequence[Proposal], *, may_propose: bool) -> Card:
    rounds = sorted(election.rounds.all(), key=lambda one: one.number)
    about = [one for one in waiting if _concerns(one, election)]
    steps = [(step, WORDS[step]) for step in steps_of(election)] if may_propose else []
    return Card(election, rounds, steps, about)


def _concerns(proposal: Proposal, election: Election) -> bool:
    names = [proposal.record, *(part["record"] for part in proposal.also)]
    nouns = ("election:", "round:", "date:")
    return any(name.startswith(nouns) and _election_of(name) == election.key for name in names)


def _today(place: Jurisdiction) -> dt.date:
    return timezone.now().astimezone(ZoneInfo(place.time_zones[0])).date()


def _page(request: StaffRequest, election: Election, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    place = election.jurisdiction
    here = context["words"].title if "words" in context else election.key
    crumbs = [("Elections", reverse("desk-elections", args=[place.code])), (here, "")]
    page = {"election": election, "rounds": election.rounds.prefetch_related("polling_days"), **context}
    return desk_render(request, "staff/centers/election_change.html", place, page, crumbs=crumbs, status=status)
