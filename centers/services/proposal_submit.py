"""Propose a change, send it again, take it back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.permissions import lineage
from centers.curation import CurationError, RecordRef, record_ref
from centers.curation.errors import Problems
from centers.curation.fields import take_url
from centers.curation.kind import Values
from centers.curation.parts import Part, part_record
from centers.curation.text import text_clean
from centers.models import Jurisdiction, Proposal, ProposalAction, ProposalStatus
from centers.models.fact import Translated
from centers.services.announce import proposal_announce, proposal_settle
from centers.services.record_write import Provenance, records_write
from centers.wording import original_language, originals_of

#: Characters a reason may have, and changes one proposal may make.
LONGEST_REASON: Final = 2_000
MOST_PARTS: Final = 60
PROPOSE: Final = "centers.propose_change"

T = TypeVar("T")


class Wish(NamedTuple):
    """A change of one record as a person asks for it; `base` are the values they saw, taken from the record if none.

    `same_meaning` names translated fields whose original would be worded otherwise, and would mean the same.
    """

    record: str
    action: str = ProposalAction.CHANGE
    fields: Mapping[str, Any] = {}
    base: Mapping[str, Any] | None = None
    same_meaning: Sequence[str] = ()


class Because(NamedTuple):
    """Why, on what official source, and on which day it was seen there."""

    reason: str
    source: str
    verified_on: dt.date | None = None


@transaction.atomic
def proposal_submit(
    *,
    author: User,
    wishes: Sequence[Wish],
    because: Because,
    publish_at: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
    takes_up: Proposal | None = None,
    submission: uuid.UUID | None = None,
    translated_by: str = "",
) -> Proposal:
    """Propose changes that belong together, as one proposal; the first names it.

    What is published is taken back at `expires_at`. `takes_up` is a proposal of the loader that this one settles.
    `submission` is the form it comes from: the same one sent twice answers with the proposal it made. `translated_by`
    says that nothing but translations change, and who made them (`Translator`). Raises `PermissionDenied` for a place
    the author may not propose in, and `CurationError` naming every field that is wrong; nothing is kept then.
    """
    if submission is not None and (made := author.proposals.filter(submission=submission).first()) is not None:
        return made
    asked = _asked(wishes, because, publish_at, expires_at)
    if translated_by:
        asked = asked._replace(parts=[_anchored(part) for part in asked.parts])
    place = _place(asked.parts, author)
    _rehearse(asked.parts, asked.because, place, translated_by)
    proposal = Proposal(
        author=author,
        jurisdiction=place,
        organisation=speaking_for(author, place),
        translated_by=translated_by,
    )
    _fill(proposal, asked, submission)
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        # Sent twice at the same moment; anything else is no matter of the form's.
        if submission is None or (made := author.proposals.filter(submission=submission).first()) is None:
            raise
        return made
    if takes_up is not None:
        _settle(takes_up, proposal)
    proposal_announce(proposal)
    return proposal


@transaction.atomic
def proposal_revise(
    *,
    proposal: Proposal,
    author: User,
    wishes: Sequence[Wish],
    because: Because,
    publish_at: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
    revision: int | None = None,
    submission: uuid.UUID | None = None,
) -> Proposal:
    """Send a proposal again, changed; also while it waits. Raises as `proposal_submit` does.

    `revision` is the one the author started from, when that is known: another one meanwhile is a `CurationError`.
    """
    locked = _own_undecided(proposal, author)
    if submission is not None and locked.submission == submission:
        return locked
    if revision not in (None, locked.revision):
        raise CurationError("You have sent this again meanwhile, from another window: look at it first.")
    asked = _asked(wishes, because, publish_at, expires_at)
    place = _place(asked.parts, author)
    if place.pk != locked.jurisdiction_id:
        raise CurationError("A proposal stays in its place: make another one for another place.")
    if locked.translated_by:
        asked = asked._replace(parts=[_anchored(part) for part in asked.parts])
    _rehearse(asked.parts, asked.because, place, locked.translated_by)
    _fill(locked, asked, submission)
    locked.status, locked.revision = ProposalStatus.OPEN, locked.revision + 1
    locked.save()
    proposal_announce(locked)
    return locked


class _Asked(NamedTuple):
    """What a person asked for, checked."""

    parts: list[Part]
    because: Because
    publish_at: dt.datetime | None
    expires_at: dt.datetime | None


def _asked(
    wishes: Sequence[Wish], because: Because, publish_at: dt.datetime | None, expires_at: dt.datetime | None
) -> _Asked:
    """Raises `CurationError` with everything that is wrong, not only with the first of it."""
    wrong: dict[str, list[str]] = {}

    def gathered(take: Callable[[], T]) -> T | None:
        try:
            return take()
        except CurationError as error:
            for name, said in error.errors.items():
                wrong.setdefault(name, []).extend(said)
            return None

    parts = gathered(lambda: parts_taken(wishes))
    taken = gathered(lambda: _because_taken(because))
    gathered(lambda: _future(publish_at))
    gathered(lambda: _expiry_fits(expires_at, publish_at, parts or []))
    if wrong or parts is None or taken is None:
        raise CurationError(wrong)
    return _Asked(parts, taken, publish_at, expires_at)


def _fill(proposal: Proposal, asked: _Asked, submission: uuid.UUID | None) -> None:
    main, *also = asked.parts
    proposal.record, proposal.action, proposal.fields, proposal.base = (
        str(main.ref), main.action, main.fields, main.base,
    )  # fmt: skip
    proposal.also = [part.document() for part in also]
    proposal.same_meaning = {
        str(part.ref): list(part.same_meaning) for part in asked.parts if part.same_meaning
    }  # fmt: skip
    proposal.reason, proposal.source, proposal.verified_on = asked.because
    proposal.publish_at, proposal.expires_at = asked.publish_at, asked.expires_at
    proposal.submission = submission


@transaction.atomic
def proposal_withdraw(*, proposal: Proposal, author: User) -> Proposal:
    """Take back one's own proposal that nobody decided yet. Raises `CurationError` or `PermissionDenied`."""
    locked = _own_undecided(proposal, author)
    locked.status = ProposalStatus.WITHDRAWN
    locked.decided_by, locked.decided_at = author, timezone.now()
    locked.save(update_fields=["status", "decided_by", "decided_at"])
    proposal_settle(locked)
    return locked


