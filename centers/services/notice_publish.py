"""Put up an urgent notice: at once, by one publisher; another one looks at it afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError, record_of
from centers.curation.errors import Problems
from centers.curation.fields import take_url
from centers.curation.text import text_clean
from centers.models import ElectionCenter, NoticeKind, ProposalAction, PublishedChange, UrgentNotice
from centers.models.fact import TranslationOrigin
from centers.models.notice import LONGEST_NOTICE
from centers.notice_words import BLANK
from centers.pagecache import center_touch
from centers.services.announce import notice_announce
from centers.services.proposal_decide import PUBLISH
from centers.services.proposal_submit import speaking_for
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES

#: Characters a notice may have in one language: it is read on a phone, in the street.
LONGEST_NOTICE_TEXT: Final = 700
#: Notices one centre may have at a time; where everything is urgent, nothing is.
MOST_NOTICES: Final = 4


class NoticeDraft(NamedTuple):
    """A notice as its author wants it. `starts_at` is `None` for at once.

    `texts` are by language, those a person has read; `composed` those made of the same sentence in other languages.
    """

    public_id: UUID
    kind: NoticeKind
    texts: Mapping[str, str]
    composed: Mapping[str, str]
    source_url: str
    expires_at: dt.datetime
    starts_at: dt.datetime | None = None


@transaction.atomic
def notice_publish(*, center: ElectionCenter, by: User, draft: NoticeDraft) -> UrgentNotice:
    """Show a notice to voters. The same draft sent twice is one notice.

    Raises `PermissionDenied` for who may not publish there, and `CurationError` naming every field that is wrong.
    """
    place = center.jurisdiction
    if not by.has_perm(PUBLISH, place):
        raise PermissionDenied(f"May not publish for {place.code}.")
    # One at a time: a second press finds what the first has made.
    ElectionCenter.objects.select_for_update().get(pk=center.pk)
    made = UrgentNotice.objects.filter(public_id=draft.public_id).first()
    if made is not None:
        if (made.center_id, made.published_by_id) != (center.pk, by.pk):
            raise CurationError("This form has been used already: begin anew.")
        return made
    now = timezone.now()
    notice = _checked(center, by, draft, now)
    notice.save()
    center_touch(codes=[place.code])
    ref = record_of(notice)
    PublishedChange.objects.create(
        jurisdiction=place,
        record=str(ref),
        action=ProposalAction.CREATE,
        before={},
        after={name: value for name, value in ref.kind.values(notice).items() if value},
        source=notice.source_url,
        reason="Urgent notice",
        organisation=notice.organisation,
        published_by=by,
        published_at=now,
    )
    notice_announce(notice)
    return notice


def _checked(center: ElectionCenter, by: User, draft: NoticeDraft, now: dt.datetime) -> UrgentNotice:
    problems = Problems()
    own = center.jurisdiction.languages
    texts = {code: _text_taken(code, text, problems) for code, text in draft.texts.items()}
    if not any(texts.get(code) for code in own):
        problems.add(f"text_{own[0]}", f"Write it in {LANGUAGE_NAMES.get(own[0], own[0])}, at least.")
    composed = {code: text for code, text in draft.composed.items() if code in LANGUAGE_CODES and code not in texts}
    source = ""
    try:
        source = take_url(draft.source_url)
    except ValidationError as error:
        problems.add("source_url", " ".join(error.messages))
    starts_at = _beginning(draft.starts_at, now, problems)
    moments_check(starts_at=starts_at, expires_at=draft.expires_at, now=now, problems=problems)
    organisation = speaking_for(by, center.jurisdiction)
    if organisation is None:
        problems.add("", "Voters read who says it: only a member of an organisation puts up a notice.")
    if UrgentNotice.objects.standing(now).filter(center=center).count() >= MOST_NOTICES:
        problems.add("", f"There are {MOST_NOTICES} notices already: end one of them first.")
    problems.raise_all()
    origins = {
        code: (TranslationOrigin.SOURCE if code == own[0] else TranslationOrigin.PERSON).value
        for code, text in texts.items()
        if text
    } | dict.fromkeys(composed, TranslationOrigin.MACHINE.value)
    return UrgentNotice(
        public_id=draft.public_id,
        center=center,
        kind=draft.kind,
        source_url=source,
        starts_at=starts_at,
        expires_at=draft.expires_at,
        organisation=organisation,
        published_by=by,
        published_at=now,
        translation_origin=origins,
        **{f"text_{code}": text for code, text in (composed | texts).items() if text},
    )


def _text_taken(code: str, text: str, problems: Problems) -> str:
    field = f"text_{code}"
    if code not in LANGUAGE_CODES:
        problems.add(field, "The portal does not speak this language.")
        return ""
    taken = text_clean(text[: 20 * LONGEST_NOTICE_TEXT], multiline=True)
    if len(taken) > LONGEST_NOTICE_TEXT:
        problems.add(field, f"The text has {len(taken):,} characters; at most {LONGEST_NOTICE_TEXT} fit a banner.")
    if blank := BLANK.search(taken):
        problems.add(field, f"Fill in the blank {blank[0]}, or write the sentence without it.")
    return taken


def _beginning(starts_at: dt.datetime | None, now: dt.datetime, problems: Problems) -> dt.datetime:
    if starts_at is None:
        return now
    if starts_at > now + LONGEST_NOTICE:
        problems.add("starts_at", f"It can begin within {LONGEST_NOTICE.days} days; later is not urgent.")
    return max(starts_at, now)


def moments_check(
    *, starts_at: dt.datetime, expires_at: dt.datetime, now: dt.datetime, problems: Problems, field: str = "expires_at"
) -> None:
    """Say what is wrong with the time for which a notice is to be shown."""
    if expires_at <= max(now, starts_at):
        problems.add(field, "It would have ended already: choose a moment to come, after it begins.")
    elif expires_at > max(starts_at, now) + LONGEST_NOTICE:
        problems.add(field, f"At most {LONGEST_NOTICE.days} days: it can be prolonged while it is shown.")
