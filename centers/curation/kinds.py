"""Every kind of record that is curated, by its noun: `answer:fr/when`, `round:ro.president.2024/1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Organisation
from centers.curation import checks
from centers.curation.errors import CurationError
from centers.curation.fields import (
    CuratedField,
    choice_field,
    choices_field,
    date_field,
    flag_field,
    instant_field,
    languages_field,
    number_field,
    reference_field,
    take_date,
    take_time,
    text_field,
    time_field,
    translated_fields,
    url_field,
)
from centers.curation.kind import RecordKind, Values, unknown_key
from centers.curation.literacy import CAMPAIGN, TIP, VIDEO
from centers.curation.organisation import ORGANISATION
from centers.curation.ruled import date_ruled, round_spans
from centers.dates_from_rules import RuleError
from centers.models import (
    Answer,
    Audience,
    Election,
    ElectionCenter,
    ElectionStatus,
    ElectionType,
    Jurisdiction,
    KeyDate,
    KeyDateKind,
    NoticeKind,
    PollingDay,
    Question,
    Round,
    RuleAnchor,
    RuleDirection,
    RuleShift,
    RuleUnit,
    SourceKind,
    TrustedSource,
    UrgentNotice,
)
from centers.models.election import DateBasis
from centers.models.key_date import MOST_RULE_DAYS
from centers.models.source import Purpose

#: Most polling days a round can have: elections in some countries outside the Union take weeks.
_MOST_DAYS: Final = 60
_MOST_DIGITS: Final = 18
#: Stands for the number a record gets when it is made.
NEW: Final = "new"


class RecordRef(NamedTuple):
    """A record by kind and natural key, as a proposal's `record` names it."""

    kind: RecordKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind.noun}:{self.key}"


def record_ref(name: str) -> RecordRef:
    """The kind and key of `noun:key`. Raises `CurationError` for a kind there is not."""
    noun, colon, key = name.partition(":")
    if not colon or not key:
        raise CurationError(f"{name[:200]!r} names no record.")
    return RecordRef(record_kind(noun), key)


def record_kind(noun: str) -> RecordKind:
    """The kind called `noun`. Raises `CurationError`."""
    if noun not in KINDS:
        raise CurationError(f"There is no kind of record called {noun[:60]!r}.")
    return KINDS[noun]


def record_of(record: models.Model) -> RecordRef:
    """The name of a live record. Raises `CurationError` for what is not curated."""
    for kind in KINDS.values():
        if isinstance(record, kind.model):
            return RecordRef(kind, kind.key(record))
    raise CurationError(f"{type(record).__name__} is not curated.")


def _center(code: str, label: str, key: str) -> ElectionCenter:
    found = ElectionCenter.objects.for_code(code).first()
    if found is None:
        raise unknown_key(label, key)
    return found


def _of_place(place: Jurisdiction) -> list[str]:
    """A union's facts are shown by its states' centres too; their pages hold the union's version in their key."""
    return [place.code]


# Answers: `fr/when`.


def _answer_find(key: str) -> Answer | None:
    code, _, question = key.partition("/")
    found = Answer.objects.filter(center__jurisdiction__code=code, question=question)
    return found.select_related("center__jurisdiction__parent", "election", "confirmed_by").first()


def _answer_build(key: str) -> Answer:
    code, _, question = key.partition("/")
    if question not in Question.values:
        raise unknown_key("answer", key)
    return Answer(center=_center(code, "answer", key), question=question)


_ANSWER: Final = RecordKind(
    noun="answer",
    label="answer",
    model=Answer,
    own=(
        *translated_fields("body", "Answer", multiline=True, help="An empty line begins a new paragraph."),
        text_field("source_name", "Who says so", limit=250, required=True),
        reference_field("election", "About the election", Election, "key"),
    ),
    key=lambda answer: f"{answer.center.jurisdiction.code}/{answer.question}",
    find=_answer_find,
    build=_answer_build,
    place=lambda answer: answer.center.jurisdiction,
    concerns=lambda answer: _of_place(answer.center.jurisdiction),
    checks=(checks.answer_is_readable, checks.answer_is_about_own_election),
)


