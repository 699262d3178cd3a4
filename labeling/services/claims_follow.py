"""Follow what fact-checkers find: labels that rest on it change or fall, and moderators are asked.

There is no list of what to do: a match says which state of its claim's findings it follows (`ClaimMatch.mark`), and
whoever finds one that follows another than the present one brings it on (decision 37). So a message may be lost, come
twice or be worked on by two, and a worker that dies loses one transaction.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from factcheck.models import Assessment, Claim
from labeling.claims.effects import Stand, claims_policy, is_borne, stands_read
from labeling.models import (
    ClaimMatch,
    Decider,
    DecisionAction,
    Label,
    LabelBasis,
    LabelDecision,
    LabelState,
    MatchState,
    Policy,
    ReviewTask,
    TaskState,
)
from labeling.services.action_tell import actions_tell
from labeling.services.changes_sequence import changes_nudge
from labeling.services.claim_ask import URGENT, Question, matches_ask
from labeling.services.claim_judge import label_finding_refresh
from labeling.services.statement import statements_lift

logger = logging.getLogger(__name__)

#: Matches brought on in one transaction.
AT_ONCE: Final = 100
#: Labels that are shown no more by one statement, before what is said and asked about each.
HIDDEN_AT_ONCE: Final = 2_000
#: Seconds of work for one message: the next one is sent at once.
SLICE: Final = 5.0
_EXPIRES: Final = 30


def claims_follow(*, seconds: float = SLICE, clock: Callable[[], float] = time.monotonic) -> bool:
    """Bring matches on for a while; returns whether some are left. Safe at any time, by anybody, at the same time."""
    policy = claims_policy()
    if policy is None:
        return False
    until = clock() + seconds
    while stale := _stale(policy):
        # However many there are: nothing wrong is shown while the rest is written one by one.
        if sum(_hide(claim, stand) for claim, (stand, _) in stale.items()):
            changes_nudge()
        if not _step(stale, policy):
            # All of them are in somebody's hands, who brings them on.
            return False
        changes_nudge()
        if clock() >= until:
            return True
    return False


def claims_nudge(claim: int) -> None:
    """Tell a worker that something about a claim changed; without a broker beat looks in a few seconds."""
    # The tasks' module imports the services.
    from labeling.tasks import claims_follow as follow

    try:
        follow.apply_async(retry=False, expires=_EXPIRES)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("Claim %s is followed by beat: the broker cannot be reached (%s).", claim, type(error).__name__)


def _stale(policy: Policy) -> dict[int, tuple[Stand, list[int]]]:
    """Matches that follow another state than the present one, `AT_ONCE` at most, with how their claims stand."""
    claims = list(
        Claim.objects.filter(Exists(ClaimMatch.objects.filter(claim=OuterRef("pk")))).values_list("pk", flat=True)
    )
    stands = stands_read(claims, policy=policy, now=timezone.now())
    with connection.cursor() as cursor:
        # Two walks of the index for each claim, which end at once where nothing is stale.
        cursor.execute(
            """SELECT known.claim, found.id
               FROM unnest(%s::bigint[], %s::text[]) AS known(claim, mark)
               CROSS JOIN LATERAL (
                   (SELECT id FROM labeling_claimmatch WHERE claim_id = known.claim AND mark < known.mark LIMIT %s)
                   UNION ALL
                   (SELECT id FROM labeling_claimmatch WHERE claim_id = known.claim AND mark > known.mark LIMIT %s)
               ) AS found
               ORDER BY known.claim, found.id LIMIT %s""",
            [list(stands), [stand.mark for stand in stands.values()], AT_ONCE, AT_ONCE, AT_ONCE],
        )
        rows = cursor.fetchall()
    found: dict[int, tuple[Stand, list[int]]] = {}
    for claim, match in rows:
        found.setdefault(claim, (stands[claim], []))[1].append(match)
    return found


def _hide(claim: int, stand: Stand) -> int:
    """Labels on a claim that its findings bear no more are shown to nobody; returns how many were."""
    hidden = 0
    standing = LabelBasis.objects.filter(match__claim=claim, ended_at=None, label__state=LabelState.APPLIED)
    given = standing.exclude(match__mark=stand.mark).order_by()
    policies = Policy.objects.in_bulk(given.values_list("decision__policy", flat=True).distinct())
    for policy, reason in given.values_list("decision__policy", "reason").distinct():
        if not is_borne(policies[policy], reason, stand):
            while found := _hide_some(given.filter(decision__policy=policy, reason=reason), stand):
                hidden += found
    return hidden


@transaction.atomic
def _hide_some(bases: QuerySet[LabelBasis], stand: Stand) -> int:
    """Some of the labels that rest on `bases` and on nothing else; those that somebody holds are left to them."""
    others = LabelBasis.objects.filter(label=OuterRef("label"), ended_at=None).exclude(match=OuterRef("match"))
    found = {one.label_id: one for one in bases.exclude(Exists(others)).order_by("pk")[:HIDDEN_AT_ONCE]}
    labels = Label.objects.filter(pk__in=found, state=LabelState.APPLIED).select_related("item").order_by("pk")
    locked = list(labels.select_for_update(skip_locked=True, of=("self",)))
    reasons: dict[tuple[int, ...], str] = {}
    for basis in found.values():
        if (key := tuple(basis.assessments)) not in reasons:
            reasons[key] = _what_changed(basis, stand)
    _labels_fall([(label, reasons[tuple(found[label.pk].assessments)]) for label in locked], timezone.now())
    return len(locked)


@transaction.atomic
def _step(stale: dict[int, tuple[Stand, list[int]]], policy: Policy) -> int:
    """Bring these matches on; returns how many were. What others hold, or have brought on meanwhile, is left."""
    now = timezone.now()
    named = [pk for _, matches in stale.values() for pk in matches]
    # Tasks first, as whoever decides does: two that touch the same rows then wait, and do not deadlock.
    items = list(ClaimMatch.objects.filter(pk__in=named).values_list("item", flat=True))
    tasks = ReviewTask.objects.filter(item__in=items, state=TaskState.OPEN, is_blind=False).order_by("pk")
    list(tasks.select_for_update(of=("self",)).values_list("pk", flat=True))
    locked = list(
        ClaimMatch.objects.filter(pk__in=named)
        .select_related("claim")
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))
    )
    stands = {claim: stand for claim, (stand, _) in stale.items()}
    own = [match for match in locked if match.mark != stands[match.claim_id].mark]
    questions = [question for match in own for question in _brought_on(match, stands[match.claim_id], policy, now)]
    matches_ask(questions=questions, stands=stands, policy=policy, now=now)
    for claim, stand in stands.items():
        ClaimMatch.objects.filter(pk__in=[one.pk for one in own if one.claim_id == claim]).update(mark=stand.mark)
    return len(own)


def _brought_on(match: ClaimMatch, stand: Stand, policy: Policy, now: dt.datetime) -> list[Question]:
    """Change what rests on a match; what moderators are asked about it."""
    if match.state == MatchState.REFUSED:
        return []
    bases = match.bases.filter(ended_at=None).select_related("label", "decision__policy").order_by("pk")
    standing = list(bases)
    if not standing:
        return [Question(match)] if stand.asks else []
    questions = [_basis_follows(basis, match, stand, now) for basis in standing]
    return [question for question in questions if question is not None]


def _basis_follows(basis: LabelBasis, match: ClaimMatch, stand: Stand, now: dt.datetime) -> Question | None:
    """A label says what is true of it now, and is shown no more where its reason is not borne any more."""
    label = Label.objects.select_for_update().get(pk=basis.label_id)
    why = _what_changed(basis, stand)
    if is_borne(basis.decision.policy, basis.reason, stand):
        was_disputed = bool(label.finding and label.finding.get("disputed"))
        if label_finding_refresh(label, stands={match.claim_id: stand}) and label.state == LabelState.APPLIED:
            _record(label, DecisionAction.APPLIED, why, now)
        is_disputed = stand.verdict.is_disputed and not was_disputed
        over = not any(one.reason == basis.reason for one in stand.proposals)
        return Question(match, label.pk, why, URGENT if is_disputed else 1) if is_disputed or over else None
    LabelBasis.objects.filter(pk=basis.pk).update(ended_at=now)
    actions_tell(bases=[basis], withdrawn_because="finding_changed")
    if LabelBasis.objects.filter(label=label, ended_at=None).exists():
        if label_finding_refresh(label) and label.state == LabelState.APPLIED:
            _record(label, DecisionAction.APPLIED, why, now)
        return Question(match, None, why, URGENT)
    if label.state == LabelState.APPLIED:
        _labels_fall([(label, why)], now)
    statements_lift(label=label, now=now)
    return Question(match, label.pk, why, URGENT)


def _labels_fall(fallen: Sequence[tuple[Label, str]], now: dt.datetime) -> None:
    """Nobody is shown any more what nobody finds any more; a person says what is shown instead.

    Of content whose words were erased nobody can say that: its label is gone for good.
    """
    gone = [label for label, _ in fallen if label.item.erased_at is not None]
    waits = [label for label, _ in fallen if label.item.erased_at is None]
    for labels, state in ((gone, LabelState.WITHDRAWN), (waits, LabelState.REVIEW)):
        Label.objects.filter(pk__in=[label.pk for label in labels]).update(
            state=state, decided_by=Decider.MACHINE, decided_at=now, finding=None
        )
    LabelDecision.objects.bulk_create(
        LabelDecision(
            label=label,
            action=DecisionAction.WITHDRAWN if label in gone else DecisionAction.SENT_TO_REVIEW,
            decided_by=Decider.MACHINE,
            reason=f"finding_changed: {why}"[:1000],
            decided_at=now,
        )
        for label, why in fallen
    )


def _record(label: Label, action: DecisionAction, why: str, now: dt.datetime) -> None:
    LabelDecision.objects.create(
        label=label, action=action, decided_by=Decider.MACHINE, reason=f"finding_changed: {why}"[:1000], decided_at=now
    )


def _what_changed(basis: LabelBasis, stand: Stand) -> str:
    """Which assessments came or went since the label was decided, with whose they are."""
    then = set(basis.assessments)
    ids = {one.pk for one in stand.verdict.standing}
    changed = Assessment.objects.filter(pk__in=then ^ ids).select_related("partner__organisation").order_by("pk")
    said = [_said(one, came=one.pk in ids) for one in changed]
    return "; ".join(said) or "an election is near no more, or near now"


def _said(one: Assessment, *, came: bool) -> str:
    who = f"assessment {one.pk} of {one.partner.organisation.name}"
    if came:
        return f"{who} says {one.rating}"
    return f"{who} was withdrawn" if one.ended_because else f"{who} ended"
