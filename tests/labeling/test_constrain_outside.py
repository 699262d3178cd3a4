"""What the database refuses of reports, appeals and statements, whoever writes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.models import Appeal, Report, ReviewAction, StatementOfReasons
from labeling.services.review_decide import Verdict, review_decide
from tests.labeling.outside import appealed, given_label, reported, the_task
from tests.labeling.tasks import given_moderator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"kind": "rumour"}, "report_kind_is_known"),
        ({"language": "xx"}, "report_language_is_known"),
        ({"outcome": "upheld"}, "report_ended_has_an_outcome"),
        ({"ended_at": timezone.now()}, "report_ended_has_an_outcome"),
        ({"erased_at": timezone.now()}, "report_erased_holds_nothing"),
    ],
)
def test_report_is_refused(client: Client, here: Jurisdiction, changed: dict[str, Any], constraint: str) -> None:
    given_label(here)
    reported(client, said="Words")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Report.objects.update(**changed)


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"by": "nobody"}, "appellant_is_known"),
        ({"language": "xx"}, "appeal_language_is_known"),
        ({"outcome": "granted", "ended_at": timezone.now()}, "appeal_ended_has_an_outcome"),
        ({"erased_at": timezone.now()}, "appeal_erased_holds_nothing"),
    ],
)
def test_appeal_is_refused(client: Client, here: Jurisdiction, changed: dict[str, Any], constraint: str) -> None:
    appealed(client, given_label(here))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.update(**changed)


def test_private_link_belongs_to_one(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    for _ in range(2):
        reported(client)
    with pytest.raises(IntegrityError, match="report_link_is_its_own"), transaction.atomic():
        Report.objects.update(token_digest=b"x" * 32)


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"puid": "ec 1"}, "statement_puid_is_well_formed"),
        ({"withdrawn_at": timezone.now()}, "statement_withdrawn_says_why"),
        ({"withdrawn_because": "undone"}, "statement_withdrawn_says_why"),
        ({"withdrawn_at": timezone.now(), "withdrawn_because": "mood"}, "statement_withdrawn_says_why"),
    ],
)
def test_statement_is_refused(client: Client, here: Jurisdiction, changed: dict[str, Any], constraint: str) -> None:
    given_label(here)
    reported(client)
    task = the_task()
    verdict = Verdict(ReviewAction.APPLY, "wrong-place")
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=verdict)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        StatementOfReasons.objects.update(**changed)
