"""Claims for the systems of partners: what waits, what they found of it, and whether they take it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from electioncenters.errors import problem
from electioncenters.openapi import PROBLEM
from electioncenters.pagination import Pages
from factcheck.api.bodies import (
    MOST_EVIDENCE,
    AssessmentBody,
    ClaimBody,
    OfferBody,
    WithdrawalBody,
    address_problems,
    body_read,
    language_problem,
    repeat_name,
    text_problems,
)
from factcheck.api.claim_documents import (
    ASSESSMENT_SENT,
    CLAIM,
    CLAIM_SENT,
    CLAIMS,
    OFFER_SENT,
    WITHDRAWAL_SENT,
    claim_document,
    claims_read,
)
from factcheck.api.views import KEY_PROBLEMS, OwnPartner
from factcheck.models import Claim, FactCheckPartner, Rating
from factcheck.querysets import ClaimQuerySet
from factcheck.services.assessment_give import AssessmentChangedError
from factcheck.services.assessment_hand_in import (
    ClaimIsACopyError,
    RepeatKeyReusedError,
    assessment_hand_in,
    assessment_take_back,
    repeat_digest,
)
from factcheck.services.assessment_stand import Finding
from factcheck.services.claim_bring import claim_bring
from factcheck.services.offer_answer import LONGEST, OfferGoneError, offer_accept, offer_decline, offer_pass_on

_STATES: Final = ("waiting", "offered", "held", "assessed", "all")
REPEATED: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200},
    OpenApiParameter.HEADER,
    description="Your own name for this message: sent again, it is answered as it was and changes nothing.",
)
SENT_PROBLEMS: Final = {
    400: OpenApiResponse(PROBLEM, "A field is missing or not valid; `errors` names each. Nothing changed."),
    403: OpenApiResponse(PROBLEM, "Your organisation is suspended."),
    413: OpenApiResponse(PROBLEM, "More bytes than a request may have."),
    415: OpenApiResponse(PROBLEM, "Not JSON."),
    **KEY_PROBLEMS,
}


class ClaimView(OwnPartner):
    """What views of one claim share. `parser_classes` is empty: bodies are read here, within bounds."""

    parser_classes = ()

    def found(self, claim: UUID) -> Claim:
        """A claim that spreads where the partner checks facts; raises `Http404` for others."""
        one = Claim.objects.filter(public_id=claim, countries__overlap=self.partner.countries).first()
        if one is None:
            raise Http404
        return one

    def answer(self, claim: Claim, status: int = HTTPStatus.OK) -> Response:
        """The claim as it is now."""
        fresh = claims_read(Claim.objects.filter(pk=claim.pk), self.partner).get()
        return Response(claim_document(fresh, self.partner), status=status)


class PartnerClaimsView(ClaimView):
    """Claims for the partner."""

    @extend_schema(
        operation_id="factcheck_bring_claim",
        summary="Bring a claim",
        description=(
            "Something that spreads where you check facts. It is brought to you first, unless you have as many claims "
            "as you take at once. The same text in the same language and places is one claim, and so is what comes "
            "twice under one name."
        ),
        parameters=[REPEATED],
        request={"application/json": CLAIM_SENT},
        responses={
            200: OpenApiResponse(CLAIM, "You had brought it before."),
            201: OpenApiResponse(CLAIM, "It waits."),
            409: OpenApiResponse(PROBLEM, "`idempotency-key-reused`: the key belongs to another claim."),
            **SENT_PROBLEMS,
        },
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Read, check, keep once, answer."""
        body = body_read(request, ClaimBody)
        problems = {
            **text_problems(text=body.text),
            **language_problem(body.language),
            **address_problems(seen_at=body.seen_at),
        }
        if not body.countries:
            problems["countries"] = "Name at least one of the countries you check facts for."
        if problems:
            raise exceptions.ValidationError(problems)
        try:
            claim, is_new = claim_bring(
                partner=self.partner, repeat_name=repeat_name(request), **msgspec.structs.asdict(body)
            )
        except ValidationError as error:
            raise exceptions.ValidationError(error.message_dict) from error
        except RepeatKeyReusedError:
            return _conflict("idempotency-key-reused", "This Idempotency-Key was used for another claim.")
        answer = self.answer(claim, HTTPStatus.CREATED if is_new else HTTPStatus.OK)
        answer["Location"] = f"{request.path}{claim.public_id}/"
        return answer

    @extend_schema(
        operation_id="factcheck_claims",
        summary="Claims that wait for you",
        description=(
            "Claims that spread in a country and in a language you cover, the first due first. `state`: `waiting` "
            "(nobody has found anything that stands; when nothing is said), `offered` (they lie with you), `held` (you "
            "said something in a word nobody has mapped), `assessed` (you have), `all`."
        ),
        parameters=[
            OpenApiParameter("state", {"type": "string", "enum": list(_STATES)}),
            OpenApiParameter("limit", {"type": "integer"}, description="50 unless told, at most 200."),
            OpenApiParameter("offset", {"type": "integer"}),
        ],
        responses={200: OpenApiResponse(CLAIMS, "A page of them."), **KEY_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """Six queries beside the key's, for any number of claims."""
        state = request.query_params.get("state", "waiting")
        if state not in _STATES:
            raise exceptions.ValidationError({"state": f"Must be one of {', '.join(_STATES)}."})
        pages = Pages()
        found = _in_state(state, self.partner).order_by("due_at", "pk")
        page = pages.paginate_queryset(claims_read(found, self.partner), request, view=self) or []
        return pages.get_paginated_response([claim_document(one, self.partner) for one in page])


def _in_state(state: str, partner: FactCheckPartner) -> ClaimQuerySet:
    if state == "offered":
        return Claim.objects.filter(offers__partner=partner, offers__ended_at=None).distinct()
    if state == "held":
        return Claim.objects.filter(held__partner=partner, held__ended_at=None).distinct()
    if state == "assessed":
        return Claim.objects.filter(assessments__partner=partner, assessments__ended_at=None).distinct()
    fitting = Claim.objects.for_partners([partner])
    return fitting.waiting() if state == "waiting" else fitting


class PartnerClaimView(ClaimView):
    """One claim."""

    @extend_schema(
        operation_id="factcheck_claim",
        summary="One claim, with what was found of it",
        responses={200: OpenApiResponse(CLAIM, "The claim."), 404: PROBLEM, **KEY_PROBLEMS},
    )
    def get(self, request: Request, claim: UUID) -> Response:
        """Of a country you check facts for."""
        return self.answer(self.found(claim))


class PartnerAssessmentView(ClaimView):
    """The partner's assessment of a claim."""

    @extend_schema(
        operation_id="factcheck_assess",
        summary="Say what you found of a claim",
        description=(
            "Your assessment, in place of your former one, which stays in the history. The same again changes nothing. "
            "A rating in your own words that nobody has mapped is held: 202, `held` shows it, and it counts as nothing "
            "until somebody of your desk, or an operator, says what the word stands for."
        ),
        parameters=[REPEATED],
        request={"application/json": ASSESSMENT_SENT},
        responses={
            200: OpenApiResponse(CLAIM, "You had said the same before; how it stands."),
            201: OpenApiResponse(CLAIM, "It stands."),
            202: OpenApiResponse(CLAIM, "Its word is not mapped yet: it is held."),
            404: PROBLEM,
            409: OpenApiResponse(
                PROBLEM,
                "`assessment-changed`: another assessment of yours stands than `replaces` names. `claim-is-a-copy`: "
                "assess the claim that `copy_of` names. `idempotency-key-reused`: the key belongs to something else.",
            ),
            **SENT_PROBLEMS,
        },
        examples=[
            OpenApiExample(
                "A finding",
                request_only=True,
                value={
                    "own_rating": "Pants on fire",
                    "explanation": "The register closes a week later; the ministry says so.",
                    "language": "en",
                    "article_url": "https://desk.example/register",
                },
            )
        ],
    )
    def put(self, request: Request, claim: UUID) -> Response | HttpResponse:
        """Read, check, keep once, answer."""
        found = self.found(claim)
        body = body_read(request, AssessmentBody)
        finding, key = _finding(body), repeat_digest(repeat_name(request))
        try:
            handed = assessment_hand_in(
                partner=self.partner, claim=found, finding=finding, own_word=body.own_rating.strip(), repeat_key=key,
                replaces=body.replaces,
            )  # fmt: skip
        except ValidationError as error:
            raise exceptions.ValidationError(error.message_dict) from error
        except AssessmentChangedError:
            return _conflict("assessment-changed", "Another assessment of yours stands than the one you replace.")
        except RepeatKeyReusedError:
            return _conflict("idempotency-key-reused", "This Idempotency-Key was used for something else.")
        except ClaimIsACopyError:
            into = Claim.objects.values_list("merged_into__public_id", flat=True).get(pk=found.pk)
            said = "This claim is a copy of another one: assess that."
            return problem(409, "claim-is-a-copy", "Conflict", said, copy_of=str(into))
        held = HTTPStatus.ACCEPTED if handed.is_held else HTTPStatus.CREATED
        return self.answer(found, held if handed.is_new or handed.is_held else HTTPStatus.OK)


class PartnerWithdrawalView(ClaimView):
    """Taking an assessment back."""

    @extend_schema(
        operation_id="factcheck_withdraw",
        summary="Take your assessment of a claim back",
        description=(
            "Your standing assessment, and what of yours is held, hold no more; the reason is kept and shown. Again "
            "changes nothing. The claim waits again where nobody else has found anything."
        ),
        request={"application/json": WITHDRAWAL_SENT},
        responses={
            200: OpenApiResponse(CLAIM, "Nothing of yours stands."),
            404: PROBLEM,
            409: OpenApiResponse(PROBLEM, "`assessment-changed`: another one stands than `assessment` names."),
            **SENT_PROBLEMS,
        },
    )
    def post(self, request: Request, claim: UUID) -> Response | HttpResponse:
        """With a reason."""
        found = self.found(claim)
        body = body_read(request, WithdrawalBody)
        if not body.reason.strip() or len(body.reason) > LONGEST:
            raise exceptions.ValidationError({"reason": f"Must be a text of 1 to {LONGEST} characters."})
        try:
            assessment_take_back(partner=self.partner, claim=found, reason=body.reason, assessment=body.assessment)
        except AssessmentChangedError:
            return _conflict("assessment-changed", "Another assessment of yours stands than the one you take back.")
        return self.answer(found)


class PartnerOfferView(ClaimView):
    """What the partner says to being asked."""

    @extend_schema(
        operation_id="factcheck_answer_offer",
        summary="Take a claim, pass it on, or decline it",
        description=(
            "A claim that lies with you (`offer`) is yours once you `accept` it. `pass_on` hands it to another "
            "fact-checker by name, `decline` lets the next one be asked at once; both need a `reason`."
        ),
        request={"application/json": OFFER_SENT},
        responses={
            200: OpenApiResponse(CLAIM, "Done. Accepting twice changes nothing."),
            404: PROBLEM,
            409: OpenApiResponse(PROBLEM, "`offer-gone`: the claim does not lie with you any more."),
            **SENT_PROBLEMS,
        },
    )
    def post(self, request: Request, claim: UUID) -> Response | HttpResponse:
        """One of the three."""
        found = self.found(claim)
        body = body_read(request, OfferBody)
        try:
            self._act(found, body)
        except ValidationError as error:
            problems = {"reason" if name == "note" else name: said for name, said in error.message_dict.items()}
            raise exceptions.ValidationError(problems) from error
        except OfferGoneError as error:
            return _conflict("offer-gone", str(error))
        return self.answer(found)

    def _act(self, claim: Claim, body: OfferBody) -> None:
        if body.answer == "accept":
            offer_accept(claim=claim, partner=self.partner, by=None)
        elif body.answer == "decline":
            offer_decline(claim=claim, partner=self.partner, by=None, reason=body.reason)
        elif body.answer == "pass_on":
            to = FactCheckPartner.objects.named().filter(organisation__key=body.to).exclude(pk=self.partner.pk).first()
            if to is None:
                raise exceptions.ValidationError({"to": "Must be the id of another fact-checker."})
            offer_pass_on(claim=claim, partner=self.partner, to=to, by=None, note=body.reason)
        else:
            raise exceptions.ValidationError({"answer": "Must be one of accept, pass_on, decline."})


def _finding(body: AssessmentBody) -> Finding:
    """The body, checked. Raises `ValidationError` by field."""
    problems = {
        **text_problems(explanation=body.explanation),
        **language_problem(body.language),
        **address_problems(
            article_url=body.article_url, **{f"evidence__{n}": url for n, url in enumerate(body.evidence)}
        ),
    }
    if body.rating and body.rating not in Rating.values:
        problems["rating"] = f"Must be one of {', '.join(Rating.values)}; your own words go into own_rating."
    if len(body.evidence) > MOST_EVIDENCE:
        problems["evidence"] = f"At most {MOST_EVIDENCE} addresses."
    if problems:
        raise exceptions.ValidationError(problems)
    return Finding(body.rating, body.explanation, body.language, body.article_url, tuple(body.evidence))


def _conflict(code: str, said: str) -> HttpResponse:
    return problem(HTTPStatus.CONFLICT, code, "Conflict", said)
