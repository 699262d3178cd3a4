"""What a partner says to a claim that lies with it, and handing one to somebody by name."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from factcheck.models import Claim
from factcheck.services.offer_answer import OfferGoneError, claim_hand_over, offer_accept, offer_decline, offer_pass_on
from factcheck.staff.claim_forms import DeclineForm, HandOverForm
from factcheck.staff.claims import Seat, claim_or_404, seat_or_404

ASSESS: Final = "factcheck.assess_claim"
MANAGE: Final = "factcheck.manage_partner"


@staff_view(ASSESS, target=seat_or_404, methods=("POST",))
def claim_take(request: StaffRequest, seat: Seat) -> HttpResponse:
    """One's own partner works on it."""
    try:
        offer = offer_accept(claim=seat.claim, partner=seat.partner, by=request.user)
    except OfferGoneError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"It is yours: say what you found by {offer.answer_by:%-d %B, %H:%M} UTC.")
    return redirect("claim", seat.claim.public_id)


@staff_view(ASSESS, target=seat_or_404)
def claim_decline(request: StaffRequest, seat: Seat) -> HttpResponse:
    """One's own partner does not check it."""
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            offer_decline(claim=seat.claim, partner=seat.partner, by=request.user, reason=form.cleaned_data["reason"])
        except OfferGoneError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, "Declined. The next one was asked.")
        return redirect("claim", seat.claim.public_id)
    words = {"title": f"{seat.partner} does not check it?", "button": "Decline"}
    return _form(request, seat.claim, form, words)


@staff_view(ASSESS, target=seat_or_404)
def claim_pass_on(request: StaffRequest, seat: Seat) -> HttpResponse:
    """To another partner by name."""
    form = HandOverForm(request.POST or None, claim=seat.claim, but=seat.partner)
    if request.method == "POST" and form.is_valid():
        try:
            offer_pass_on(claim=seat.claim, partner=seat.partner, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.show(error)
        except OfferGoneError as error:
            messages.warning(request, str(error))
            return redirect("claim", seat.claim.public_id)
        else:
            messages.success(request, f"It lies with {form.cleaned_data['to']} now.")
            return redirect("claim", seat.claim.public_id)
    words = {"title": f"To whom does {seat.partner} pass it on?", "button": "Pass it on"}
    return _form(request, seat.claim, form, words)


@staff_view(MANAGE, target=claim_or_404)
def claim_to_partner(request: StaffRequest, claim: Claim) -> HttpResponse:
    """An operator brings it to somebody by name."""
    form = HandOverForm(request.POST or None, claim=claim)
    if request.method == "POST" and form.is_valid():
        try:
            claim_hand_over(claim=claim, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.show(error)
        except OfferGoneError as error:
            messages.warning(request, str(error))
            return redirect("claim", claim.public_id)
        else:
            messages.success(request, f"It lies with {form.cleaned_data['to']} now.")
            return redirect("claim", claim.public_id)
    return _form(request, claim, form, {"title": "To whom does it go?", "button": "Hand it over"})


def _form(request: StaffRequest, claim: Claim, form: Any, words: dict[str, Any]) -> HttpResponse:
    here = reverse("claim", args=[claim.public_id])
    crumbs = [("Claims", reverse("claims")), (str(claim), here), (words["button"], "")]
    context = {"form": form, "about": f"“{claim.text}”", "back": here, "crumbs": crumbs, **words}
    return render(request, "staff/factcheck/form.html", context, status=422 if form.errors else 200)
