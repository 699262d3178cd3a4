"""Everything curated of one place, by kind: what it says, where it is from, what is missing, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import models
from django.http import HttpResponse

from accounts.models import Organisation
from accounts.staff.access import StaffRequest, staff_view
from centers.curation import RecordKind, record_of
from centers.curation.organisation import organisations_of
from centers.models import (
    Answer,
    Campaign,
    Confirmation,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    KeyDateKind,
    LiteracyVideo,
    Proposal,
    Question,
    RecordDraft,
    Round,
    Tip,
    TrustedSource,
)
from centers.models.fact import Fact
from centers.models.proposal import UNDECIDED
from centers.staff.desk import PROPOSE, VIEW, desk_place, desk_render
from centers.staff.local_time import zone_of
from centers.staff.sheet import election_name
from centers.staff.widgets import languages_spoken


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the list shows it. `record` names it; `fact` is `None` for what carries no source of its own."""

    record: str
    title: str
    detail: str
    fact: Fact | None
    present: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    waiting: tuple[Proposal, ...] = ()
    has_draft: bool = False
    is_missing: bool = False
    is_elsewhere: bool = False
    is_within: bool = False

    @property
    def is_confirmed(self) -> bool:
        """Whether the authority stands behind it."""
        return self.fact is not None and self.fact.confirmation == Confirmation.CONFIRMED

    @property
    def host(self) -> str:
        """Where it was seen, in short."""
        return urlsplit(self.fact.source_url).hostname or "" if self.fact else ""

    @property
    def words(self) -> str:
        """What a search looks in."""
        source = self.fact.source_url if self.fact else ""
        return f"{self.record} {self.title} {self.detail} {source}".casefold()


