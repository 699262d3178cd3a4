"""Publishes changes as two members would and says when: `python -m bench.publishing CODE COUNT SECONDS`.

A process of its own, beside a running portal: its two members are fictional, and what it writes stays in the database
it is given. For each publication it prints the number and the moment (`time.monotonic`, the same in every process of
this machine) at which the transaction had ended.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any, Final

import django

#: What voters read afterwards; the number follows.
WORDS: Final = "Publication number"


def main(code: str, count: int, seconds: float) -> None:
    """Publish `count` introductions of the centre `code`, one every `seconds`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
    django.setup()
    author, publisher = _people(code)
    for number in range(1, count + 1):
        _publish(code, number, author, publisher)
        print(number, time.monotonic(), flush=True)
        time.sleep(seconds)


def _people(code: str) -> tuple[Any, Any]:
    # Models exist once Django is set up.
    from accounts.models import Membership, Organisation, Role, User
    from centers.models import Jurisdiction

    body, _ = Organisation.objects.get_or_create(
        key="bench-authority",
        defaults={"kind": "electoral_authority", "name": "Fictional authority", "name_en": "Fictional authority"},
    )
    people = []
    for role in (Role.CURATOR, Role.PUBLISHER):
        email = f"{role}@bench.example"
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        place = Jurisdiction.objects.get(code=code)
        Membership.objects.get_or_create(user=user, organisation=body, role=role, jurisdiction=place)
        people.append(user)
    return people[0], people[1]


def _publish(code: str, number: int, author: Any, publisher: Any) -> None:
    from centers.services.proposal_decide import proposal_approve
    from centers.services.proposal_submit import Because, Wish, proposal_submit

    proposal = proposal_submit(
        author=author,
        wishes=[Wish(f"center:{code}", fields={"introduction_en": f"{WORDS} {number:06}."})],
        because=Because("To measure", "https://authority.example/"),
    )
    proposal_approve(proposal=proposal, by=publisher, revision=proposal.revision)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
