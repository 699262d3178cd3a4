"""Every change of a place's records, for auditors and those who lead its desk."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse

from accounts.audit.reading import Source
from accounts.models import Invitation, Membership, Organisation, Role, User
from accounts.permissions import lineage
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.audit import audit_context
from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    KeyDateKind,
    LiteracyVideo,
    LocalRules,
    MediaFile,
    PollingDay,
    Proposal,
    Question,
    ReportedViews,
    Round,
    Tip,
    TrustedSource,
    UrgentNotice,
)
from centers.staff.desk import AUDIT, desk_place, desk_render, voter_path


@staff_view(AUDIT, target=desk_place, methods=("GET", "HEAD"))
def desk_audit(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Who did what when: `?noun=`, `?user=`, `?since=` and `?until=` narrow it."""
    people = User.objects.filter(Q(memberships__jurisdiction__in=lineage(place)) | Q(memberships__jurisdiction=None))
    context = audit_context(request, _sources(place), list(people.distinct().order_by("email")))
    context["history"] = f"{voter_path(place)}history/"
    return desk_render(request, "staff/centers/audit.html", place, context, crumbs=[("Audit", "")])


def _sources(place: Jurisdiction) -> list[Source]:
    """Of the place itself; what belongs to a union is on the union's desk."""
    here, centre = Q(jurisdiction=place), Q(center__jurisdiction=place)
    of_election = Q(election__jurisdiction=place)
    return [
        Source("answer", "answer", Answer, centre, _question),
        Source("election", "election", Election, here, lambda event: event.key),
        Source("round", "round", Round, of_election, lambda event: f"{event.number} of {event.election}"),
        Source("polling_day", "polling day", PollingDay, Q(round__election__jurisdiction=place), _polling_day),
        Source("date", "key date", KeyDate, here, _key_date),
        Source("source", "trusted source", TrustedSource, centre, lambda event: event.title),
        Source("organisation", "organisation", Organisation, here, lambda event: event.name),
        Source("rules", "rules of a past election", LocalRules, here, lambda event: ""),
        Source("center", "centre", ElectionCenter, here, lambda event: ""),
        Source("place", "place", Jurisdiction, Q(pgh_obj=place.pk), lambda event: event.code),
        Source("notice", "urgent notice", UrgentNotice, centre, lambda event: f"no. {event.pgh_obj_id}"),
        Source("campaign", "campaign", Campaign, here, lambda event: event.slug),
        Source("video", "video", LiteracyVideo, Q(campaign__jurisdiction=place), lambda event: event.slug),
        Source("tip", "tip", Tip, here, lambda event: event.slug),
        Source("file", "poster or video", MediaFile, here, lambda event: event.title),
        Source(
            "views", "reported views", ReportedViews, Q(campaign__jurisdiction=place), lambda event: event.source_name
        ),
        Source("proposal", "proposal", Proposal, here, lambda event: f"{event.pgh_obj_id}: {event.record}"),
        Source("membership", "role", Membership, here, _role),
        Source("invitation", "invitation", Invitation, here, _role),
    ]


def _question(event: Any) -> str:
    return f"“{Question(event.question).label}”" if event.question in Question.values else event.question


def _polling_day(event: Any) -> str:
    return str(event.date)


def _key_date(event: Any) -> str:
    return str(KeyDateKind(event.kind).label) if event.kind in KeyDateKind.values else str(event.kind)


def _role(event: Any) -> str:
    role: Final = event.role
    return Role(role).label.lower() if role in Role.values else str(role)