#: States to filter by: value, what people read, and which rows are in it.
STATES: Final[dict[str, tuple[str, Callable[[Row], bool]]]] = {
    "missing": ("Not there yet", lambda row: row.is_missing),
    "unconfirmed": (
        "Not confirmed", lambda row: row.fact is not None and not row.is_confirmed and not row.is_elsewhere
    ),
    "untranslated": ("Languages missing", lambda row: bool(row.missing) and not row.is_missing),
    "waiting": ("Proposals waiting", lambda row: bool(row.waiting)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one kind."""

    noun: str
    title: str
    rows: Sequence[Row]
    empty: str


class _Lister:
    """Makes rows, knowing what waits and what the member is writing."""

    def __init__(self, place: Jurisdiction, waiting: Mapping[str, list[Proposal]], drafts: Iterable[str]) -> None:
        self.place = place
        self.wanted = languages_spoken(place.languages)
        self.waiting = waiting
        self.drafts = frozenset(drafts)

    def row(self, record: models.Model, title: str, detail: str = "", **more: bool) -> Row:
        """Of a live record."""
        ref = record_of(record)
        return self._row(str(ref), ref.kind, title, detail, record, **more)

    def unanswered(self, kind: RecordKind, question: Question) -> Row:
        """Of a question nobody has answered yet."""
        name = f"{kind.noun}:{self.place.code}/{question.value}"
        return self._row(name, kind, str(question.label), "", None, is_missing=True)

    def _row(
        self, name: str, kind: RecordKind, title: str, detail: str, record: models.Model | None, **more: bool
    ) -> Row:
        texts = {one.language: one for one in kind.own if one.language}
        is_spoken = bool(texts) and (record is None or any(one.read(record) for one in texts.values()))
        present = tuple(code for code, one in texts.items() if record is not None and one.read(record))
        return Row(
            record=name,
            title=title,
            detail=detail,
            fact=record if isinstance(record, Fact) else None,
            present=present,
            missing=tuple(code for code in self.wanted if code not in present) if is_spoken else (),
            waiting=tuple(self.waiting.get(name, ())),
            has_draft=name in self.drafts,
            **more,
        )


@staff_view(VIEW, target=desk_place, methods=("GET", "HEAD"))
def record_list(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """All of the place's records, or those asked for."""
    groups = groups_of(place, request)
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    query = " ".join(request.GET.get("q", "")[:100].casefold().split())
    kept = [_filtered(group, state, query) for group in groups if kind in ("", group.noun)]
    is_filtered = bool(query or state in STATES or kind)
    context = {
        "groups": [group for group in kept if group.rows or not is_filtered],
        "kinds": [(group.noun, group.title) for group in groups],
        "states": [(value, label) for value, (label, _) in STATES.items()],
        "kind": kind,
        "state": state,
        "query": request.GET.get("q", "")[:100],
        "is_filtered": is_filtered,
        "shown": sum(len(group.rows) for group in kept),
        "may_propose": request.user.has_perm(PROPOSE, place),
        "zone": zone_of(place.time_zones[0], "UTC"),
    }
    return desk_render(request, "staff/centers/records.html", place, context, crumbs=[("Records", "")])


def groups_of(place: Jurisdiction, request: StaffRequest) -> list[Group]:
    """By kind, in as many queries for any number of records."""
    lister = _Lister(
        place,
        _waiting(place),
        RecordDraft.objects.filter(user=request.user, jurisdiction=place).values_list("record", flat=True),
    )
    center = ElectionCenter.objects.for_code(place.code).get()
    sources = TrustedSource.objects.of(center).select_related("organisation", "center__jurisdiction", "confirmed_by")
    return [
        Group("center", "Introduction", [lister.row(center, "What the centre says of itself")], ""),
        Group("answer", "Answers", _answers(center, lister), ""),
        Group("election", "Elections, rounds and dates", _elections(place, lister), "No election is known here yet."),
        Group(
            "source",
            "Trusted sources",
            [lister.row(one, one.title, f"{one.organisation.name} · {one.get_kind_display()}") for one in sources],
            "No source is recommended here yet.",
        ),
        Group("campaign", "Campaigns and their videos", _campaigns(place, lister), "No campaign is looked after here."),
        Group(
            "tip",
            "Tips",
            [
                lister.row(one, one.slug.replace("-", " "), one.source_name or "The portal's own advice")
                for one in Tip.objects.filter(jurisdiction=place).select_related("jurisdiction")
            ],
            "No tip is looked after here.",
        ),
        Group(
            "organisation",
            "Organisations",
            [lister.row(one, one.name, _body(one)) for one in organisations_of(place)],
            "No organisation is looked after here: an administrator gives it its place.",
        ),
    ]


def _campaigns(place: Jurisdiction, lister: _Lister) -> list[Row]:
    """Each with its videos."""
    found = LiteracyVideo.objects.filter(campaign__jurisdiction=place).select_related("campaign__jurisdiction")
    videos = list(found.order_by("rank", "slug"))
    rows = []
    for campaign in Campaign.objects.filter(jurisdiction=place).select_related("jurisdiction").order_by("slug"):
        detail = "Sample" if campaign.is_sample else campaign.source_name
        rows.append(lister.row(campaign, campaign.slug.replace("-", " "), f"{campaign.partner_name} · {detail}"))
        rows += [
            lister.row(one, one.slug.replace("-", " "), f"{one.language}, {one.get_shown_in_display()}", is_within=True)
            for one in videos
            if one.campaign_id == campaign.pk
        ]
    return rows


def _body(one: Organisation) -> str:
    return f"{one.name_en} · {one.get_kind_display()} · {one.get_vetting_display()}"


def _waiting(place: Jurisdiction) -> dict[str, list[Proposal]]:
    """What waits, by the records it touches."""
    found: dict[str, list[Proposal]] = defaultdict(list)
    statuses = (*UNDECIDED, "scheduled")
    for proposal in Proposal.objects.by_people().filter(jurisdiction=place, status__in=statuses).order_by("pk"):
        for name in {proposal.record, *(part["record"] for part in proposal.also)}:
            found[name].append(proposal)
    return found


def _answers(center: ElectionCenter, lister: _Lister) -> list[Row]:
    given = {
        answer.question: answer
        for answer in Answer.objects.of(center).select_related("center__jurisdiction", "confirmed_by")
    }
    kind = record_of(Answer(center=center, question=Question.WHEN)).kind
    return [
        lister.row(given[question], str(question.label), given[question].source_name)
        if question in given
        else lister.unanswered(kind, question)
        for question in Question
    ]


def _elections(place: Jurisdiction, lister: _Lister) -> list[Row]:
    """Each with its rounds and its dates here; elections of the union above with their dates here only."""
    found = Election.objects.concerning(place).select_related("jurisdiction", "confirmed_by")
    rounds = _by_election(
        Round.objects.filter(election__jurisdiction=place)
        .select_related("election__jurisdiction", "confirmed_by")
        .prefetch_related("polling_days")
        .order_by("number")
    )
    dates = _by_election(
        KeyDate.objects.filter(jurisdiction=place).select_related("election", "jurisdiction", "confirmed_by")
    )
    rows = []
    for election in sorted(found, key=lambda one: (one.key.rpartition(".")[2], one.key), reverse=True):
        is_elsewhere = election.jurisdiction_id != place.pk
        detail = f"{election.get_status_display()} · {election.key}"
        rows.append(lister.row(election, election_name(election), detail, is_elsewhere=is_elsewhere))
        rows += [lister.row(one, _round_title(one), _days(one), is_within=True) for one in rounds[election.pk]]
        rows += [lister.row(one, _date_title(one), _moment(one), is_within=True) for one in dates[election.pk]]
    return rows


def _by_election(found: Iterable[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for one in found:
        groups[one.election_id].append(one)
    return groups


def _round_title(one: Round) -> str:
    return f"Round {one.number}"


def _days(one: Round) -> str:
    days = ", ".join(f"{day.date:%-d %B %Y}" for day in one.polling_days.all())
    return f"{days or 'no polling day'} · {one.get_status_display()}"


def _date_title(date: KeyDate) -> str:
    whom = "" if date.audience == "everyone" else f" ({date.get_audience_display()})"
    return f"{KeyDateKind(date.kind).label}{whom}"


def _moment(date: KeyDate) -> str:
    if date.day:
        return f"{date.day:%-d %B %Y}"
    if date.instant is None:
        return ""
    return f"{date.instant.astimezone(zone_of(date.time_zone, 'UTC')):%-d %B %Y, %H:%M} ({date.time_zone})"


def _filtered(group: Group, state: str, query: str) -> Group:
    rows = group.rows
    if state in STATES:
        rows = [row for row in rows if STATES[state][1](row)]
    if query:
        rows = [row for row in rows if all(word in row.words for word in query.split())]
    return Group(group.noun, group.title, rows, group.empty)
