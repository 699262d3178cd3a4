"""Fictional work of moderators, for a portal to be tried out."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from labeling.models import QualityCheck, ReviewDecision
from tests.factories import JurisdictionFactory

pytestmark = pytest.mark.django_db


def test_month_of_work_is_made_once(capsys: pytest.CaptureFixture[str]) -> None:
    for code in ("de", "fr", "it", "pl"):
        JurisdictionFactory.create(code=code)
    call_command("demo_reviews", tasks=56)
    made = ReviewDecision.objects.count()
    assert made > 40
    assert QualityCheck.objects.exists()
    assert f"{made} decisions by 4 fictional moderators" in capsys.readouterr().out
    days = set(ReviewDecision.objects.values_list("decided_at__date", flat=True))
    assert len(days) > 20
    call_command("demo_reviews", tasks=56)
    assert ReviewDecision.objects.count() == made


def test_nothing_is_made_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never made in production"):
        call_command("demo_reviews")
