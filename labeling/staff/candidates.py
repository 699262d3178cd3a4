"""Authorities' lists of candidates: what is there, looking at a file, taking it, and whose account may be whose."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.staff.places import places_granted
from labeling.candidates import MOST_BYTES
from labeling.candidates_found import accounts_likely
from labeling.models import Candidate, CandidateList, OfficialState
from labeling.services.candidate_list import (
    IMPORT,
    Source,
    list_discard,
    list_import,
    list_preview,
    list_read,
)
from labeling.services.official_account import PROPOSE
from labeling.staff.official_forms import CandidatesForm
from labeling.staff.officials import VIEW

_A_PAGE: Final = 100
#: Lines of a preview.
_SHOWN: Final = 20
_INVALID: Final = 422


def list_found(public_id: UUID) -> CandidateList:
    """The list, with its election. Raises `Http404`."""
    found = CandidateList.objects.defer("payload").select_related("election__jurisdiction__parent", "created_by")
    return get_object_or_404(found, public_id=public_id)


def preview_found(public_id: UUID) -> CandidateList:
    """A list that was looked at and not taken yet. Raises `Http404`."""
    found = CandidateList.objects.select_related("election__jurisdiction__parent")
    return get_object_or_404(found, public_id=public_id, imported_at=None)


@staff_view(VIEW, methods=("GET", "HEAD"))
def candidate_lists(request: StaffRequest) -> HttpResponse:
    """All that were imported, newest first."""
    found = CandidateList.objects.filter(imported_at__isnull=False).defer("payload").select_related("election")
    context = {
        "page": page_of(request, found, size=_A_PAGE),
        "may_import": request.user.has_perm(IMPORT),
        "crumbs": [("Candidates", "")],
    }
    return render(request, "staff/labeling/candidate_lists.html", context)


@staff_view(IMPORT)
def candidates_add(request: StaffRequest) -> HttpResponse:
    """Send a file, to look at it."""
    form = CandidatesForm(request.POST or None, request.FILES or None, places=places_granted(request.user, IMPORT))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        source = Source(given["source_url"], given["published_on"], given["file"].name or "")
        try:
            listing, _ = list_preview(
                election=given["election"],
                data=given["file"].read(MOST_BYTES + 1),
                source=source,
                by=request.user,
                mapping=form.mapping(),
            )
        except ValidationError as error:
            for field, said in error.message_dict.items():
                form.add_error(field, said)
        else:
            return redirect("candidates-preview", public_id=listing.public_id)
    context = {"form": form, "crumbs": [("Candidates", "../"), ("Import", "")]}
    return render(request, "staff/labeling/candidates_add.html", context, status=_INVALID if form.errors else 200)


@staff_view(IMPORT, target=preview_found)
def candidates_preview(request: StaffRequest, listing: CandidateList) -> HttpResponse:
    """What a file holds: columns, bad lines, people of the same name. Then take all of it, or none."""
    if request.method == "POST":
        if request.POST.get("then") == "discard":
            list_discard(listing=listing, by=request.user)
            messages.success(request, "Discarded: nothing was imported.")
            return redirect("candidate-lists")
        try:
            taken = list_import(listing=listing, by=request.user)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        else:
            messages.success(request, f"Imported {taken.candidate_count} candidates.")
            return redirect("candidate-list", public_id=listing.public_id)
    listed = list_read(listing)
    context = {
        "listing": listing,
        "listed": listed,
        "shown": listed.lines[:_SHOWN],
        "homonyms": listed.homonyms[:_A_PAGE],
        "crumbs": [("Candidates", reverse("candidate-lists")), (listing.file_name or "Preview", "")],
    }
    return render(request, "staff/labeling/candidates_preview.html", context)


@staff_view(VIEW, record=list_found, methods=("GET", "HEAD"))
def candidate_list(request: StaffRequest, listing: CandidateList) -> HttpResponse:
    """The candidates of a list, with how many accounts of theirs are known."""
    words = request.GET.get("q", "").strip()[:100]
    standing = Q(official_accounts__state__in=(OfficialState.PROPOSED, OfficialState.VERIFIED))
    found = listing.candidates.annotate(accounts=Count("official_accounts", filter=standing)).order_by("line")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(party__icontains=words) | Q(constituency__icontains=words))
    context = {
        "listing": listing,
        "page": page_of(request, found, size=_A_PAGE),
        "words": words,
        "crumbs": [("Candidates", reverse("candidate-lists")), (listing.election.key, "")],
    }
    return render(request, "staff/labeling/candidate_list.html", context)


def candidate_found(pk: int) -> Candidate:
    """The candidate, with list and election. Raises `Http404`."""
    return get_object_or_404(Candidate.objects.select_related("list__election__jurisdiction__parent"), pk=pk)


@staff_view(VIEW, record=candidate_found, methods=("GET", "HEAD"))
def candidate_page(request: StaffRequest, candidate: Candidate) -> HttpResponse:
    """A candidate, others of the same name, accounts that stand, and those that may be theirs."""
    likely = [
        (one, f"{reverse('official-propose')}?{_asked(candidate, one.platform, one.external_id, one.handle)}")
        for one in accounts_likely(candidate)
    ]
    context = {
        "candidate": candidate,
        "namesakes": candidate.list.candidates.filter(key=candidate.key).exclude(pk=candidate.pk)[:_A_PAGE],
        "accounts": candidate.official_accounts.select_related("platform"),
        "likely": likely,
        "propose": f"{reverse('official-propose')}?{urlencode({'candidate': candidate.pk})}",
        "may_propose": request.user.has_perm(PROPOSE, candidate.list),
        "crumbs": [
            ("Candidates", reverse("candidate-lists")),
            (candidate.list.election.key, reverse("candidate-list", args=[candidate.list.public_id])),
            (candidate.name, ""),
        ],
    }
    return render(request, "staff/labeling/candidate.html", context)


def _asked(candidate: Candidate, platform: str, external_id: str, handle: str) -> str:
    return urlencode({
        "candidate": candidate.pk, "platform": platform, "external_id": external_id, "handle": handle,
    })  # fmt: skip