def _own_undecided(proposal: Proposal, author: User) -> Proposal:
    locked = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if locked.author_id != author.pk:
        raise PermissionDenied("Only its author changes a proposal.")
    if locked.status not in (ProposalStatus.OPEN, ProposalStatus.SENT_BACK):
        raise CurationError("This proposal has been decided already.")
    return locked


def parts_taken(wishes: Sequence[Wish]) -> list[Part]:
    """The changes asked for, cleaned, as a proposal holds them. Raises `CurationError`."""
    if not 1 <= len(wishes) <= MOST_PARTS:
        raise CurationError(f"A proposal makes from 1 to {MOST_PARTS} changes.")
    parts = [_part(wish) for wish in wishes]
    if len({str(part.ref) for part in parts if not part.ref.key.endswith("/new")}) < sum(
        not part.ref.key.endswith("/new") for part in parts
    ):
        raise CurationError("The same record is changed twice in one proposal.")
    return parts


def _part(wish: Wish) -> Part:
    """Only what really changes is kept, with the values it replaces."""
    ref, action = record_ref(wish.record), ProposalAction(wish.action)
    if not ref.kind.is_proposable:
        raise CurationError(f"A change of an {ref.kind.label} is not proposed: a publisher makes it.")
    if action == ProposalAction.CONFIRM:
        raise CurationError("Confirming is not proposed: the authority does it itself.")
    if action == ProposalAction.LOOK:
        raise CurationError("Looking at a source again is not proposed: whoever has looked says so.")
    if action == ProposalAction.REMOVE:
        if not ref.kind.is_removable:
            raise CurationError(f"A {ref.kind.label} is never removed: change its status instead.")
        return Part(ref, action, {}, {})
    taken = ref.kind.taken(wish.fields)
    if action == ProposalAction.CREATE:
        return Part(ref, action, taken | _following(ref, taken), {})
    return _change(ref, taken, wish.base, wish.same_meaning)


def _change(ref: RecordRef, taken: Values, base: Mapping[str, Any] | None, same_meaning: Sequence[str]) -> Part:
    live = ref.kind.find(ref.key)
    if live is None:
        raise CurationError(f"There is no {ref.kind.label} {ref.key[:200]!r}.")
    seen = ref.kind.values(live, taken)
    if base is not None:
        # What stands there now is taken as it is, even where it could not be entered like that any more.
        other = {name: base.get(name) for name in taken if base.get(name) != seen[name]}
        seen |= ref.kind.taken(other)
    changed = {name: value for name, value in taken.items() if value != seen[name]}
    if not changed:
        raise CurationError("Nothing would change.")
    before = ref.kind.values(live)
    for name, value in _following(ref, changed).items():
        if value != before[name]:
            changed[name], seen[name] = value, before[name]
    kept = _reworded(ref, live, changed, same_meaning)
    return Part(ref, ProposalAction.CHANGE, changed, {name: seen[name] for name in changed}, kept)


def _reworded(ref: RecordRef, live: Model, changed: Values, same_meaning: Sequence[str]) -> tuple[str, ...]:
    """Of the fields said to mean the same, those whose original is really worded otherwise.

    A text in the place's first language becomes the original, whichever was it before.
    """
    if not isinstance(live, Translated):
        return ()
    own, known = ref.kind.place(live).languages, {one.base for one in ref.kind.own if one.language}
    if unknown := sorted(set(same_meaning) - known):
        raise CurationError(f"No translated field of a record of this kind: {unknown[0][:60]!r}.")
    return tuple(
        base for base in dict.fromkeys(same_meaning) if any(changed.get(name) for name in originals_of(live, base, own))
    )