# Elections: `ro.president.2024`.


def _election_find(key: str) -> Election | None:
    return Election.objects.select_related("jurisdiction__parent", "replaces", "confirmed_by").filter(key=key).first()


def _election_build(key: str) -> Election:
    place = Jurisdiction.objects.select_related("parent").filter(code=key.split(".", 1)[0]).first()
    if place is None or "." not in key:
        raise unknown_key("election", key)
    return Election(key=key, jurisdiction=place)


_ELECTION: Final = RecordKind(
    noun="election",
    label="election",
    model=Election,
    own=(
        *translated_fields("name", "Name", limit=250),
        choice_field("type", "Who is elected", ElectionType),
        choice_field("status", "Status", ElectionStatus),
        date_field("status_since", "Annulled, cancelled or postponed on"),
        flag_field("is_indirect", "Held by a body, not by voters"),
        date_field("expected_from", "Expected from"),
        date_field("expected_to", "Expected until"),
        choice_field("date_basis", "How to read the period", DateBasis, blank=True),
        reference_field("replaces", "Held instead of", Election, "key"),
    ),
    key=lambda election: election.key,
    find=_election_find,
    build=_election_build,
    place=lambda election: election.jurisdiction,
    concerns=lambda election: _of_place(election.jurisdiction),
    checks=(checks.election_is_named, checks.election_replaces_one_that_fell, checks.election_status_fits_rounds),
    # Its id stands in labels and in other systems.
    is_removable=False,
)


# Rounds with their polling days: `ro.president.2024/1`.


def _round_find(key: str) -> Round | None:
    election, _, number = key.rpartition("/")
    if not number.isdecimal():
        return None
    found = Round.objects.filter(election__key=election, number=int(number[:4]))
    return found.select_related("election__jurisdiction__parent", "confirmed_by").first()


def _round_build(key: str) -> Round:
    election, _, number = key.rpartition("/")
    found = _election_find(election)
    if found is None or not number.isdecimal() or not 1 <= int(number[:4]) <= 9:  # noqa: PLR2004
        raise unknown_key("round", key)
    return Round(election=found, number=int(number))


def _days_take(value: Any) -> list[dict[str, str | None]]:
    if not isinstance(value, list) or not value:
        raise ValidationError("Give at least one polling day.")
    if len(value) > _MOST_DAYS:
        raise ValidationError(f"A round has at most {_MOST_DAYS} polling days.")
    days = []
    for one in value:
        entry = one if isinstance(one, dict) else {"date": one}
        opens, closes = take_time(entry.get("opens_at")), take_time(entry.get("closes_at"))
        if opens and closes and opens >= closes:
            raise ValidationError("Polling stations open before they close.")
        days.append({"date": take_date(entry.get("date")).isoformat(), "opens_at": opens, "closes_at": closes})
    if len({day["date"] for day in days}) < len(days):
        raise ValidationError("A polling day is listed twice.")
    return sorted(days, key=lambda day: str(day["date"]))


def _days_read(record: models.Model) -> list[dict[str, str | None]]:
    planned = getattr(record, "_days", None)
    if planned is not None:
        return list(planned)
    if record.pk is None:
        return []
    # By the relation, so that days read beforehand with many rounds are not read again.
    days: Iterable[PollingDay] = sorted(record.polling_days.all(), key=lambda day: day.date)  # type: ignore[attr-defined]
    return [
        {
            "date": day.date.isoformat(),
            "opens_at": day.opens_at.strftime("%H:%M") if day.opens_at else None,
            "closes_at": day.closes_at.strftime("%H:%M") if day.closes_at else None,
        }
        for day in days
    ]


