"""An invented fact-checking desk, so that a newcomer can take a claim through all hands; never made in production."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import Organisation
from accounts.services import DEMO_ORGANISATION
from factcheck.models import FactCheckPartner
from factcheck.services.coverage_record import coverage_record

#: Where it checks, as its demo login may.
_COUNTRIES: Final = ["ie"]
_LANGUAGES: Final = ["en", "ga"]


@transaction.atomic
def demo_desk_ensure() -> bool:
    """Make the demo organisation a partner, unless it is one or is not there; answers whether it was made.

    Its hours are not known, like those of all others. Raises `ImproperlyConfigured` in production.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("A demo desk is never made in production.")
    organisation = Organisation.objects.filter(key=DEMO_ORGANISATION).first()
    if organisation is None or FactCheckPartner.objects.filter(organisation=organisation).exists():
        return False
    with acting(reason="Demo desk"):
        FactCheckPartner.objects.create(
            organisation=organisation, countries=_COUNTRIES, languages=_LANGUAGES, verified_on=timezone.now().date(),
            evidence="Invented, for trying the portal out.",
        )  # fmt: skip
    coverage_record()
    return True
