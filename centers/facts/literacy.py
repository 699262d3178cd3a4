"""Media literacy in the pack: real campaigns (`literacy_campaigns.csv`), their views (`literacy_views.csv`), tips.

A tip is a file of its own in `centers/data/tips/`, since it is text in twenty-seven languages and little else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from centers.facts import cells
from centers.facts.changes import FieldChange
from centers.facts.kinds import Known
from centers.facts.sync import Kind, Sync, Wanted
from centers.facts.table import Layout, Problem, Reader, Row
from centers.facts.voice import SOURCE_LANGUAGE, UntranslatedError, Voice
from centers.facts.wordings import wording_follower
from centers.models import Campaign, ReportedViews, Tip
from centers.models.fact import TranslationOrigin
from electioncenters.languages import LANGUAGE_CODES

TIPS: Final = "centers/data/tips"
_UNION: Final = "eu"


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign somebody reported. What the report does not tell is empty."""

    slug: str
    code: str
    partner_name: str
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    starts_on: dt.date | None
    ends_on: dt.date | None
    source_name: str
    source_url: str


@dataclass(frozen=True, slots=True)
class ViewsRow:
    """A reported figure; the period is of whole days, first and last included."""

    campaign: str
    period: tuple[dt.date, dt.date]
    views: int
    source_name: str
    source_url: str
    noted_on: dt.date