def _days_write(record: models.Model, value: Any) -> None:
    """Kept on the record until it is saved: days are rows of their own (`centers.services.record_write`)."""
    record._days = list(value)  # type: ignore[attr-defined]


_ROUND: Final = RecordKind(
    noun="round",
    label="round of voting",
    model=Round,
    own=(
        choice_field("status", "Status", ElectionStatus),
        date_field("moved_from", "Moved from", help="The first polling day as it was called before it was moved."),
        CuratedField("polling_days", "Polling days", _days_take, _days_read, _days_write, shape="days"),
    ),
    key=lambda one: f"{one.election.key}/{one.number}",
    find=_round_find,
    build=_round_build,
    place=lambda one: one.election.jurisdiction,
    concerns=lambda one: _of_place(one.election.jurisdiction),
    checks=(checks.round_has_days, checks.rounds_follow_each_other, checks.dates_still_fit_round),
)


# Key dates: `ie.parliament.2029/ie/registration_deadline/everyone`.


def _date_parts(key: str) -> tuple[str, str, str, str] | None:
    parts = key.split("/")
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 else None  # noqa: PLR2004


def _date_find(key: str) -> KeyDate | None:
    parts = _date_parts(key)
    if parts is None:
        return None
    election, code, kind, audience = parts
    found = KeyDate.objects.filter(election__key=election, jurisdiction__code=code, kind=kind, audience=audience)
    return found.select_related("election__jurisdiction", "jurisdiction__parent", "confirmed_by").first()


def _date_build(key: str) -> KeyDate:
    parts = _date_parts(key)
    election = _election_find(parts[0]) if parts else None
    place = Jurisdiction.objects.select_related("parent").filter(code=parts[1]).first() if parts else None
    if parts is None or election is None or place is None:
        raise unknown_key("key date", key)
    if parts[2] not in KeyDateKind.values or parts[3] not in Audience.values:
        raise unknown_key("key date", key)
    return KeyDate(
        election=election, jurisdiction=place, kind=parts[2], audience=parts[3], time_zone=place.time_zones[0]
    )


def _date_follow(date: Any) -> Values:
    """The day or moment, from the rule."""
    try:
        return dict(date_ruled(date, round_spans(date.election)) or {})
    except (RuleError, ZoneInfoNotFoundError, ValueError):
        # The checks say what is wrong, and beside which field.
        return {}


_KEY_DATE: Final = RecordKind(
    noun="date",
    label="key date",
    model=KeyDate,
    own=(
        date_field("day", "Day"),
        instant_field("instant", "Or moment"),
        text_field("time_zone", "Time zone", limit=50, required=True),
        number_field(
            "rule_days",
            "Rule: how many",
            most=MOST_RULE_DAYS,
            required=False,
            help="For a date that the law counts from the vote. Leave all fields of the rule empty for a fixed date.",
        ),
        choice_field(
            "rule_unit",
            "Rule: of what",
            RuleUnit,
            blank=True,
            help="Working days leave out weekends and the public holidays of the place; the law may count otherwise.",
        ),
        choice_field("rule_direction", "Rule: which way", RuleDirection, blank=True),
        number_field("rule_round", "Rule: of which round", least=1, most=9, required=False),
        choice_field("rule_anchor", "Rule: from which day", RuleAnchor, blank=True),
        choice_field("rule_shift", "Rule: if that is a day off", RuleShift, blank=True),
        time_field("rule_time", "Rule: until what time", help="In the time zone above. Empty: the whole day."),
        *translated_fields("note", "Note", limit=1_000),
    ),
    key=lambda one: f"{one.election.key}/{one.jurisdiction.code}/{one.kind}/{one.audience}",
    find=_date_find,
    build=_date_build,
    place=lambda one: one.jurisdiction,
    concerns=lambda one: _of_place(one.jurisdiction),
    checks=(
        checks.date_is_in_a_zone_of_its_place,
        checks.date_is_of_own_election,
        checks.date_rule_is_whole,
        checks.date_follows_its_rule,
        checks.date_fits_polling_days,
    ),
    follow=_date_follow,
)


