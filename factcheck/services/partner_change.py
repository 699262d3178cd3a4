"""How a partner can be reached, and from when to when it is under contract."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.audit import acting
from accounts.models import User
from centers.pagecache import center_touch
from factcheck.models import FactCheckPartner
from factcheck.services.coverage_record import coverage_record

KEEP, MANAGE = "factcheck.keep_partner", "factcheck.manage_partner"


@transaction.atomic
def partner_contact_change(*, partner: FactCheckPartner, by: User | None, url: str, email: str) -> None:
    """Where voters reach the partner; empty is not known. Raises `PermissionDenied`, `ValidationError`."""
    if by is not None and not by.has_perm(KEEP, partner):
        raise PermissionDenied
    partner.contact_url, partner.contact_email = url, email
    partner.clean_fields(exclude=["organisation"])
    if url and not url.startswith("https://"):
        raise ValidationError({"contact_url": "Voters are led to addresses that begin with https:// only."})
    with acting(by=by, reason="Contact"):
        partner.save(update_fields=["contact_url", "contact_email"])
    center_touch(codes=partner.countries)


@transaction.atomic
def partner_capacity_change(*, partner: FactCheckPartner, by: User | None, capacity: int | None) -> None:
    """How many claims the partner works on at once; `None` is not known. What lies with it already stays.

    Raises `PermissionDenied`, and `ValidationError` below 1.
    """
    if by is not None and not by.has_perm(KEEP, partner):
        raise PermissionDenied
    if capacity is not None and capacity < 1:
        raise ValidationError({"capacity": "Say at least 1; a partner that takes none says so by its hours."})
    partner.capacity = capacity
    with acting(by=by, reason="Capacity"):
        partner.save(update_fields=["capacity"])


@transaction.atomic
def partner_contract_change(
    *, partner: FactCheckPartner, by: User | None, begins: dt.date | None, ends: dt.date | None
) -> None:
    """The days of the contract, both included; outside them the partner covers nothing.

    Raises `PermissionDenied`, and `ValidationError` for an end without, or before, a beginning.
    """
    if by is not None and not by.has_perm(MANAGE, partner):
        raise PermissionDenied
    if ends is not None and (begins is None or ends < begins):
        raise ValidationError({"ends": "A contract that ends has begun on an earlier day, or on the same."})
    partner.contract_from, partner.contract_until = begins, ends
    with acting(by=by, reason="Contract"):
        partner.save(update_fields=["contract_from", "contract_until"])
    coverage_record()
