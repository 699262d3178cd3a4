"""Published changes as voters read them, in a handful of queries for any number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation
from centers.changes.differences import Segments, plain, text_differences
from centers.changes.values import REFERENCES, Reader, moment_text, value_text
from centers.changes.words import FIELDS, GROUPS, OTHER, choice_label, date_kind_label
from centers.formats import language_name
from centers.local_text import LocalText, direction, local_text
from centers.models import Election, Jurisdiction, ProposalAction, PublishedChange, Question, TrustedSource
from electioncenters.languages import LANGUAGE_CODES

#: Changes on one page of the history.
PAGE: Final = 30
#: Records of a union that its states' centres show too.
_SHARED: Final = ("election:", "round:")
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field before and after; `language` where it is a text in one."""

    label: str
    before: Segments
    after: Segments
    language: str = ""

    @property
    def direction(self) -> str:
        """Of the text."""
        return direction(self.language)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change in the page's language.

    `undone_at` is when it was taken back, `undoes_at` when what it takes back was published; `about` is the election a
    date belongs to and `part` the round; `elsewhere` names the languages in which a text changed too, and is not shown.
    """

    pk: int
    at: dt.datetime
    when: str
    verb: str
    group: str
    title: LocalText
    part: str
    about: LocalText | None
    confirmed_on: dt.date | None
    organisation: LocalText | None
    source: str
    fields: tuple[FieldView, ...]
    elsewhere: tuple[str, ...]
    undone_at: dt.datetime | None
    undone_by: int | None
    undoes_at: dt.datetime | None
    undoes: int | None

    @property
    def updated_at(self) -> dt.datetime:
        """When what is said of it last changed."""
        return max(self.at, self.undone_at or self.at)


def changes_of(place: Jurisdiction) -> QuerySet[PublishedChange]:
    """What was published of a place, and of the elections of the unions above it, latest first."""
    above, step = [], place.parent
    while step is not None:
        above.append(step.pk)
        step = step.parent
    shared = Q()
    for noun in _SHARED:
        shared |= Q(record__startswith=noun)
    shown = Q(jurisdiction=place) | (Q(jurisdiction__in=above) & shared)
    return PublishedChange.objects.filter(shown).select_related("organisation", "undoes").order_by("-id")


def change_views(
    changes: Iterable[PublishedChange], place: Jurisdiction, language: str, *, whole: bool = False
) -> list[ChangeView]:
    """For readers of `language`; texts are shortened around what changed unless `whole`. At most four queries."""
    rows = list(changes)
    reader = Reader(language, place.time_zones[0], _names(rows, language, place))
    undone = _undone(rows)
    return [_view(row, place, reader, undone.get(row.pk), whole) for row in rows]


def _view(
    change: PublishedChange, place: Jurisdiction, reader: Reader, undone: PublishedChange | None, whole: bool
) -> ChangeView:
    noun, _colon, key = change.record.partition(":")
    shown, elsewhere = _languages_shown(change, place, reader.language)
    return ChangeView(
        pk=change.pk,
        at=change.published_at,
        when=moment_text(change.published_at, reader),
        verb=_verb(change),
        group=str(GROUPS.get(noun, OTHER)),
        title=_title(change, noun, key, reader),
        part=_part(noun, key) or _translation(change, reader),
        about=reader.names.get(("election", key.split("/")[0])) if noun == "date" else None,
        confirmed_on=_confirmed_on(change),
        organisation=_organisation(change.organisation, place, reader.language),
        # A change is published with its source; this guards what voters may follow all the same.
        source=change.source if change.source.startswith(("https://", "http://")) else "",
        fields=tuple(_fields(change, noun, shown, reader, whole)),
        elsewhere=tuple(elsewhere),
        undone_at=undone.published_at if undone else None,
        undone_by=undone.pk if undone else None,
        undoes_at=change.undoes.published_at if change.undoes else None,
        undoes=change.undoes_id,
    )


def _verb(change: PublishedChange) -> str:
    if change.undoes_id is not None:
        return _("Taken back")
    if "translation_of" in change.after:
        return _("Translation confirmed")
    verbs = {
        ProposalAction.CREATE: _("Added"),
        ProposalAction.CHANGE: _("Changed"),
        ProposalAction.REMOVE: _("Removed"),
        ProposalAction.CONFIRM: _("Confirmed"),
        ProposalAction.LOOK: _("Checked again, unchanged"),
    }
    return verbs[ProposalAction(change.action)]


def _confirmed_on(change: PublishedChange) -> dt.date | None:
    day = change.after.get("confirmed_on") if change.action == ProposalAction.CONFIRM else None
    return dt.date.fromisoformat(day) if isinstance(day, str) else None


def _title(change: PublishedChange, noun: str, key: str, reader: Reader) -> LocalText:
    """What the record is called; empty where the group says it all."""
    parts, text = key.split("/"), ""
    if noun in ("election", "round"):
        return reader.names.get(("election", parts[0])) or LocalText(parts[0], reader.language, reader.language)
    if noun == "organisation":
        return reader.names.get(("organisation", key)) or LocalText(key, reader.language, reader.language)
    if noun == "source":
        known = reader.names.get(("source", parts[-1]))
        given = {**change.before, **change.after}.get("title")
        return known or LocalText(str(given or ""), reader.language, reader.language)
    if noun in ("campaign", "video", "tip"):
        return _given_title(change, parts[-1], reader.language)
    if noun == "answer":
        text = str(Question(parts[-1]).label) if parts[-1] in Question.values else parts[-1]
    elif noun == "date":
        text = date_kind_label((*parts, "", "")[2])
    elif noun == "notice":
        text = choice_label(noun, "kind", str({**change.before, **change.after}.get("kind", "")))
    return LocalText(text, reader.language, reader.language)


def _given_title(change: PublishedChange, slug: str, language: str) -> LocalText:
    """The title where the change names it, else the record's word in addresses."""
    values = {**change.before, **change.after}
    for code in dict.fromkeys((language, "en", *LANGUAGE_CODES)):
        if text := values.get(f"title_{code}"):
            return LocalText(str(text), code, language)
    return LocalText(slug.replace("-", " "), "en", language)


