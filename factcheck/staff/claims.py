"""Claims: the queue, bringing one, what partners found, assessing, withdrawing."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.models import User
from accounts.models.membership import Role
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.models import Jurisdiction
from factcheck.models import Assessment, Claim, FactCheckPartner, Origin
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
from factcheck.verdict import verdict_from, verdict_of

VIEW: Final = "factcheck.view_desk"
OPEN: Final = "factcheck.open_claim"
ASSESS: Final = "factcheck.assess_claim"
_A_PAGE: Final = 50


@staff_view(VIEW, methods=("GET", "HEAD"))
def claim_list(request: StaffRequest) -> HttpResponse:
    """What waits for the member's own partners, the first due first; `?show=all` everything, the latest first."""
    now = timezone.now()
    own = list(FactCheckPartner.objects.of_member(request.user))
    show = request.GET.get("show", "waiting")
    found = Claim.objects.prefetch_related("assessments__partner__organisation")
    if show == "all":
        found = found.filter(merged_into=None).order_by("-opened_at", "-id")
    else:
        found = (found.overdue(now) if show == "overdue" else found.waiting()).order_by("due_at", "id")
        found = found.for_partners(own) if own else found
    page = page_of(request, found, size=_A_PAGE)
    context = {
        "page": page,
        "rows": [(claim, verdict_from(claim.assessments.all()), claim.due_at <= now) for claim in page],
        "show": show if show in {"all", "overdue"} else "waiting",
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
            claim = claim_open(by=request.user, origin=_origin(request.user), **form.cleaned_data)
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


def claim_or_404(public_id: str) -> Claim:
    """The claim."""
    return get_object_or_404(Claim.objects.select_related("opened_by", "merged_into"), public_id=public_id)


@staff_view(VIEW, record=claim_or_404, methods=("GET", "HEAD"))
def claim_page(request: StaffRequest, claim: Claim) -> HttpResponse:
    """A claim with every partner's finding beside the others'."""
    partners = assessing_partners(request.user, claim)
    context = {
        "claim": claim,
        "verdict": verdict_of(claim.merged_into or claim),
        "copies": claim.copies.order_by("id"),
        "alike": claims_alike(claim) if claim.merged_into_id is None else [],
        "may_open": request.user.has_perm(OPEN, claim),
        "partners": partners,
        "own": {partner.pk for partner in partners},
        "is_late": claim.due_at <= timezone.now(),
        "crumbs": [("Claims", "../"), (str(claim), "")],
    }
    return render(request, "staff/factcheck/claim.html", context)


@staff_view(ASSESS, target=claim_or_404)
def claim_assess(request: StaffRequest, claim: Claim) -> HttpResponse:
    """Say what was found, in the name of one's own partner."""
    partners = assessing_partners(request.user, claim)
    held = claim.assessments.filter(partner__in=partners, ended_at=None).first()
    form = AssessmentForm(request.POST or None, partners=partners, initial=_start(held))
    words: dict[str, Any] = {"title": "What did you find?", "about": f"“{claim.text}”", "button": "Give it"}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        partner = next(one for one in partners if one.pk == given["partner"])
        finding = Finding(
            given["rating"], given["explanation"], given["language"], given["article_url"], given["evidence"]
        )
        try:
            assessment_give(claim=claim, partner=partner, by=request.user, finding=finding, seen=given["seen"])
        except AssessmentChangedError:
            theirs = claim.assessments.filter(partner=partner, ended_at=None).first()
            said = f"“{theirs.get_rating_display()}: {theirs.explanation}”" if theirs else "no assessment any more"
            form.data = {**form.data, "seen": str(theirs.pk if theirs else 0)}
            conflict = f"Meanwhile there stands for {partner}: {said}."
            return _form(request, claim, form, {**words, "conflict": conflict}, status=409)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Your assessment stands.")
            return redirect("claim", claim.public_id)
    return _form(request, claim, form, words, status=422 if form.errors else 200)


def _start(held: Assessment | None) -> dict[str, Any]:
    if held is None:
        return {"seen": 0}
    kept = {name: getattr(held, name) for name in ("rating", "explanation", "language", "article_url")}
    return {**kept, "seen": held.pk, "partner": held.partner_id, "evidence": "\n".join(held.evidence)}


def _form(request: StaffRequest, claim: Claim, form: Any, words: dict[str, Any], *, status: int) -> HttpResponse:
    crumbs = [("Claims", "../../"), (str(claim), "../"), (words["button"], "")]
    context = {"form": form, "back": "../", "crumbs": crumbs, **words}
    return render(request, "staff/factcheck/form.html", context, status=status)


@staff_view(ASSESS, target=claim_or_404)
def claim_withdraw(request: StaffRequest, claim: Claim) -> HttpResponse:
    """Take one's own partner's assessment back; the reason stays."""
    partners = assessing_partners(request.user, claim)
    held = claim.assessments.select_related("partner__organisation", "claim")
    standing = held.filter(partner__in=partners, ended_at=None).first()
    if standing is None:
        messages.info(request, "There is no assessment of yours that could be taken back.")
        return redirect("claim", claim.public_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assessment_withdraw(assessment=standing, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "The assessment is withdrawn. It stays in the history with your reason.")
        return redirect("claim", claim.public_id)
    about = f"{standing.partner}: {standing.get_rating_display()}. {standing.explanation}"
    words = {"title": "Take the assessment back?", "about": about, "button": "Take it back", "is_danger": True}
    return _form(request, claim, form, words, status=422 if form.errors else 200)


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
