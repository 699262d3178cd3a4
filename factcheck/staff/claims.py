"""Claims: the queue, bringing one, what partners found, assessing, withdrawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.models.membership import Role
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.models import Jurisdiction
from factcheck.followers import claim_lines
from factcheck.models import Assessment, Claim, ClaimOffer, FactCheckPartner, Origin
from factcheck.routing import partners_unreached
from factcheck.services.assessment_give import (
    AssessmentChangedError,
    Finding,
    assessing_partners,
    assessment_give,
    assessment_withdraw,
)
from factcheck.services.claim_merge import claim_merge, claim_part, claims_alike
from factcheck.services.claim_open import claim_open
from factcheck.staff.claim_forms import AssessmentForm, ClaimForm, WithdrawForm
from factcheck.staff.sources import sources_of
from factcheck.verdict import verdict_from, verdict_of

VIEW: Final = "factcheck.view_desk"
OPEN: Final = "factcheck.open_claim"
ASSESS: Final = "factcheck.assess_claim"
MANAGE: Final = "factcheck.manage_partner"
_A_PAGE: Final = 50


@staff_view(VIEW, methods=("GET", "HEAD"))
def claim_list(request: StaffRequest) -> HttpResponse:
    """What waits for the member's own partners, the first due first; `?show=` tells what else."""
    now = timezone.now()
    own = list(FactCheckPartner.objects.of_member(request.user))
    show = request.GET.get("show", "waiting")
    lies = ClaimOffer.objects.filter(ended_at=None).select_related("partner__organisation")
    found = Claim.objects.prefetch_related(
        "assessments__partner__organisation", Prefetch("offers", queryset=lies, to_attr="lies_with")
    )
    if show == "all":
        found = found.filter(merged_into=None).order_by("-opened_at", "-id")
    elif show == "stuck":
        lying = ClaimOffer.objects.filter(ended_at=None, partner=None).values("claim")
        found = found.waiting().filter(pk__in=lying).order_by("due_at", "id")
    elif show == "ours":
        lying = ClaimOffer.objects.filter(ended_at=None, partner__in=own).values("claim")
        found = found.waiting().filter(pk__in=lying).order_by("due_at", "id")
    else:
        found = (found.overdue(now) if show == "overdue" else found.waiting()).order_by("due_at", "id")
        found = found.for_partners(own) if own else found
    page = page_of(request, found, size=_A_PAGE)
    context = {
        "page": page,
        "rows": [(claim, verdict_from(claim.assessments.all()), claim.due_at <= now) for claim in page],
        "show": show if show in {"all", "overdue", "ours", "stuck"} else "waiting",
        "own": own,
        "may_open": request.user.has_perm(OPEN),
        "crumbs": [("Claims", "")],
    }
    return render(request, "staff/factcheck/claims.html", context)


@staff_view(OPEN)
def claim_new(request: StaffRequest) -> HttpResponse:
    """Bring a claim."""
    states = Jurisdiction.objects.member_states().select_related("parent").order_by("code")
    places = [place for place in states if request.user.has_perm(OPEN, place)]
    form = ClaimForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        try:
            claim = claim_open(
                by=request.user,
                origin=_origin(request.user),
                brought_by=_own_partner(request.user, form.cleaned_data["countries"]),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"The claim waits for the fact-checkers: {claim.get_urgency_display().lower()}.")
            return redirect("claim", claim.public_id)
    context = {
        "title": "Bring a claim",
        "about": "Something that spreads about an election and that a fact-checker should look at.",
        "form": form,
        "button": "Bring it",
        "back": "../",
        "crumbs": [("Claims", "../"), ("New", "")],
    }
    return render(request, "staff/factcheck/form.html", context, status=422 if form.errors else 200)


def _origin(user: User) -> Origin:
    roles = {one.role for one in user.memberships_held}
    if Role.FACT_CHECKER in roles:
        return Origin.PARTNER
    return Origin.MODERATOR if Role.MODERATOR in roles else Origin.OPERATOR


def _own_partner(user: User, countries: list[str]) -> FactCheckPartner | None:
    """Whose people bring it: theirs comes first. None where somebody works for several, or it checks elsewhere."""
    own = list(FactCheckPartner.objects.named().of_member(user).filter(countries__overlap=countries)[:2])
    return own[0] if len(own) == 1 else None


def claim_or_404(public_id: str) -> Claim:
    """The claim."""
    return get_object_or_404(Claim.objects.select_related("opened_by", "merged_into"), public_id=public_id)