def _part(noun: str, key: str) -> str:
    number = key.rpartition("/")[2] if noun == "round" else "1"
    return "" if number == "1" else _("Second round") if number == "2" else number


def _translation(change: PublishedChange, reader: Reader) -> str:
    """The language of the translation that was confirmed, where that is what happened."""
    code = str(change.after.get("translation_of", "")).rpartition("_")[2]
    return language_name(code, reader.language) if code in LANGUAGE_CODES else ""


def _organisation(organisation: Organisation | None, place: Jurisdiction, language: str) -> LocalText | None:
    if organisation is None:
        return None
    own = place.languages
    several = " | " in organisation.name or not own
    return LocalText(organisation.name.replace(" | ", " / "), language if several else own[0], language)


# Fields: texts in the languages a reader of the page wants, everything else once.


def _languages_shown(change: PublishedChange, place: Jurisdiction, language: str) -> tuple[set[str], list[str]]:
    """The languages whose texts are shown, and those that changed too."""
    changed = {found[1] for name in {**change.before, **change.after} if (found := _split(name))[1]}
    wanted = [code for code in (language, *place.languages) if code in changed]
    shown = set(wanted or [code for code in ("en", *LANGUAGE_CODES) if code in changed][:1])
    return shown, [code for code in LANGUAGE_CODES if code in changed - shown]


def _split(name: str) -> tuple[str, str]:
    """`body_de` → `body`, `de`; a name without a language keeps all of it."""
    base, _underscore, code = name.rpartition("_")
    return (base, code) if code in LANGUAGE_CODES and base in FIELDS else (name, "")


def _fields(change: PublishedChange, noun: str, shown: set[str], reader: Reader, whole: bool) -> Iterator[FieldView]:
    if change.action in (ProposalAction.CONFIRM, ProposalAction.LOOK):
        return
    names = {**change.before, **change.after}
    order = sorted(names, key=lambda name: (_split(name)[1] != reader.language, list(names).index(name)))
    for name in order:
        base, language = _split(name)
        if base not in FIELDS or (language and language not in shown):
            continue
        before = value_text(noun, base, change.before.get(name), reader)
        after = value_text(noun, base, change.after.get(name), reader)
        if before or after:
            # A date is read whole; of a text it is the words that changed.
            sides = text_differences(before, after, whole=whole) if language else (plain(before), plain(after))
            yield FieldView(str(FIELDS[base]), *sides, language)


# What keys stand for.


Names = dict[tuple[str, str], LocalText]


def _names(rows: Sequence[PublishedChange], language: str, place: Jurisdiction) -> Names:
    """Names of the elections, organisations and sources that changes speak of; three queries at most."""
    wanted = _keys(rows)
    own = place.languages
    names: Names = {}
    for election in Election.objects.filter(key__in=wanted["election"]) if wanted["election"] else ():
        name = local_text(election, "name", language, own)
        names["election", election.key] = name or LocalText(election.key, language, language)
    for body in Organisation.objects.filter(key__in=wanted["organisation"]) if wanted["organisation"] else ():
        names["organisation", body.key] = LocalText(body.name.replace(" | ", " / "), language, language)
    pks = [int(key) for key in wanted["source"] if key.isdecimal() and len(key) <= _MOST_DIGITS]
    for source in TrustedSource.objects.filter(pk__in=pks) if pks else ():
        names["source", str(source.pk)] = LocalText(source.title, own[0] if len(own) == 1 else language, language)
    return names


def _keys(rows: Sequence[PublishedChange]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {"election": set(), "organisation": set(), "source": set()}
    for row in rows:
        noun, _colon, key = row.record.partition(":")
        if noun in ("election", "round", "date"):
            wanted["election"].add(key.split("/")[0])
        elif noun == "source":
            wanted["source"].add(key.rpartition("/")[2])
        elif noun == "organisation":
            wanted["organisation"].add(key)
        for values in (row.before, row.after):
            for name, kind in REFERENCES.items():
                if isinstance(values.get(name), str):
                    wanted[kind].add(values[name])
    return wanted


def _undone(rows: Sequence[PublishedChange]) -> dict[int, PublishedChange]:
    """By what they take back; the latest counts, and what was itself taken back does not."""
    found = PublishedChange.objects.filter(undoes__in=[row.pk for row in rows]).order_by("id") if rows else ()
    return {one.undoes_id: one for one in found if one.undoes_id is not None}
