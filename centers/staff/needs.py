"""What a desk needs of its people: one line for each thing that waits, each with a link that leads to the fix.

A room adds its line to `NEEDS`. `counts` is asked once for all the places shown, so it takes one query for one place
or for twenty-seven; what it leaves out counts as nothing. For lines whose records the desk itself lists
(`/staff/centers/<code>/needs/<key>/`), use `_listed` with the records by place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from centers.curation.overview import Overview, overviews_of
from centers.models import Jurisdiction, Proposal, ProposalStatus, UrgentNotice
from centers.models.proposal import UNDECIDED
from centers.staff.desk import CONFIRM, PROPOSE, PUBLISH
from electioncenters.languages import LANGUAGE_NAMES

#: Languages listed by name in a line.
_NAMED: Final = 4


class Asked:
    """Who asks about which places; the places' overviews are read once, when the first line wants them."""

    def __init__(self, user: User, places: Sequence[Jurisdiction]) -> None:
        self.user = user
        self.places = places

    @cached_property
    def overviews(self) -> dict[int, Overview]:
        """By the place's primary key."""
        return overviews_of(self.places, timezone.now().date())

    @cached_property
    def proposals(self) -> dict[int, dict[str, int]]:
        """How many proposals wait, by the place's primary key and what they wait for; `open` are all by people."""
        is_open, by_loader = Q(status=ProposalStatus.OPEN), Q(author=None)
        counted = {
            "open": is_open & ~by_loader,
            "review": is_open & ~by_loader & ~Q(author=self.user),
            "sent_back": Q(status=ProposalStatus.SENT_BACK, author=self.user),
            "compiled": is_open & by_loader,
        }
        waiting = Proposal.objects.filter(status__in=UNDECIDED, jurisdiction__in=self.places).order_by()
        counts = {key: Count("pk", filter=q) for key, q in counted.items()}
        rows: Iterable[dict[str, int]] = waiting.values("jurisdiction").annotate(**counts)  # type: ignore[assignment]
        return {row["jurisdiction"]: {key: row[key] for key in counted} for row in rows}


class Item(NamedTuple):
    """A record a line is about, what is wrong with it, and where it is put right, if not on the record's own page."""

    record: str
    note: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NeedKind:
    """A line: `counts` by the place's primary key, and where it leads. Shown to whom holds `permission` there.

    `is_decision` marks what waits for this very person; the rest is upkeep that anyone of the desk can do. `short`
    follows a number: "3 to review".
    """

    key: str
    title: str
    short: str
    about: str
    permission: str
    counts: Callable[[Asked], Mapping[int, int]]
    url: Callable[[Jurisdiction], str]
    is_decision: bool = False
    verb: str = ""
    """What is done in a record's form, where that is the fix."""
    items: Callable[[Overview], list[Item]] | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A line of one place's desk."""

    kind: NeedKind
    count: int
    url: str


@dataclass(slots=True)
class PlaceNeeds:
    """All lines of one place, those that wait for a decision first."""

    place: Jurisdiction
    lines: list[Need] = field(default_factory=list)

    @property
    def waiting(self) -> list[Need]:
        """Lines with something in them."""
        return [need for need in self.lines if need.count]

    @property
    def decisions(self) -> int:
        """How much waits for this very person."""
        return sum(need.count for need in self.lines if need.kind.is_decision)

    @property
    def upkeep(self) -> int:
        """Everything else."""
        return sum(need.count for need in self.lines if not need.kind.is_decision)


def needs_of(asked: Asked, kinds: Iterable[NeedKind] | None = None) -> list[PlaceNeeds]:
    """For each place in its order, in a number of queries that does not grow with the places; all lines, or `kinds`."""
    found = {place.pk: PlaceNeeds(place) for place in asked.places}
    for kind in NEEDS if kinds is None else kinds:
        places = [place for place in asked.places if asked.user.has_perm(kind.permission, place)]
        counts = kind.counts(asked) if places else {}
        for place in places:
            found[place.pk].lines.append(Need(kind, counts.get(place.pk, 0), kind.url(place)))
    return list(found.values())


def _proposals(which: str) -> Callable[[Asked], Mapping[int, int]]:
    return lambda asked: {pk: numbers[which] for pk, numbers in asked.proposals.items()}


def _notices(asked: Asked) -> dict[int, int]:
    """What somebody else put up and nobody has looked at since."""
    waiting = UrgentNotice.objects.to_review(timezone.now()).filter(center__jurisdiction__in=asked.places)
    waiting = waiting.exclude(published_by=asked.user).order_by()
    return dict(waiting.values_list("center__jurisdiction").annotate(Count("pk")))


def _proposal_list(show: str, more: str = "") -> Callable[[Jurisdiction], str]:
    return lambda place: f"{reverse('desk-proposals', args=[place.code])}?show={show}{more}"