# Trusted sources: `fr/1234`, and `fr/new` for one that is yet to be made: address and title may both change.


def _source_find(key: str) -> TrustedSource | None:
    code, _, number = key.partition("/")
    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        return None
    found = TrustedSource.objects.filter(center__jurisdiction__code=code, pk=int(number))
    return found.select_related("center__jurisdiction__parent", "organisation", "confirmed_by").first()


def _source_build(key: str) -> TrustedSource:
    code, _, number = key.partition("/")
    if number != NEW:
        raise unknown_key("trusted source", key)
    return TrustedSource(center=_center(code, "trusted source", key))


_SOURCE: Final = RecordKind(
    noun="source",
    label="trusted source",
    model=TrustedSource,
    own=(
        url_field("url", "Web address"),
        text_field("title", "Title", limit=250, required=True),
        reference_field("organisation", "Organisation", Organisation, "key", required=True),
        choice_field("kind", "Who speaks", SourceKind),
        languages_field("languages", "Languages of the page"),
        choices_field("purposes", "What voters find there", Purpose),
        text_field("scope", "Only for", limit=60),
        number_field("rank", "Order", most=10_000),
    ),
    key=lambda source: f"{source.center.jurisdiction.code}/{source.pk or NEW}",
    find=_source_find,
    build=_source_build,
    place=lambda source: source.center.jurisdiction,
    concerns=lambda source: _of_place(source.center.jurisdiction),
    checks=(checks.source_organisation_may_speak,),
)


# Centres: `fr`. Only what they say of themselves.


def _center_build(key: str) -> ElectionCenter:
    raise CurationError("Centres are made by the operators.")


_CENTER: Final = RecordKind(
    noun="center",
    label="centre",
    model=ElectionCenter,
    own=translated_fields("introduction", "Introduction", multiline=True, limit=1_500),
    key=lambda center: center.jurisdiction.code,
    find=lambda key: ElectionCenter.objects.for_code(key).first(),
    build=_center_build,
    place=lambda center: center.jurisdiction,
    concerns=lambda center: _of_place(center.jurisdiction),
    is_removable=False,
)

# Urgent notices: `fr/12`. A publisher puts them up at once (`centers.services.notice_publish`).


def _notice_find(key: str) -> UrgentNotice | None:
    code, _, number = key.partition("/")
    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        return None
    found = UrgentNotice.objects.with_people().filter(center__jurisdiction__code=code, pk=int(number))
    return found.first()


def _notice_build(key: str) -> UrgentNotice:
    raise CurationError("Notices are put up by publishers, at once.")


_NOTICE: Final = RecordKind(
    noun="notice",
    label="urgent notice",
    model=UrgentNotice,
    own=(
        choice_field("kind", "What it is about", NoticeKind),
        *translated_fields("text", "Text", multiline=True),
        url_field("source_url", "Source"),
        instant_field("starts_at", "Shown from"),
        instant_field("expires_at", "Shown until"),
        instant_field("reviewed_at", "Checked by a second person"),
    ),
    key=lambda notice: f"{notice.center.jurisdiction.code}/{notice.pk}",
    find=_notice_find,
    build=_notice_build,
    place=lambda notice: notice.center.jurisdiction,
    concerns=lambda notice: _of_place(notice.center.jurisdiction),
    is_removable=False,
    is_proposable=False,
)

KINDS: Final[dict[str, RecordKind]] = {
    kind.noun: kind
    for kind in (
        _ANSWER, _ELECTION, _ROUND, _KEY_DATE, _SOURCE, ORGANISATION, _CENTER, _NOTICE, CAMPAIGN, VIDEO, TIP,
    )
}  # fmt: skip


def nouns() -> Iterable[str]:
    """What kinds there are."""
    return KINDS.keys()
