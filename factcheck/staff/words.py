"""A partner's rating words: what each stands for, and what is held for those that stand for nothing yet."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from factcheck.models import FactCheckPartner, HeldAssessment, RatingWord
from factcheck.services.rating_word_map import WordChangedError, rating_word_add, rating_word_map
from factcheck.staff.finding import partner_or_404, word_or_404
from factcheck.staff.forms import NewWordForm, WordForm

VIEW: Final = "factcheck.view_desk"
KEEP: Final = "factcheck.keep_partner"
_A_PAGE, _HELD = 100, 50


@staff_view(VIEW, record=partner_or_404, methods=("GET", "HEAD"))
def word_list(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """All of a partner's words, those that wait first, and what is held."""
    waiting = Count("held", filter=Q(held__ended_at=None, held__isnull=False))
    words = partner.words.select_related("mapped_by").annotate(waiting=waiting).order_by("-waiting", "rating", "key")
    held = HeldAssessment.objects.filter(partner=partner, ended_at=None).select_related("claim", "word")
    context = {
        "partner": partner,
        "page": page_of(request, words, size=_A_PAGE),
        "held": held.order_by("received_at")[:_HELD],
        "may_keep": request.user.has_perm(KEEP, partner),
        "crumbs": _crumbs(partner, ("Rating words", "")),
    }
    return render(request, "staff/factcheck/words.html", context)


@staff_view(KEEP, target=partner_or_404)
def word_add(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """Map a word before it is first used."""
    form = NewWordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = rating_word_add(partner=partner, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("word", [said for many in error.message_dict.values() for said in many])
        else:
            messages.success(request, _said(form.cleaned_data["word"], taken))
            return redirect("rating-words", partner.pk)
    here = reverse("rating-words", args=[partner.pk])
    context = {
        "title": f"A rating word of {partner}",
        "about": "What the partner’s systems hand in with this word is read so from now on.",
        "button": "Add it",
        "form": form,
        "back": here,
        "crumbs": _crumbs(partner, ("Rating words", here), ("Add", "")),
    }
    return render(request, "staff/factcheck/form.html", context, status=422 if form.errors else 200)


@staff_view(KEEP, target=word_or_404)
def word_map(request: StaffRequest, word: RatingWord) -> HttpResponse:
    """Say what a word stands for; what was held for it becomes assessments at once."""
    form = WordForm(request.POST or None, initial={"seen": word.rating, "rating": word.rating})
    waiting = word.held.filter(ended_at=None).count()
    conflict, status = "", 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            taken = rating_word_map(word=word, by=request.user, rating=given["rating"], seen=given["seen"])
        except WordChangedError:
            word.refresh_from_db()
            conflict = f"Somebody mapped it meanwhile: {word.get_rating_display() or 'nothing, it is held'}."
            form.data = {**form.data, "seen": word.rating}
            status = 409
        else:
            messages.success(request, _said(word.word, taken))
            return redirect("rating-words", word.partner_id)
    elif request.method == "POST":
        status = 422
    held = f"{waiting} {'assessment waits' if waiting == 1 else 'assessments wait'} for it and will stand at once. "
    words: dict[str, Any] = {
        "title": f"What does “{word.word}” stand for?",
        "about": f"{held if waiting else ''}A change holds for what comes later: what stands keeps its rating.",
        "button": "It stands for this",
        "conflict": conflict,
        "form": form,
        "back": reverse("rating-words", args=[word.partner_id]),
        "crumbs": _crumbs(
            word.partner, ("Rating words", reverse("rating-words", args=[word.partner_id])), (word.word, "")
        ),
    }
    return render(request, "staff/factcheck/form.html", words, status=status)


def _said(word: str, taken: int) -> str:
    stands = {0: "", 1: " One assessment that was held for it stands now."}
    return f"“{word}” is saved.{stands.get(taken, f' {taken} assessments that were held for it stand now.')}"


def _crumbs(partner: FactCheckPartner, *more: tuple[str, str]) -> list[tuple[str, str]]:
    here = reverse("fact-checker", args=[partner.pk])
    return [("Fact-checkers", reverse("fact-checkers")), (str(partner), here), *more]
