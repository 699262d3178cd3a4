"""Doors for Celery."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from centers.models import Jurisdiction, Link
from centers.services.links_check import links_check as check
from centers.services.links_register import links_erase, links_register
from centers.services.links_wake import links_wake as wake
from centers.services.links_wake import links_woken
from centers.services.page_look import page_look_run
from centers.services.proposal_expire import proposals_expire_due as expire_due
from centers.services.publish import proposals_publish_due as publish_due
from centers.services.record_draft import record_drafts_erase as drafts_erase
from centers.services.upkeep_tell import upkeep_tell as tell_upkeep
from centers.services.upload_hold import uploads_forget as forget_uploads


# One that waited behind a long queue is not worth doing: the next one is on its way.
@shared_task(expires=30)
def proposals_publish_due() -> None:
    """Publish what was approved for a moment that has come."""
    publish_due()


@shared_task(expires=30)
def proposals_expire_due() -> None:
    """Take back what was published for a time that is over."""
    expire_due()


@shared_task(expires=3600)
def record_drafts_erase() -> None:
    """Forget what nobody went on writing."""
    drafts_erase()


@shared_task(expires=50)
def links_wake() -> None:
    """Wake who calls out when a link is due."""
    wake()


# In a queue of its own: nothing else waits for other people's servers.
@shared_task(expires=120, time_limit=180)
def links_check(center: str = "") -> None:
    """Check what is due, everywhere or in one centre."""
    links_woken()
    place = Jurisdiction.objects.filter(code=center, center__isnull=False).first() if center else None
    check(of=Link.objects.of_place(place) if place else None)


@shared_task(expires=600)
def links_tend() -> None:
    """Know new links, forget old checks."""
    links_register()
    links_erase()


@shared_task(expires=120, time_limit=120)
def page_look(public_id: str) -> None:
    """Look at a page somebody wants to recommend."""
    page_look_run(public_id=UUID(public_id))


@shared_task(expires=600)
def uploads_forget() -> None:
    """Erase files nobody confirmed in time."""
    forget_uploads()


@shared_task(expires=240)
def upkeep_tell() -> None:
    """Tell members of facts past their review date and of broken links."""
    tell_upkeep()
