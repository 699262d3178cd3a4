"""How centres, elections, answers and sources look as JSON."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from centers.local_text import local_text
from centers.models import (
    Answer,
    Election,
    ElectionCenter,
    Jurisdiction,
    LocalRules,
    PollingDay,
    Round,
    TrustedSource,
    UrgentNotice,
)


class LocalTextSerializer(serializers.Serializer[Any]):
    """A text and the language it really is in."""

    text = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47 code of the language the text is in.")
    fallback = serializers.BooleanField(help_text="True when this is not the language that was asked for.")
    machine_drafted = serializers.BooleanField(help_text="True until a person has confirmed the translation.")
    outdated = serializers.BooleanField(help_text="True when the original has changed since this translation.")


@extend_schema_field(LocalTextSerializer(allow_null=True))
class LocalTextField(serializers.Field[Any, Any, Any, Any]):
    """A translated field of the record, in the request's language; null when there is no text in any."""

    def __init__(self, place: str, **kwargs: Any) -> None:
        """`place` is the attribute path from the record to its jurisdiction (`""` for the jurisdiction itself)."""
        super().__init__(source="*", read_only=True, **kwargs)
        self._place = place

    def to_representation(self, value: models.Model) -> dict[str, Any] | None:
        """The text with the language it is in."""
        place: Any = value
        for part in filter(None, self._place.split(".")):
            place = getattr(place, part)
        found = local_text(value, str(self.field_name), self.context["language"], place.languages)
        if not found:
            return None
        return {
            "text": found.text,
            "language": found.language,
            "fallback": found.is_elsewhere,
            "machine_drafted": found.is_machine,
            "outdated": found.is_outdated,
        }


class FactSerializer(serializers.ModelSerializer[Any]):
    """What every fact says about itself."""

    confirmed_by = serializers.CharField(source="confirmed_by.name", allow_null=True, default=None, read_only=True)


FACT_FIELDS: tuple[str, ...] = (
    "source_url",
    "verified_on",
    "confidence",
    "confirmation",
    "confirmed_on",
    "confirmed_by",
)


class JurisdictionSerializer(serializers.ModelSerializer[Jurisdiction]):
    """A place."""

    name = LocalTextField(place="")
    parent = serializers.CharField(  # type: ignore[assignment]  # DRF's own `parent` of a field is set per instance
        source="parent.code", allow_null=True, default=None, read_only=True
    )

    class Meta:
        model = Jurisdiction
        fields = ("code", "ocd_id", "eu_code", "level", "parent", "name", "native_names", "languages", "time_zones")


class UrgentNoticeSerializer(serializers.ModelSerializer[UrgentNotice]):
    """A banner on the centre's page: urgent, and over at `expires_at`. Show it with its end and its source."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    heading = serializers.CharField(source="get_kind_display", read_only=True, help_text="In the language asked for.")
    text = LocalTextField(place="center.jurisdiction")
    organisation = serializers.CharField(source="organisation.name", read_only=True, help_text="Who says it.")

    class Meta:
        model = UrgentNotice
        fields = (
            "id",
            "kind",
            "heading",
            "text",
            "organisation",
            "source_url",
            "starts_at",
            "expires_at",
            "published_at",
        )


class CenterSerializer(serializers.ModelSerializer[ElectionCenter]):
    """An Election Centre and where to find what it holds."""

    code = serializers.CharField(source="jurisdiction.code", read_only=True)
    jurisdiction = JurisdictionSerializer(read_only=True)
    introduction = LocalTextField(place="jurisdiction")
    page = serializers.SerializerMethodField(help_text="The page for voters, in the language asked for.")
    notices = serializers.SerializerMethodField(help_text="What is urgent now, latest first; usually empty.")

    class Meta:
        model = ElectionCenter
        fields = ("code", "jurisdiction", "introduction", "version", "published_at", "page", "notices")

    @extend_schema_field(UrgentNoticeSerializer(many=True))
    def get_notices(self, center: ElectionCenter) -> Any:
        """Those shown at this moment; the view has fetched them."""
        with translation.override(self.context["language"]):
            return UrgentNoticeSerializer(center.notices.all(), many=True, context=self.context).data

    def get_page(self, center: ElectionCenter) -> str:
        """Absolute address of the voters' page."""
        return f"{settings.PUBLIC_URL}/{self.context['language']}/centers/{center.jurisdiction.code}/"


class PollingDaySerializer(serializers.ModelSerializer[PollingDay]):
    """A polling day, in the place's own time."""

    class Meta:
        model = PollingDay
        fields = ("date", "opens_at", "closes_at")


class RoundSerializer(FactSerializer):
    """A round of voting."""

    polling_days = PollingDaySerializer(many=True, read_only=True)

    class Meta:
        model = Round
        fields = ("number", "status", "moved_from", "polling_days", *FACT_FIELDS)


class LocalRulesSerializer(FactSerializer):
    """How the election was or will be held in one place; holds for this election only."""

    jurisdiction = serializers.CharField(source="jurisdiction.code", read_only=True)

    class Meta:
        model = LocalRules
        fields = (
            "jurisdiction",
            "voting_days",
            "seats",
            "min_voting_age",
            "min_candidate_age",
            "compulsory_voting",
            "postal_from_home",
            "postal_from_abroad",
            "embassy_vote",
            "proxy_vote",
            "internet_vote",
            "threshold_percent",
            "preferential_voting",
            "constituencies",
            "turnout_percent",
            *FACT_FIELDS,
        )


class ElectionSerializer(FactSerializer):
    """An election with its rounds."""

    id = serializers.CharField(source="key", read_only=True)
    jurisdiction = serializers.CharField(source="jurisdiction.code", read_only=True)
    name = LocalTextField(place="jurisdiction")
    rounds = RoundSerializer(many=True, read_only=True)
    replaces = serializers.CharField(source="replaces.key", allow_null=True, default=None, read_only=True)
    replaced_by = serializers.CharField(source="replaced_by.key", allow_null=True, default=None, read_only=True)

    class Meta:
        model = Election
        fields: tuple[str, ...] = (
            "id",
            "jurisdiction",
            "type",
            "name",
            "status",
            "status_since",
            "is_indirect",
            "expected_from",
            "expected_to",
            "date_basis",
            "replaces",
            "replaced_by",
            "rounds",
            *FACT_FIELDS,
        )


class ElectionDetailSerializer(ElectionSerializer):
    """An election with its rounds and how it is held in each place."""

    local_rules = LocalRulesSerializer(many=True, read_only=True)

    class Meta(ElectionSerializer.Meta):
        fields = (*ElectionSerializer.Meta.fields, "local_rules")


class AnswerSerializer(FactSerializer):
    """An answer to one of the questions voters ask."""

    body = LocalTextField(place="center.jurisdiction")
    election = serializers.CharField(source="election.key", allow_null=True, default=None, read_only=True)

    class Meta:
        model = Answer
        fields = ("question", "body", "election", "source_name", *FACT_FIELDS)


class TrustedSourceSerializer(FactSerializer):
    """A page recommended in a centre."""

    organisation = serializers.CharField(source="organisation.name", read_only=True)
    organisation_en = serializers.CharField(source="organisation.name_en", read_only=True)

    class Meta:
        model = TrustedSource
        fields = (
            "kind",
            "organisation",
            "organisation_en",
            "title",
            "url",
            "languages",
            "purposes",
            "scope",
            "networks",
            *FACT_FIELDS,
        )


class QuestionSerializer(serializers.Serializer[Any]):
    """A question of the fixed vocabulary."""

    key = serializers.CharField()
    heading = serializers.CharField(help_text="The question as voters ask it, in the language asked for.")
