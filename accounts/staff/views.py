"""Home, members and invitations."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import Invitation, Membership, Role, User
from accounts.services import (
    InvitationClosedError,
    MailFailedError,
    invitation_accept,
    invitation_read,
    invitation_send,
    invitation_withdraw,
    membership_end,
)
from accounts.staff.access import MEMBER, StaffRequest, staff_view
from accounts.staff.forms import InvitationForm, JoinForm
from accounts.staff.listing import page_of
from accounts.staff.waiting import waiting_for


@staff_view(MEMBER, methods=("GET", "HEAD"))
def home(request: StaffRequest) -> HttpResponse:
    """What there is for this member: their roles, what waits for them, and the rooms these open."""
    context = {"memberships": request.user.memberships_held, "waiting": waiting_for(request.user)}
    return render(request, "staff/home.html", context)


@staff_view("accounts.manage_members")
def members(request: StaffRequest) -> HttpResponse:
    """Members and open invitations of one's organisations; inviting."""
    form = InvitationForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid() and _invited(request, form):
        return redirect("members")
    memberships = Membership.objects.select_related("user", "organisation", "jurisdiction").order_by(
        "organisation__name", "user__email", "id"
    )
    invitations = Invitation.objects.open().select_related("organisation", "jurisdiction", "invited_by")
    if not request.user.is_superuser:
        own = [one.organisation_id for one in request.user.memberships_held if one.role == Role.PUBLISHER]
        memberships, invitations = memberships.filter(organisation__in=own), invitations.filter(organisation__in=own)
    return render(
        request,
        "staff/members.html",
        {"form": form, "page": page_of(request, memberships, size=50), "invitations": invitations[:100]},
        status=422 if form.errors else 200,
    )


def _invited(request: StaffRequest, form: InvitationForm) -> bool:
    given = form.cleaned_data
    try:
        invitation_send(
            actor=request.user,
            organisation=given["organisation"],
            role=Role(given["role"]),
            jurisdiction=given["jurisdiction"],
            email=given["email"],
        )
    except ValidationError as error:
        form.add_error(None, error)
    except MailFailedError:
        form.add_error(None, "The mail could not be sent, so nobody was invited. Try again in a few minutes.")
    else:
        messages.success(request, f"{given['email']} is invited.")
    return not form.errors


def _membership(*, pk: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user", "organisation", "jurisdiction__parent"), pk=pk)


def _invitation(*, public_id: str) -> Invitation:
    found = Invitation.objects.open().select_related("organisation", "jurisdiction__parent")
    return get_object_or_404(found, public_id=public_id)


@staff_view("accounts.manage_members", target=_membership)
def membership_remove(request: StaffRequest, membership: Membership) -> HttpResponse:
    """Asked first, then done."""
    if request.method != "POST":
        return render(request, "staff/membership_remove.html", {"membership": membership})
    try:
        membership_end(actor=request.user, membership=membership)
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{membership.user.email} is no longer {membership.get_role_display().lower()}.")
    return redirect("members")


@staff_view("accounts.manage_members", target=_invitation, methods=("POST",))
def invitation_cancel(request: StaffRequest, invitation: Invitation) -> HttpResponse:
    """The link in the mail is void from now on."""
    invitation_withdraw(actor=request.user, invitation=invitation)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("members")


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mail's link leads, for whoever holds it: join with a new account, or with the one signed in."""
    try:
        invitation = invitation_read(token)
        return _joined(request, token, invitation)
    except InvitationClosedError as closed:
        return render(request, "staff/invitation_closed.html", {"reason": str(closed)}, status=410)


def _joined(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    page: dict[str, Any] = {"invitation": invitation, "token": token}
    if request.user.is_authenticated:
        user = request.user
        page["is_own"] = user.email.lower() == invitation.email.lower()
        if request.method == "POST" and page["is_own"]:
            invitation_accept(token=token, member=user)
            messages.success(request, "You have joined.")
            return redirect("staff-home")
        return render(request, "staff/invitation_join.html", page)
    if User.objects.filter(email__iexact=invitation.email).exists():
        return render(request, "staff/invitation_known.html", page)
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = invitation_accept(token=token, name=given["name"], password=given["password"])
        answer = perform_login(request, Login(user=user, email=user.email))
        return cast(HttpResponse, answer)
    return render(request, "staff/invitation_new.html", page | {"form": form}, status=422 if form.errors else 200)