@staff_view(VIEW, record=claim_or_404, methods=("GET", "HEAD"))
def claim_page(request: StaffRequest, claim: Claim) -> HttpResponse:
    """A claim with every partner's finding beside the others'."""
    partners, verdict = assessing_partners(request.user, claim), verdict_of(claim.merged_into or claim)
    standing = {one.partner_id for one in verdict.standing}
    is_waiting = not verdict.standing and claim.merged_into_id is None
    offers = list(claim.offers.select_related("partner__organisation", "accepted_by", "offered_by", "ended_by"))
    context = {
        "claim": claim,
        "verdict": verdict,
        "sources": sources_of(claim, request.user),
        "held": claim.held.filter(ended_at=None).select_related("partner__organisation", "word"),
        "copies": claim.copies.order_by("id"),
        "alike": claims_alike(claim) if claim.merged_into_id is None else [],
        "may_open": request.user.has_perm(OPEN, claim),
        "seats": [(partner, partner.pk in standing) for partner in partners],
        "offers": [one for one in offers if one.ended_at is None],
        "went": [one for one in offers if one.ended_at is not None],
        "own_offers": [one for one in offers if one.ended_at is None and one.partner in partners],
        "unreached": partners_unreached(claim, timezone.now()) if is_waiting else [],
        "may_hand_over": is_waiting and all(request.user.has_perm(MANAGE, place) for place in claim.jurisdictions),
        "signs": claim.signs.all(),
        "lines": claim_lines(claim, request.user),
        "is_late": claim.due_at <= timezone.now(),
        "crumbs": [("Claims", "../"), (str(claim), "")],
    }
    return render(request, "staff/factcheck/claim.html", context)


@dataclass(frozen=True, slots=True)
class Seat:
    """A partner's place at a claim: the permission to assess is asked for both together."""

    claim: Claim
    partner: FactCheckPartner

    @property
    def organisation_id(self) -> int:
        """Whose finding it would be."""
        return self.partner.organisation_id

    @property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Where the claim spreads."""
        return self.claim.jurisdictions

    @property
    def held(self) -> Assessment | None:
        """What the partner found so far, if it stands."""
        return self.claim.assessments.filter(partner=self.partner, ended_at=None).first()


def seat_or_404(public_id: str, partner: int) -> Seat:
    """Of a partner that checks facts where the claim spreads; a copy has none."""
    claim = claim_or_404(public_id)
    found = FactCheckPartner.objects.named().filter(pk=partner, countries__overlap=claim.countries).first()
    if found is None or claim.merged_into_id is not None:
        raise Http404
    return Seat(claim, found)


@staff_view(ASSESS, target=seat_or_404)
def claim_assess(request: StaffRequest, seat: Seat) -> HttpResponse:
    """Say what was found, in the name of one's own partner."""
    form = AssessmentForm(request.POST or None, initial=_start(seat.held))
    words: dict[str, Any] = {
        "title": f"What did {seat.partner} find?",
        "about": f"“{seat.claim.text}”",
        "button": "Give it",
    }
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        seen = given.pop("seen")
        try:
            assessment_give(
                claim=seat.claim, partner=seat.partner, by=request.user, finding=Finding(**given), seen=seen
            )
        except AssessmentChangedError:
            theirs = seat.held
            said = f"“{theirs.get_rating_display()}: {theirs.explanation}”" if theirs else "no assessment any more"
            form.data = {**form.data, "seen": str(theirs.pk if theirs else 0)}
            return _form(request, seat, form, {**words, "conflict": f"Meanwhile there stands {said}."}, status=409)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Your assessment stands.")
            return redirect("claim", seat.claim.public_id)
    return _form(request, seat, form, words, status=422 if form.errors else 200)


def _start(held: Assessment | None) -> dict[str, Any]:
    if held is None:
        return {"seen": 0}
    kept = {name: getattr(held, name) for name in ("rating", "explanation", "language", "article_url")}
    return {**kept, "seen": held.pk, "evidence": "\n".join(held.evidence)}


def _form(request: StaffRequest, seat: Seat, form: Any, words: dict[str, Any], *, status: int) -> HttpResponse:
    here = reverse("claim", args=[seat.claim.public_id])
    crumbs = [("Claims", reverse("claims")), (str(seat.claim), here), (words["button"], "")]
    context = {"form": form, "back": here, "crumbs": crumbs, **words}
    return render(request, "staff/factcheck/form.html", context, status=status)


@staff_view(ASSESS, target=seat_or_404)
def claim_withdraw(request: StaffRequest, seat: Seat) -> HttpResponse:
    """Take one's own partner's assessment back; the reason stays."""
    standing = seat.held
    if standing is None:
        messages.info(request, f"There is no assessment of {seat.partner} that could be taken back.")
        return redirect("claim", seat.claim.public_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assessment_withdraw(assessment=standing, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "The assessment is withdrawn. It stays in the history with your reason.")
        return redirect("claim", seat.claim.public_id)
    about = f"{seat.partner}: {standing.get_rating_display()}. {standing.explanation}"
    words = {"title": "Take the assessment back?", "about": about, "button": "Take it back", "is_danger": True}
    return _form(request, seat, form, words, status=422 if form.errors else 200)


@staff_view(OPEN, target=claim_or_404, methods=("POST",))
def claim_same(request: StaffRequest, claim: Claim) -> HttpResponse:
    """Merge it into the claim named by `into`, or, without one, take that back."""
    into = request.POST.get("into", "")
    if not into:
        claim_part(claim=claim, by=request.user)
        messages.success(request, "It waits by itself again.")
        return redirect("claim", claim.public_id)
    try:
        other = Claim.objects.get(public_id=into)
        claim_merge(claim=claim, into=other, by=request.user)
    except (Claim.DoesNotExist, ValidationError) as error:
        said = (
            error.messages[0]
            if isinstance(error, ValidationError) and error.code is None
            else "There is no such claim."
        )
        messages.error(request, said)
        return redirect("claim", claim.public_id)
    messages.success(request, "It is a copy of this claim now; what is found here holds for it.")
    return redirect("claim", other.public_id)
