"""Who did what, as the desk tells it: colleagues by name, to whom may know it; to others, the organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import Membership, Organisation, User
from accounts.permissions import lineage
from centers.models import Jurisdiction

#: Who reads the names of persons in proposals and histories.
SEE_PEOPLE = "centers.view_people"


@dataclass(frozen=True, slots=True)
class People:
    """The people of one place's desk as `viewer` may know them."""

    viewer: User
    place: Jurisdiction
    may_see: bool
    organisations: dict[int, str] = field(default_factory=dict)

    def signed(self, person: User | None, organisation: Organisation | None) -> str:
        """ "Anna Example, Arcadian Electoral Board"; without the person where the viewer may not know."""
        name = self.name(person)
        said = [name, organisation.name if organisation else self.organisations.get(person.pk if person else 0, "")]
        return ", ".join(filter(None, said)) or "A member of this desk"

    def name(self, person: User | None) -> str:
        """The person alone: "you" for oneself, empty where the viewer may not know."""
        if person is None:
            return ""
        if person.pk == self.viewer.pk:
            return "you"
        return (person.name or person.email) if self.may_see else ""


def people_of(viewer: User, place: Jurisdiction, persons: Iterable[User | None] = ()) -> People:
    """For a page of the desk; `persons` are those whose organisation nothing else tells (one query for all)."""
    wanted = {person.pk for person in persons if person is not None}
    return People(viewer, place, viewer.has_perm(SEE_PEOPLE, place), _organisations(wanted, place) if wanted else {})


def _organisations(users: set[int], place: Jurisdiction) -> dict[int, str]:
    places = lineage(place)
    memberships = Membership.objects.filter(user__in=users).order_by("-pk").values_list(
        "user", "jurisdiction", "organisation__name"
    )  # fmt: skip
    # The oldest membership that holds here is written last, and stays.
    return {user: name for user, held_in, name in memberships if held_in is None or held_in in places}