def _following(ref: RecordRef, changed: Values) -> Values:
    """What follows from the values a person gave, and was not given by them."""
    try:
        record = ref.kind.find(ref.key) or ref.kind.build(ref.key)
    except CurationError:
        # What it belongs to is made by the same proposal: whoever makes both gives all values.
        return {}
    ref.kind.write(record, changed)
    following = ref.kind.follow(record)
    return {} if any(changed.get(name) for name in following) else following


def _place(parts: Sequence[Part], author: User) -> Jurisdiction:
    """Where the proposal belongs, which is where its first record does. The author must be allowed to propose there."""
    main = parts[0]
    place = main.ref.kind.place(part_record(main))
    if not author.has_perm(PROPOSE, place):
        raise PermissionDenied(f"May not propose changes for {place.code}.")
    return place


def _because_taken(because: Because) -> Because:
    """Checked and cleaned, everything wrong named at once."""
    problems = Problems()
    reason = text_clean(because.reason or "", multiline=True)
    if not reason:
        problems.add("reason", "Say why, in a sentence: who approves reads it first.")
    elif len(reason) > LONGEST_REASON:
        problems.add("reason", f"At most {LONGEST_REASON:,} characters, please.")
    source = ""
    try:
        source = take_url(because.source)
    except ValidationError as error:
        problems.add("source", " ".join(error.messages))
    today = timezone.now().date()
    day = because.verified_on or today
    # The author may be ahead of us by a time zone.
    if day > today + dt.timedelta(days=1):
        problems.add("verified_on", "Nobody has seen the source on a day to come.")
    problems.raise_all()
    return Because(reason, source, day)


def _future(moment: dt.datetime | None) -> None:
    if moment is not None and moment <= timezone.now():
        raise CurationError({"publish_at": ["Choose a moment to come, or leave it empty to publish when approved."]})


def _expiry_fits(moment: dt.datetime | None, publish_at: dt.datetime | None, parts: Sequence[Part]) -> None:
    if moment is None:
        return
    if moment <= (publish_at or timezone.now()):
        raise CurationError({"expires_at": ["Choose a moment to come, after the publication."]})
    for part in parts:
        if part.action == ProposalAction.CREATE and not part.ref.kind.is_removable:
            raise CurationError({"expires_at": [f"A new {part.ref.kind.label} cannot be taken back by itself."]})


def _anchored(part: Part) -> Part:
    """A translation with the original it was made from: if that changes meanwhile, the proposal conflicts with it."""
    kind = part.ref.kind
    live = kind.find(part.ref.key)
    if not isinstance(live, Translated):
        return part
    bases = {kind.by_name[name].base for name in part.fields if kind.by_name[name].language}
    originals = {f"{base}_{original_language(live, base, kind.place(live).languages)}" for base in bases}
    return part._replace(base=kind.values(live, originals) | part.base)


def _rehearse(parts: Sequence[Part], because: Because, place: Jurisdiction, translated_by: str) -> None:
    """Make the changes and undo them again: what could not be published is refused now, and not after the approval.

    All records must belong to `place`: who may decide there decides on all of them.
    """
    provenance = Provenance(because.source, because.verified_on or timezone.now().date(), "Rehearsal", translated_by)
    mark = transaction.savepoint()
    try:
        for written in records_write(parts=parts, provenance=provenance):
            if written.place.pk != place.pk:
                raise PermissionDenied("All changes of a proposal belong to one place.")
    finally:
        transaction.savepoint_rollback(mark)


def speaking_for(author: User, place: Jurisdiction) -> Organisation | None:
    """The organisation through which a member acts here; none for an administrator who belongs to none."""
    places = lineage(place)
    memberships = Membership.objects.select_related("organisation").filter(user=author).order_by("pk")
    fitting = [one for one in memberships if one.jurisdiction_id is None or one.jurisdiction_id in places]
    # The one for this very place speaks before one that holds everywhere.
    fitting.sort(key=lambda one: one.jurisdiction_id is None)
    return fitting[0].organisation if fitting else None


def _settle(material: Proposal, proposal: Proposal) -> None:
    """What the loader found doubtful is being dealt with."""
    if material.author_id is not None or material.status != ProposalStatus.OPEN:
        raise CurationError("What you take up has been dealt with already.")
    material.status = ProposalStatus.APPROVED
    material.decided_by, material.decided_at = proposal.author, timezone.now()
    material.decision = f"Taken up as proposal {proposal.pk}"
    material.save(update_fields=["status", "decided_by", "decided_at", "decision"])