class _Text(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    steps: Annotated[list[Annotated[str, Meta(min_length=1, max_length=400)]], Meta(min_length=1, max_length=8)]
    is_machine: bool = True


class TipFile(Struct, forbid_unknown_fields=True):
    """A tip as its file has it, with texts by language."""

    key: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    rank: Annotated[int, Meta(ge=0, le=10_000)]
    texts: dict[str, _Text]
    source_name: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class LiteracyPack:
    """The rows of both files, and the tips."""

    campaigns: list[CampaignRow]
    views: list[ViewsRow]
    tips: list[TipFile]


def _campaign(codes: frozenset[str]) -> Callable[[Row], CampaignRow]:
    def parse(row: Row) -> CampaignRow:
        starts_on = row.read("starts_on", cells.optional(cells.date))
        ends_on = row.read("ends_on", cells.optional(cells.date))
        if starts_on and ends_on and ends_on < starts_on:
            row.refuse("ends_on", "lies before the first day")
        return CampaignRow(
            slug=row.read("slug", cells.slug),
            code=row.read("iso2", cells.known_code(codes)),
            partner_name=row.read("partner_name", cells.text),
            countries=row.read("countries", cells.some(cells.listed(cells.known_code(codes)))),
            languages=row.read("languages", cells.listed(cells.language)),
            starts_on=starts_on,
            ends_on=ends_on,
            source_name=row.read("source_name", cells.text),
            source_url=row.read("source_url", cells.either(cells.url)),
        )

    return parse


def _views(row: Row) -> ViewsRow:
    row.read("iso2", cells.code)
    return ViewsRow(
        campaign=row.read("campaign", cells.slug),
        period=row.read("period", cells.period),
        views=row.read("views", cells.integer(0, 999_999_999)),
        source_name=row.read("source_name", cells.text),
        source_url=row.read("source_url", cells.either(cells.url)),
        noted_on=row.read("noted_on", cells.date),
    )


def campaigns_layout(codes: frozenset[str]) -> Layout[CampaignRow]:
    """`codes` are the places of the pack."""
    return Layout(
        path="centers/data/literacy_campaigns.csv",
        columns=("slug", "iso2", "partner_name", "countries", "languages", "starts_on", "ends_on", "source_name",
                 "source_url"),
        parse=_campaign(codes),
        unique=("slug",),
    )  # fmt: skip


VIEWS: Final = Layout(
    path="centers/data/literacy_views.csv",
    columns=("campaign", "iso2", "period", "views", "source_name", "source_url", "noted_on"),
    parse=_views,
    unique=("campaign", "source_name", "period"),
)


def literacy_read(reader: Reader, codes: frozenset[str]) -> LiteracyPack:
    """Read everything; what is wrong is noted in `reader.problems`."""
    pack = LiteracyPack(reader.rows(campaigns_layout(codes)), reader.rows(VIEWS), _tips_read(reader))
    if not reader.problems:
        known = {row.slug for row in pack.campaigns}
        unknown = [row.campaign for row in pack.views if row.campaign not in known]
        reader.problems += [
            Problem(VIEWS.path, 1, "campaign", f'"{one}" is no campaign of this pack') for one in unknown
        ]
    return pack


def _tips_read(reader: Reader) -> list[TipFile]:
    tips: list[TipFile] = []
    for path in sorted((reader.root / TIPS).glob("*.json")):
        name = f"{TIPS}/{path.name}"
        try:
            tip = msgspec.json.decode(path.read_bytes(), type=TipFile)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            reader.problems.append(Problem(name, 1, "file", str(error)))
            continue
        reader.problems += [Problem(name, 1, column, reason) for column, reason in _flaws(tip, path.stem)]
        tips.append(tip)
    return tips


def _flaws(tip: TipFile, stem: str) -> Iterable[tuple[str, str]]:
    if tip.key != stem:
        yield "key", f'"{tip.key}" is not what the file is called'
    if SOURCE_LANGUAGE not in tip.texts:
        yield "texts", "there is no English text, from which the others are made"
    if unknown := sorted(set(tip.texts) - set(LANGUAGE_CODES)):
        yield "texts", f'"{unknown[0]}" is no language of the portal'
    if bool(tip.source_name) != bool(tip.source_url):
        yield "source_url", "a source has a name and an address, or there is none"


# From rows to records.


def literacy_load(*, pack: LiteracyPack, sync: Sync, known: Known, voices: Mapping[str, Voice]) -> None:
    """Make campaigns, reported views and tips agree with the pack; call it in the loader's transaction."""
    campaigns = sync.records(_campaign_kind(known), [_wanted_campaign(row, known, voices) for row in pack.campaigns])
    sync.records(_views_kind(campaigns), [_wanted_views(row, campaigns) for row in pack.views])
    sync.records(_tip_kind(known), [_wanted_tip(tip, known) for tip in pack.tips] if _UNION in known.centers else [])


def _campaign_kind(known: Known) -> Kind[Campaign]:
    codes = known.code_of_jurisdiction()
    return Kind(
        "campaign",
        Campaign,
        lambda campaign: campaign.slug,
        lambda some: [code for one in some for code in (codes[one.jurisdiction_id], *one.countries)],
        follow=wording_follower("title", lambda one: known.jurisdictions[codes[one.jurisdiction_id]].languages),
    )


def _wanted_campaign(row: CampaignRow, known: Known, voices: Mapping[str, Voice]) -> Wanted:
    titles = {code: _title(row, voice) for code, voice in voices.items()}
    return Wanted(
        row.slug,
        {
            "jurisdiction_id": known.jurisdictions[row.code].pk,
            "slug": row.slug,
            "partner_name": row.partner_name,
            "countries": list(row.countries),
            "languages": list(row.languages),
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "source_name": row.source_name,
            "source_url": row.source_url,
            **_in_languages({"title": titles}),
        },
    )


def _title(row: CampaignRow, voice: Voice) -> str | None:
    """What is known of it as a title: its own is not. `None` where the catalogue does not have the words yet."""
    try:
        return voice.gettext("Media literacy campaign with %(partner)s") % {"partner": row.partner_name}
    except UntranslatedError:
        return None


def _views_kind(campaigns: Mapping[str, Campaign]) -> Kind[ReportedViews]:
    slugs = {one.pk: slug for slug, one in campaigns.items()}
    centers = {one.pk: one.countries for one in campaigns.values()}
    return Kind(
        "literacy_views",
        ReportedViews,
        lambda one: f"{slugs[one.campaign_id]}/{one.video_id or ''}/{one.source_name}/{one.first_day}/{one.last_day}",
        lambda some: [code for one in some for code in centers[one.campaign_id]],
        is_removable=True,
    )


def _wanted_views(row: ViewsRow, campaigns: Mapping[str, Campaign]) -> Wanted:
    first, last = row.period
    return Wanted(
        f"{row.campaign}//{row.source_name}/{first}/{last}",
        {
            "campaign_id": campaigns[row.campaign].pk,
            "source_name": row.source_name,
            "source_url": row.source_url,
            "first_day": first,
            "last_day": last,
            "views": row.views,
            "via": ReportedViews.Via.PACK.value,
            "reported_at": dt.datetime.combine(row.noted_on, dt.time(), dt.UTC),
        },
    )


def _tip_kind(known: Known) -> Kind[Tip]:
    codes = known.code_of_jurisdiction()

    def own(tip: Tip) -> Sequence[str]:
        return known.jurisdictions[codes[tip.jurisdiction_id]].languages

    followers = [wording_follower(field, own) for field in ("title", "body")]

    def follow(tip: Tip, changes: Sequence[FieldChange]) -> Iterable[str]:
        return {column for one in followers for column in one(tip, changes)}

    return Kind(
        "tip",
        Tip,
        lambda tip: f"{codes[tip.jurisdiction_id]}/{tip.slug}",
        lambda some: [codes[one.jurisdiction_id] for one in some],
        is_removable=True,
        follow=follow,
    )


def _wanted_tip(tip: TipFile, known: Known) -> Wanted:
    texts = {code: tip.texts.get(code) for code in LANGUAGE_CODES}
    titles = {code: text.title if text else None for code, text in texts.items()}
    bodies = {code: "\n".join(text.steps) if text else None for code, text in texts.items()}
    persons = frozenset(code for code, text in texts.items() if text and not text.is_machine)
    return Wanted(
        f"{_UNION}/{tip.key}",
        {
            "jurisdiction_id": known.jurisdictions[_UNION].pk,
            "slug": tip.key,
            "rank": tip.rank,
            "source_name": tip.source_name,
            "source_url": tip.source_url,
            **_in_languages({"title": titles, "body": bodies}, persons),
        },
    )


def _in_languages(
    fields: Mapping[str, Mapping[str, str | None]], persons: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Texts as values of a record, one field per language, and who wrote them."""
    values: dict[str, Any] = {}
    for field, texts in fields.items():
        for language, text in texts.items():
            values[f"{field}_{language}"] = text
            values[f"translation_origin.{language}"] = _origin(language, persons).value if text else None
    return values


def _origin(language: str, persons: frozenset[str]) -> TranslationOrigin:
    if language == SOURCE_LANGUAGE:
        return TranslationOrigin.SOURCE
    return TranslationOrigin.PERSON if language in persons else TranslationOrigin.MACHINE