def _listed(key: str, title: str, items: Callable[[Overview], list[Item]], **more: Any) -> NeedKind:
    def counts(asked: Asked) -> dict[int, int]:
        return {pk: len(items(overview)) for pk, overview in asked.overviews.items()}

    def url(place: Jurisdiction) -> str:
        return reverse("desk-need", args=[place.code, key])

    return NeedKind(key, title, counts=counts, url=url, items=items, **more)


def _stale(overview: Overview) -> list[Item]:
    return [
        Item(
            fact.record, f"last checked on {fact.checked_on:%-d %B %Y}",
            f"{reverse('record', args=[overview.place.code, fact.record])}#look",
        )
        for fact in overview.stale
    ]  # fmt: skip


def _unanswered(overview: Overview) -> list[Item]:
    return [Item(f"answer:{overview.place.code}/{question}", "no answer") for question in overview.unanswered]


def _untranslated(overview: Overview) -> list[Item]:
    room = reverse("desk-translations", args=[overview.place.code])
    return [
        Item(one.record, f"missing in {_names(one.languages)}", f"{room}?language={one.languages[0]}&show=missing")
        for one in overview.untranslated
    ]


def _undated(overview: Overview) -> list[Item]:
    return [Item(one.record, one.lacks) for one in overview.undated]


def _unconfirmed(overview: Overview) -> list[Item]:
    return [Item(fact.record, "compiled from public sources") for fact in overview.unconfirmed]


def _names(languages: Sequence[str]) -> str:
    """The first few by name."""
    named = ", ".join(LANGUAGE_NAMES[code] for code in languages[:_NAMED])
    return f"{named} and {len(languages) - _NAMED} more" if len(languages) > _NAMED else named


def _outdated(overview: Overview) -> list[Item]:
    room = reverse("desk-translations", args=[overview.place.code])
    return [
        Item(one.record, f"outdated in {_names(one.languages)}", f"{room}?language={one.languages[0]}&show=outdated")
        for one in overview.outdated
    ]


def _broken_links(asked: Asked) -> dict[int, int]:
    # An address that stands there twice is mended once.
    return {pk: len(overview.broken) for pk, overview in asked.overviews.items()}


#: The lines, in their order.
NEEDS: Final = (
    NeedKind(
        "review", "Proposals to review", "to review", "Colleagues' changes wait for your decision.", PUBLISH,
        _proposals("review"),
        _proposal_list("open", "&whose=others"), is_decision=True,
    ),
    NeedKind(
        "sent-back", "Your proposals sent back", "sent back", "Somebody asks you to change something first.", PROPOSE,
        _proposals("sent_back"),
        _proposal_list("sent_back", "&whose=mine"), is_decision=True,
    ),
    NeedKind(
        "notices", "Urgent notices to check", "notices to check",
        "Voters see them already; a second person says whether they are right.", PUBLISH, _notices,
        lambda place: reverse("desk-notice", args=[place.code]), is_decision=True,
    ),
    _listed(
        "stale", "Facts past their review date", _stale, short="past review", permission=PROPOSE, verb="Change it",
        about="Look at the source again: say that the fact is still right, or change it.",
    ),
    NeedKind(
        "links", "Broken links", "broken links",
        "Pages that have not answered for a day or longer. Voters are told after a week.", PROPOSE,
        _broken_links, lambda place: reverse("desk-sources", args=[place.code]),
    ),
    _listed(
        "unanswered", "Unanswered questions", _unanswered, short="unanswered", permission=PROPOSE, verb="Answer it",
        about="What voters ask and the centre does not say.",
    ),
    _listed(
        "untranslated", "Missing translations", _untranslated, short="untranslated", permission=PROPOSE,
        about="Answers that are missing in one of the centre's own languages.",
    ),
    _listed(
        "outdated", "Outdated translations", _outdated, short="outdated", permission=PROPOSE,
        about="Texts whose original has changed since they were translated. Voters read them with a note.",
    ),
    _listed(
        "undated", "Elections without dates", _undated, short="without dates", permission=PROPOSE, verb="Change it",
        about="Elections of the coming year that lack a polling day or every deadline.",
    ),
    _listed(
        "unconfirmed", "Facts not yet confirmed", _unconfirmed, short="not confirmed", permission=CONFIRM,
        about="Voters read that they were compiled from public sources.",
    ),
    NeedKind(
        "compiled", "Compiled with doubts", "in doubt", "Found in public sources, not sure enough to show voters.",
        PROPOSE, _proposals("compiled"), _proposal_list("compiled"),
    ),
)  # fmt: skip


def need_kind(key: str) -> NeedKind | None:
    """The line called `key`, if there is one."""
    return next((kind for kind in NEEDS if kind.key == key), None)


def decision_kinds() -> list[NeedKind]:
    """Lines that wait for the very person who asks."""
    return [kind for kind in NEEDS if kind.is_decision]
