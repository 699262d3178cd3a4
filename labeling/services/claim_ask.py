"""Ask moderators about content that repeats a claim: a signal that joins the item's one open task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from django.db.models import F, Q

from centers.models import Jurisdiction
from labeling.claims.effects import Stand
from labeling.models import ClaimMatch, ContentItem, Label, LabelState, MatchState, Policy, SignalKind
from labeling.services.review_join import Signal, language_of, signals_join

#: What a label rested on no longer stands: whoever sees it is shown less than was decided, until somebody looks.
URGENT: Final = 5


class Question(NamedTuple):
    """A match moderators are asked about; `label` rests on it, and `why` says what changed. `severity` from 1 to 5."""

    match: ClaimMatch
    label: int | None = None
    why: str = ""
    severity: int = 1


def matches_ask(*, questions: Sequence[Question], stands: Mapping[int, Stand], policy: Policy, now: dt.datetime) -> int:
    """Bring matches to moderators, with what is found of their claims now; returns how many signals were new.

    The caller is in a transaction and has locked the matches; those of content that was erased are passed by.
    """
    items = {
        item.pk: item
        for item in ContentItem.objects.filter(
            pk__in={one.match.item_id for one in questions}, erased_at=None
        ).select_related("platform")
    }
    places = _places(items, {stand.claim.countries[0] for stand in stands.values()})
    signals = [
        _signal(one, items[one.match.item_id], stands[one.match.claim_id], policy, places)
        for one in questions
        if one.match.item_id in items
    ]
    joined = signals_join(signals=signals, now=now)
    asked = [one.match.pk for one in questions if one.match.item_id in items]
    ClaimMatch.objects.filter(pk__in=asked).update(asked_at=now)
    return joined


def _signal(question: Question, item: ContentItem, stand: Stand, policy: Policy, places: _Places) -> Signal:
    match = question.match
    return Signal(
        uri=item.uri,
        item=item.pk,
        place=places.of(item.pk, stand.claim.countries),
        language=language_of(item.lang),
        kind=SignalKind.FACT_CHECK,
        source=f"claim:{match.pk}:{stand.mark}",
        policy=policy.key,
        label=question.label,
        detail={"match": match.pk, "claim": str(stand.claim.public_id), "why": question.why},
        severity=question.severity,
    )


class _Places(NamedTuple):
    """Where an item's labels lead, and the places of claims by their codes."""

    labels: Mapping[int, Sequence[tuple[str, int]]]
    codes: Mapping[str, int]

    def of(self, item: int, countries: Sequence[str]) -> int:
        """Whose moderators decide: where a label leads that the claim spreads in, else its first country."""
        own = self.labels.get(item, ())
        return next((pk for code, pk in own if code in countries), self.codes[countries[0]])


def _places(items: Iterable[int], codes: set[str]) -> _Places:
    labels: dict[int, list[tuple[str, int]]] = {}
    kept = Label.objects.filter(item__in=list(items)).exclude(state=LabelState.WITHDRAWN).order_by("pk")
    for item, code, pk in kept.values_list("item", "jurisdiction__code", "jurisdiction"):
        labels.setdefault(item, []).append((code, pk))
    found = Jurisdiction.objects.filter(code__in=codes)
    return _Places(labels, dict(found.values_list("code", "pk")))


def waiting_matches(item: int) -> list[ClaimMatch]:
    """The matches of an item that wait for a moderator, in the order in which they are decided."""
    since = Q(decision=None) | Q(asked_at__gt=F("decision__decided_at"))
    found = ClaimMatch.objects.filter(since, item=item, asked_at__isnull=False)
    # First what people have confirmed before: viewers were shown something of it.
    return sorted(found.select_related("claim").order_by("pk"), key=lambda one: one.state != MatchState.CONFIRMED)
