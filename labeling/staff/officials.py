"""Official accounts: the list, proposing one, and each with its history and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.models import Jurisdiction
from centers.staff.places import places_granted
from labeling.models import AccountCategory, Candidate, OfficialAccount, OfficialState, Platform
from labeling.services.official_account import (
    PROPOSE,
    VERIFY,
    Draft,
    OfficialConflict,
    account_end,
    account_propose,
    account_refuse,
    account_verify,
    flags_usual,
)
from labeling.staff.forms import ReasonForm
from labeling.staff.official_forms import AccountFilter, ProposeForm

VIEW: Final = "labeling.view_accounts"
_A_PAGE: Final = 50
_INVALID: Final = 422
_Act = Callable[..., OfficialAccount]
#: Each step with the state it begins with, its permission, its words, and whether it takes something away.
STEPS: Final[Mapping[str, tuple[OfficialState, str, str, str, bool, _Act]]] = {
    "verify": (
        OfficialState.PROPOSED, VERIFY, "Verify it", "What it posts is marked as from an official account from now on, "
        "and what is kept of it, too.", False, account_verify,
    ),
    "refuse": (
        OfficialState.PROPOSED, VERIFY, "Refuse it", "It can be proposed again, with a better source.", True,
        account_refuse,
    ),
    "end": (
        OfficialState.VERIFIED, VERIFY, "End it", "What it posts is marked no longer, and what was marked loses its "
        "mark. Its history stays.", True, account_end,
    ),
}  # fmt: skip


def official_found(public_id: UUID) -> OfficialAccount:
    """The account, with all that its page shows. Raises `Http404`."""
    found = OfficialAccount.objects.for_lists().select_related("jurisdiction__parent", "candidate__list__election")
    return get_object_or_404(found, public_id=public_id)


@staff_view(VIEW, methods=("GET", "HEAD"))
def official_list(request: StaffRequest) -> HttpResponse:
    """All of them, newest first, as far as they fit what is asked for."""
    form = AccountFilter(request.GET)
    found: QuerySet[OfficialAccount] = OfficialAccount.objects.for_lists()
    if form.is_valid():
        found = _filtered(found, form.cleaned_data)
    context = {
        "page": page_of(request, found, size=_A_PAGE),
        "form": form,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_propose": request.user.has_perm(PROPOSE),
        "crumbs": [("Official accounts", "")],
    }
    return render(request, "staff/labeling/officials.html", context)


def _filtered(found: QuerySet[OfficialAccount], asked: Mapping[str, Any]) -> QuerySet[OfficialAccount]:
    if words := asked["q"].strip():
        found = found.filter(Q(name__icontains=words) | Q(handle__icontains=words) | Q(external_id__icontains=words))
    for name in ("state", "category"):
        if asked[name]:
            found = found.filter(**{name: asked[name]})
    if asked["place"]:
        found = found.filter(jurisdiction=asked["place"])
    return found


@staff_view(PROPOSE)
def official_propose(request: StaffRequest) -> HttpResponse:
    """Propose one; `candidate` and the account's id may come with the address, from a list of candidates."""
    candidate = _candidate(request)
    places = places_granted(request.user, PROPOSE)
    form = ProposeForm(request.POST or None, initial=_start(request, candidate), places=places)
    if request.method == "POST" and form.is_valid():
        try:
            account = account_propose(
                draft=_draft(form, candidate), by=request.user, reason=form.cleaned_data["reason"]
            )
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, "Proposed. Somebody else verifies it.")
            return redirect("official-account", public_id=account.public_id)
    context = {
        "title": "Propose an official account",
        "about": f"Of {candidate.name}, {candidate.list.election.key}, line {candidate.line} of the authority’s list."
        if candidate
        else "With a source that shows whose it is. Somebody else verifies it before anything is marked.",
        "form": form,
        "button": "Propose it",
        "back": "../",
        "crumbs": [("Official accounts", "../"), ("Propose", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=_INVALID if form.errors else 200)


def _candidate(request: StaffRequest) -> Candidate | None:
    asked = request.GET.get("candidate", "")
    if not asked:
        return None
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 18:  # noqa: PLR2004  # a bigint's digits
        raise Http404
    return get_object_or_404(Candidate.objects.select_related("list__election__jurisdiction"), pk=int(asked))


def _start(request: StaffRequest, candidate: Candidate | None) -> dict[str, Any]:
    """What a new form holds: the usual flags, and whatever is known of the candidate and the account."""
    category = AccountCategory.CANDIDATE if candidate else AccountCategory.GOVERNMENT
    start: dict[str, Any] = flags_usual(category)._asdict() | {"category": category}
    if candidate:
        start |= {
            "name": candidate.name,
            "election": candidate.list.election,
            "jurisdiction": candidate.list.jurisdiction,
        }
    if platform := Platform.objects.filter(key=request.GET.get("platform", "")[:40]).first():
        start |= {"platform": platform, "external_id": request.GET.get("external_id", "")[:255]}
        start["handle"] = request.GET.get("handle", "")[:255]
    return start


def _draft(form: ProposeForm, candidate: Candidate | None) -> Draft:
    given = form.cleaned_data
    names = ("platform", "external_id", "handle", "name", "jurisdiction", "election", "source_url")
    fields = {name: given[name] for name in names}
    return Draft(category=AccountCategory(given["category"]), flags=form.flags(), candidate=candidate, **fields)


def _show(form: ProposeForm, error: ValidationError) -> None:
    for field, said in error.message_dict.items():
        form.add_error(field if field in form.fields else None, said)


@staff_view(VIEW, record=official_found, methods=("GET", "HEAD"))
def official_page(request: StaffRequest, account: OfficialAccount) -> HttpResponse:
    """One of them: on what it rests, what the platform is told, who did what."""
    context = {
        "account": account,
        "steps": [(key, step[2], step[4]) for key, step in STEPS.items() if _may(request.user, account, key)],
        "waits_for_another": account.state == OfficialState.PROPOSED and account.proposed_by_id == request.user.pk,
        "history": account.steps.select_related("user").order_by("-pk"),
        "crumbs": [("Official accounts", "../"), (account.name, "")],
    }
    return render(request, "staff/labeling/official.html", context)


def _may(user: User, account: OfficialAccount, key: str) -> bool:
    state, permission, *_ = STEPS[key]
    if account.state != state:
        return False
    if account.proposed_by_id == user.pk and state == OfficialState.PROPOSED:
        return key == "refuse" and user.has_perm(PROPOSE, account)
    return user.has_perm(permission, account)


class StepOf(NamedTuple):
    """A step of an account; permissions are asked for at the account's place."""

    account: OfficialAccount
    key: str

    @property
    def jurisdiction(self) -> Jurisdiction:
        """The account's."""
        return self.account.jurisdiction


def official_step_found(public_id: UUID, step: str) -> StepOf:
    """The account and the step. Raises `Http404` for a step there is not."""
    if step not in STEPS:
        raise Http404
    return StepOf(official_found(public_id), step)


@staff_view(PROPOSE, target=official_step_found)
def official_step(request: StaffRequest, found: StepOf) -> HttpResponse:
    """Verify, refuse or end, with a reason."""
    account, key = found
    _, _, words, about, is_danger, act = STEPS[key]
    if not _may(request.user, account, key) and request.method != "POST":
        messages.warning(request, "That is for somebody else to do, or it was done already.")
        return redirect("official-account", public_id=account.public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(account=account, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error("reason", error.message_dict["reason"])
        except OfficialConflict as conflict:
            messages.warning(request, str(conflict))
            return redirect("official-account", public_id=account.public_id)
        else:
            messages.success(request, f"Done: {words.lower()}.")
            return redirect("official-account", public_id=account.public_id)
    context = {
        "title": f"{words}: {account.name}?",
        "about": about,
        "form": form,
        "button": words,
        "is_danger": is_danger,
        "back": "../",
        "crumbs": [("Official accounts", "../../"), (account.name, "../"), (words, "")],
    }
    return render(request, "staff/labeling/form.html", context, status=_INVALID if form.errors else 200)
