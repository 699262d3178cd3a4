"""What many rows refer to must be there, although it is not checked row by row."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.models import ContentItem, Label, LabelKind, LabelState, Platform, Ruleset

pytestmark = pytest.mark.django_db

NOWHERE = 2**40


@pytest.fixture
def item() -> ContentItem:
    platform = Platform.objects.create(key="checked", name="Checked")
    return ContentItem.objects.create(platform=platform, external_id="1", created_at=timezone.now())


@pytest.fixture
def place() -> Jurisdiction:
    return Jurisdiction.objects.create(
        ocd_id="ocd-division/region:zz",
        code="zz",
        level="union",
        name_en="Nowhere",
        languages=["en"],
        time_zones=["UTC"],
    )


def label(item: ContentItem, **fields: object) -> Label:
    now = timezone.now()
    given = {"kind": LabelKind.ELECTION, "state": LabelState.APPLIED, "confidence": 0.9, "decided_at": now, **fields}
    return Label.objects.create(item=item, **given)


@pytest.mark.parametrize("missing", ["jurisdiction_id", "election_id", "ruleset_id"])
def test_a_label_names_only_what_there_is(item: ContentItem, place: Jurisdiction, missing: str) -> None:
    fields: dict[str, object] = {"jurisdiction_id": place.pk} | {missing: NOWHERE}

    with pytest.raises(IntegrityError), transaction.atomic():
        label(item, **fields)

    given = label(item, jurisdiction_id=place.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Label.objects.filter(pk=given.pk).update(**{missing: NOWHERE})


def test_an_item_is_of_a_platform_that_there_is() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ContentItem.objects.create(platform_id=NOWHERE, external_id="1", created_at=timezone.now())


def test_a_history_names_only_sets_that_there_are(item: ContentItem, place: Jurisdiction) -> None:
    given = label(item, jurisdiction_id=place.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        given.decisions.create(
            action="applied", decided_by="machine", reason="matched", ruleset_id=NOWHERE, decided_at=timezone.now()
        )


@pytest.mark.parametrize("table", ["centers_jurisdiction", "labeling_platform", "labeling_ruleset"])
def test_what_is_referred_to_stays(item: ContentItem, place: Jurisdiction, table: str) -> None:
    ruleset = Ruleset.objects.create(version=9_001, status="draft")
    label(item, jurisdiction_id=place.pk, ruleset=ruleset)
    of = {"centers_jurisdiction": place.pk, "labeling_platform": item.platform_id, "labeling_ruleset": ruleset.pk}

    with pytest.raises(IntegrityError), transaction.atomic():
        delete(table, of[table])


def delete(table: str, pk: int | None) -> None:
    """As somebody might who does not ask the portal."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])  # noqa: S608 -- our own names
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
