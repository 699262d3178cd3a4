"""The history of members: roles given, changed and taken back, and everything else the audit knows of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.audit.reading import AuditFilter, Source, audit_page
from accounts.models import Invitation, Membership, Organisation, Role, User
from accounts.staff.access import StaffRequest, staff_view

PAGE_SIZE: Final = 50


class AuditForm(forms.Form):
    """Which part of the audit is shown: of what, by whom, on which days (UTC)."""

    noun = forms.ChoiceField(label="What", required=False)
    user = forms.TypedChoiceField(label="Who", required=False, coerce=int, empty_value=None)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, sources: list[Source], people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["noun"].choices = [("", "Everything"), *((one.noun, one.label.capitalize()) for one in sources)]
        fields["user"].choices = [("", "Anyone"), *((one.pk, one.email) for one in people)]

    def wanted(self) -> AuditFilter:
        """What was asked for; everything while the form itself is wrong."""
        if not self.is_valid():
            return AuditFilter()
        given = self.cleaned_data
        return AuditFilter(
            noun=given["noun"],
            user=given["user"],
            since=_midnight(given["since"]),
            until=_midnight(given["until"] + dt.timedelta(days=1)) if given["until"] else None,
        )


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None


def audit_context(request: HttpRequest, sources: list[Source], people: list[User]) -> dict[str, Any]:
    """What `staff/_audit.html` takes."""
    form = AuditForm(request.GET or None, sources=sources, people=people)
    page = audit_page(sources, form.wanted(), number=request.GET.get("page"), size=PAGE_SIZE)
    return {"form": form, "page": page}


@staff_view("accounts.manage_members", methods=("GET", "HEAD"))
def members_history(request: StaffRequest) -> HttpResponse:
    """Who gave whom which role, and took it back; of one's own organisations, of all for an administrator."""
    everyone = request.user.is_superuser
    own = [one.organisation_id for one in request.user.memberships_held if one.role == Role.PUBLISHER]
    in_own = Q() if everyone else Q(organisation__in=own)
    people = User.objects.order_by("email") if everyone else User.objects.filter(memberships__organisation__in=own)
    known = {one.pk: one for one in people.distinct()}
    organisations = dict(Organisation.objects.values_list("pk", "name"))
    sources = [
        Source("membership", "role", Membership, in_own, lambda event: _role(event, known, organisations)),
        Source("invitation", "invitation", Invitation, in_own, lambda event: f"to be {Role(event.role).label.lower()}"),
        Source(
            "organisation", "organisation", Organisation, Q() if everyone else Q(pgh_obj__in=own),
            lambda event: event.name,
        ),
        Source(
            "user", "account", User, Q() if everyone else Q(pgh_obj__in=list(known)),
            lambda event: person_name(event.pgh_obj_id, known),
        ),
    ]  # fmt: skip
    context = audit_context(request, sources, sorted(known.values(), key=lambda one: one.email))
    context["crumbs"] = [("Members", reverse("members")), ("History", "")]
    return render(request, "staff/members_history.html", context)


def _role(event: Any, known: dict[int, User], organisations: dict[int, str]) -> str:
    role = Role(event.role).label if event.role in Role.values else event.role
    return f"{role} of {person_name(event.user_id, known)}, {organisations.get(event.organisation_id, 'gone')}"


def person_name(number: int | None, known: dict[int, User]) -> str:
    """Whom a number stands for; an account that is gone stays a number."""
    person = known.get(number) if number is not None else None
    return person.email if person else f"account {number}"
