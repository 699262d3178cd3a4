"""Reading centres, elections, answers and sources; open to everyone and cacheable by anyone."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from centers.api import parameters, serializers
from centers.models import Answer, Election, ElectionCenter, Question, TrustedSource, UrgentNotice
from centers.pagecache import publications

#: Seconds an answer may be reused before it is asked for again.
MAX_AGE = 60


class PublicReading(APIView):
    """What every reading view shares: no credentials, the language asked for, public caching."""

    permission_classes = (AllowAny,)

    def get_serializer_context(self) -> dict[str, Any]:
        """Adds the language of the texts."""
        return {"request": self.request, "view": self, "language": parameters.language_of(self.request)}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Marks what was found as cacheable."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]  # DRF's are
        if response.status_code == HTTPStatus.OK:
            patch_cache_control(response, public=True, max_age=self.max_age())
        return response

    def max_age(self) -> int:
        """Seconds for which what was found may be reused."""
        return MAX_AGE


class CenterReading(PublicReading):
    """Centres with the urgent notices of this moment. Nobody may reuse an answer beyond one's beginning or end."""

    def get_queryset(self) -> QuerySet[ElectionCenter]:
        """Every centre by code; notices in one query for all."""
        shown = UrgentNotice.objects.shown(timezone.now()).select_related("organisation", "center__jurisdiction")
        centers = ElectionCenter.objects.select_related("jurisdiction__parent").order_by("jurisdiction__code")
        return centers.prefetch_related(Prefetch("notices", shown))

    def max_age(self) -> int:
        """Until the next notice begins or ends anywhere, at most."""
        left = [publication.seconds_left() for publication in publications.current().values()]
        return min([MAX_AGE, *(int(seconds) for seconds in left if seconds is not None)])


class CenterList(CenterReading, generics.ListAPIView[ElectionCenter]):
    """All Election Centres, by code."""

    serializer_class = serializers.CenterSerializer

    @extend_schema(operation_id="centers_list", tags=["centers"], summary="List centres", parameters=[parameters.LANG])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List centres."""
        return super().get(request, *args, **kwargs)


class CenterDetail(CenterReading, generics.RetrieveAPIView[ElectionCenter]):
    """One Election Centre."""

    serializer_class = serializers.CenterSerializer
    lookup_field = "jurisdiction__code"
    lookup_url_kwarg = "code"

    @extend_schema(operation_id="centers_read", tags=["centers"], summary="Read a centre", parameters=[parameters.LANG])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a centre."""
        return super().get(request, *args, **kwargs)


class OfCenter(PublicReading):
    """Lists that hang on one centre."""

    def center(self) -> ElectionCenter:
        """The centre named in the address. Raises `Http404`."""
        center = ElectionCenter.objects.for_code(self.kwargs["code"]).first()
        if center is None:
            raise Http404
        return center


class CenterAnswers(OfCenter, generics.ListAPIView[Answer]):
    """A centre's answers."""

    serializer_class = serializers.AnswerSerializer
    queryset = Answer.objects.none()

    def get_queryset(self) -> QuerySet[Answer]:
        """The centre's answers with what they refer to."""
        return Answer.objects.of(self.center()).select_related("center__jurisdiction").order_by("question")

    @extend_schema(
        operation_id="centers_answers",
        tags=["centers"],
        summary="List a centre's answers",
        parameters=[parameters.LANG],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a centre's answers."""
        return super().get(request, *args, **kwargs)


class CenterSources(OfCenter, generics.ListAPIView[TrustedSource]):
    """A centre's trusted sources, authorities first."""

    serializer_class = serializers.TrustedSourceSerializer
    queryset = TrustedSource.objects.none()

    def get_queryset(self) -> QuerySet[TrustedSource]:
        """The centre's sources in the order voters meet them."""
        return TrustedSource.objects.of(self.center())

    @extend_schema(
        operation_id="centers_sources",
        tags=["centers"],
        summary="List a centre's trusted sources",
        parameters=[parameters.LANG],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a centre's trusted sources."""
        return super().get(request, *args, **kwargs)


class ElectionList(PublicReading, generics.ListAPIView[Election]):
    """Elections, filtered."""

    serializer_class = serializers.ElectionSerializer
    queryset = Election.objects.with_days().select_related("replaces", "replaced_by", "confirmed_by")

    def get_queryset(self) -> QuerySet[Election]:
        """Elections that match every given filter, by id."""
        found: QuerySet[Election] = super().get_queryset()
        if status := parameters.status_of(self.request):
            found = found.filter(status=status)
        if code := parameters.center_of(self.request):
            found = found.filter(jurisdiction__code=code)
        if start := parameters.day_of(self.request, "from"):
            found = found.filter(Q(rounds__polling_days__date__gte=start) | Q(expected_to__gte=start))
        if end := parameters.day_of(self.request, "to"):
            found = found.filter(Q(rounds__polling_days__date__lte=end) | Q(expected_from__lte=end))
        return found.distinct().order_by("key")

    @extend_schema(
        operation_id="elections_list",
        tags=["elections"],
        summary="List elections",
        parameters=[parameters.LANG, parameters.CENTER, parameters.STATUS, parameters.FROM, parameters.TO],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List elections."""
        return super().get(request, *args, **kwargs)


class ElectionDetail(PublicReading, generics.RetrieveAPIView[Election]):
    """One election, with how it is held in each place."""

    serializer_class = serializers.ElectionDetailSerializer
    queryset = (
        Election.objects.with_days()
        .select_related("replaces", "replaced_by", "confirmed_by")
        .prefetch_related("local_rules__jurisdiction", "local_rules__confirmed_by")
    )
    lookup_field = "key"

    @extend_schema(
        operation_id="elections_read", tags=["elections"], summary="Read an election", parameters=[parameters.LANG]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read an election."""
        return super().get(request, *args, **kwargs)


class QuestionList(PublicReading):
    """The fixed vocabulary of what voters ask."""

    @extend_schema(
        operation_id="questions_list",
        tags=["centers"],
        summary="List the questions voters ask",
        parameters=[parameters.LANG],
        responses=serializers.QuestionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the questions."""
        with translation.override(parameters.language_of(request)):
            return Response([{"key": question.value, "heading": str(question.label)} for question in Question])
