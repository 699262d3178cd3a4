"""Fictional places, elections and facts for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Organisation, User
from centers.models import (
    Answer,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    LocalRules,
    PollingDay,
    Round,
    TrustedSource,
    UrgentNotice,
)
from centers.models.fact import Fact
from electioncenters.languages import LANGUAGE_CODES

Model = TypeVar("Model", bound=Fact)

CHECKED = dt.date(2031, 3, 1)


def named(base: str) -> dict[str, str]:
    """A name in every language of the portal: "Arkadia (de)"."""
    return {f"name_{code}": base if code == "en" else f"{base} ({code})" for code in LANGUAGE_CODES}


class OrganisationFactory(DjangoModelFactory[Organisation]):
    """An invented electoral authority."""

    class Meta:
        model = Organisation

    key = factory.Sequence(lambda n: f"authority-{n}")
    kind = "electoral_authority"
    name = "Arkadische Wahlbehörde"
    name_en = "Arcadian Electoral Board"
    url = "https://wahl.example.org"


class JurisdictionFactory(DjangoModelFactory[Jurisdiction]):
    """Arcadia: code `xa`, German-speaking, in the time zone of Vienna."""

    class Meta:
        model = Jurisdiction
        django_get_or_create = ("code",)

    code = "xa"
    ocd_id = factory.LazyAttribute(lambda place: f"ocd-division/country:{place.code}")
    level = "country"
    languages = factory.LazyFunction(lambda: ["de"])
    time_zones = factory.LazyFunction(lambda: ["Europe/Vienna"])
    native_names = factory.LazyFunction(lambda: {"de": "Arkadien"})

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        base = kwargs.pop("name", "Arcadia")
        return named(base) | kwargs


class CenterFactory(DjangoModelFactory[ElectionCenter]):
    """The centre of Arcadia."""

    class Meta:
        model = ElectionCenter
        django_get_or_create = ("jurisdiction",)

    jurisdiction = factory.SubFactory(JurisdictionFactory)


class FactFactory(DjangoModelFactory[Model]):
    """What every fact carries."""

    class Meta:
        abstract = True

    source_url = "https://wahl.example.org/source"
    verified_on = CHECKED
    confidence = "high"


class ElectionFactory(FactFactory[Election]):
    """A called parliamentary election; its rounds are made apart (`RoundFactory`)."""

    class Meta:
        model = Election

    key = factory.Sequence(lambda n: f"xa.parliament.{2031 + n}")
    jurisdiction = factory.SubFactory(JurisdictionFactory)
    type = "parliament"
    status = "scheduled"
    name_en = "Parliamentary election of Arcadia"
    name_de = "Parlamentswahl in Arkadien"


class RoundFactory(FactFactory[Round]):
    """A round with its polling days: `RoundFactory(days=[date])`."""

    class Meta:
        model = Round
        skip_postgeneration_save = True

    election = factory.SubFactory(ElectionFactory)
    number = 1

    @factory.post_generation
    def days(self: Round, create: bool, extracted: list[dt.date] | None, **hours: dt.time) -> None:
        """One polling day per date; `days__opens_at` and `days__closes_at` hold for all."""
        for day in extracted or []:
            PollingDay.objects.create(round=self, date=day, **hours)


class KeyDateFactory(FactFactory[KeyDate]):
    """A last day to register."""

    class Meta:
        model = KeyDate

    election = factory.SubFactory(ElectionFactory)
    jurisdiction = factory.SelfAttribute("election.jurisdiction")
    kind = "registration_deadline"
    time_zone = "Europe/Vienna"


class AnswerFactory(FactFactory[Answer]):
    """An answer in English, the source language here."""

    class Meta:
        model = Answer

    center = factory.SubFactory(CenterFactory)
    question = "register"
    body_en = "Citizens of Arcadia are registered automatically."
    source_name = "Arcadian Electoral Board"
    translation_origin = factory.LazyFunction(lambda: {"en": "source"})


class TrustedSourceFactory(FactFactory[TrustedSource]):
    """The page of the authority that organises elections."""

    class Meta:
        model = TrustedSource

    center = factory.SubFactory(CenterFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    kind = "authority"
    url = factory.Sequence(lambda n: f"https://wahl.example.org/{n}")
    title = "Arkadische Wahlbehörde"
    languages = factory.LazyFunction(lambda: ["de"])
    purposes = factory.LazyFunction(lambda: ["organises"])


class LocalRulesFactory(FactFactory[LocalRules]):
    """Rules of a past European election in Arcadia."""

    class Meta:
        model = LocalRules

    election = factory.SubFactory(ElectionFactory, key="eu.ep.2024", type="european_parliament", status="held")
    jurisdiction = factory.SubFactory(JurisdictionFactory)
    voting_days = factory.LazyFunction(lambda: [dt.date(2024, 6, 9)])
    seats = 11
    min_voting_age = 17
    turnout_percent = "51.25"


class UrgentNoticeFactory(DjangoModelFactory[UrgentNotice]):
    """A notice that is shown from now on for a day, put up by somebody of an authority."""

    class Meta:
        model = UrgentNotice

    center = factory.SubFactory(CenterFactory)
    kind = "moved"
    text_de = "Das Wahllokal Alte Schule ist geschlossen."
    source_url = "https://wahl.example.org/notice"
    starts_at = factory.LazyFunction(lambda: timezone.now())  # noqa: PLW0108  # tests replace it
    expires_at = factory.LazyAttribute(lambda notice: notice.starts_at + dt.timedelta(days=1))
    organisation = factory.SubFactory(OrganisationFactory)
    published_by = factory.LazyFunction(
        lambda: User.objects.create_user(f"publisher-{User.objects.count()}@fictional.example")
    )
    published_at = factory.SelfAttribute("starts_at")
    translation_origin = factory.LazyFunction(lambda: {"de": "source"})
