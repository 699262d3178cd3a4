"""Statements of reasons: made with what restricts, taken back with it, told to platforms, exported in the format."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import (
    Account,
    Label,
    LabelKind,
    LabelState,
    Policy,
    ReviewAction,
    ReviewDecision,
    StatementOfReasons,
    WebhookDelivery,
)
from labeling.services.api_key import api_key_create
from labeling.services.review_decide import Verdict, review_decide, review_undo
from labeling.services.statement_export import StatementError, statements_export
from labeling.statements import call_problems, statement_problems, territorial_scope
from tests.factories import JurisdictionFactory
from tests.labeling.outside import appealed, given_item, given_label, reported, the_task
from tests.labeling.tasks import APPLY, given_moderator, given_task
from tests.labeling.webhooks import given_endpoint
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
SECRETS = ("fictional.anna", "anna@voter.example", "Eine erfundene Wahl", "author-7", "+32 470 12 34 56", "Bob lied")


def restricted(client: Client, here: Jurisdiction, external_id: str = "7312") -> ReviewDecision:
    """A decision that marks reported content as unverified, with as many personal data around it as there can be."""
    item = given_item(external_id, media=[{"type": "video"}])
    item.author = Account.objects.create(
        platform=item.platform, external_id=f"author-7-{external_id}", handle="fictional.anna"
    )
    item.save()
    given_label(here, item)
    reported(client, f"fictional:{external_id}", said="Bob lied, +32 470 12 34 56", contact="anna@voter.example")
    task = the_task() if external_id == "7312" else item.review_tasks.get()
    verdict = Verdict(ReviewAction.APPLY, "wrong-day-or-time", note="anna@voter.example says @bob wrote it")
    moderator = given_moderator(here, name=f"mod{external_id}")
    return review_decide(task=task, by=moderator, version=task.version, verdict=verdict)


def test_restriction_has_its_statement_in_the_format(client: Client, here: Jurisdiction) -> None:
    decision = restricted(client, here)
    statement = StatementOfReasons.objects.get()
    document = statement.document
    assert statement_problems(document) == []
    assert statement.decision == decision
    assert document["decision_visibility"] == [
        "DECISION_VISIBILITY_CONTENT_LABELLED", "DECISION_VISIBILITY_CONTENT_DEMOTED",
    ]  # fmt: skip
    assert (document["automated_detection"], document["automated_decision"], document["source_type"]) == (
        "No", "AUTOMATED_DECISION_NOT_AUTOMATED", "SOURCE_TYPE_OTHER_NOTIFICATION",
    )  # fmt: skip
    assert (document["content_type"], document["content_language"]) == (["CONTENT_TYPE_VIDEO"], "DE")
    # Arcadia is no state of the database's; the field may be left out.
    assert "territorial_scope" not in document
    assert "It gives a wrong day or time for voting." in document["decision_facts"]


def test_statement_holds_nobodys_data(client: Client, here: Jurisdiction) -> None:
    restricted(client, here)
    text = json.dumps(StatementOfReasons.objects.get().document, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text]
    assert "@" not in text


def test_label_about_an_election_has_none(here: Jurisdiction) -> None:
    task = given_task(here)
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=APPLY)
    assert not StatementOfReasons.objects.exists()


def test_label_added_beside_is_grounded_in_its_own_policy(here: Jurisdiction) -> None:
    task = given_task(here)
    verdict = APPLY._replace(add=[LabelKind.AI_GENERATED])
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=verdict)
    document = StatementOfReasons.objects.get().document
    assert "AI-generated content" in document["incompatible_content_ground"]
    assert "CONTENT_TYPE_SYNTHETIC_MEDIA" in document["content_type"]
    assert document["automated_detection"] == "Yes"
    assert "about this election" not in document["decision_facts"]


def test_official_mark_that_is_taken_away_has_one(here: Jurisdiction) -> None:
    label = given_label(here, kind="official_account")
    given_label(here, label.item)
    Policy.objects.filter(key="impersonation").update(label_kind="official_account")
    from django.utils import timezone

    from labeling.models import ReviewTask, SignalKind
    from labeling.services.review_join import Signal, signals_join

    signal = Signal(
        label.item.uri, label.item_id, here.pk, "de", SignalKind.TRUSTED_FLAGGER, "flag:1", "impersonation", label.pk
    )
    signals_join(signals=[signal], now=timezone.now())
    task = ReviewTask.objects.get()
    verdict = Verdict(ReviewAction.REJECT, "parody")
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=verdict)
    document = StatementOfReasons.objects.get().document
    assert document["decision_visibility"] == ["DECISION_VISIBILITY_OTHER"]
    assert document["source_type"] == "SOURCE_TRUSTED_FLAGGER"
    assert statement_problems(document) == []


def test_undone_decision_takes_its_statement_back(client: Client, here: Jurisdiction) -> None:
    decision = restricted(client, here)
    before = StatementOfReasons.objects.get().position
    review_undo(decision=decision, by=decision.user, reason="Wrong key")
    statement = StatementOfReasons.objects.get()
    assert (statement.withdrawn_because, statement.position) == ("undone", before + 1)
    assert statements_export() == []


def test_appeal_that_lifts_a_restriction_takes_the_statement_back_and_its_undo_brings_it_back(
    client: Client, here: Jurisdiction
) -> None:
    restricted(client, here)
    appealed(client, Label.objects.get(kind="unverified"))
    task = Label.objects.get(kind="unverified").item.review_tasks.get(state="open")
    assert task.policy.key == "voting-information"
    other = given_moderator(here, name="other")
    verdict = Verdict(ReviewAction.REJECT, "not-an-instruction")
    decision = review_decide(task=task, by=other, version=task.version, verdict=verdict)
    assert StatementOfReasons.objects.get().withdrawn_because == "overturned"
    review_undo(decision=decision, by=other, reason="Wrong key")
    assert StatementOfReasons.objects.get().withdrawn_at is None
    task.refresh_from_db()
    # Confirmed: nothing new is restricted, so nothing new is stated.
    review_decide(task=task, by=other, version=task.version, verdict=Verdict(ReviewAction.APPLY, "wrong-place"))
    assert StatementOfReasons.objects.count() == 1
    assert Label.objects.get(kind="unverified").state == LabelState.APPLIED


def test_platform_reads_statements_on_from_its_cursor(client: Client, here: Jurisdiction) -> None:
    decision = restricted(client, here)
    key = {"Authorization": f"Api-Key {api_key_create(platform=Label.objects.all()[0].item.platform, name='test')}"}
    first = client.get("/api/v1/statements/", headers=key).json()
    assert [(one["uri"], one["withdrawn_at"]) for one in first["statements"]] == [("fictional:7312", None)]
    assert client.get(f"/api/v1/statements/?cursor={first['cursor']}", headers=key).json() == {
        "statements": [], "cursor": first["cursor"], "more": False,
    }  # fmt: skip
    review_undo(decision=decision, by=decision.user, reason="Wrong key")
    news = client.get(f"/api/v1/statements/?cursor={first['cursor']}", headers=key).json()
    assert [one["withdrawn_because"] for one in news["statements"]] == ["undone"]
    assert client.get("/api/v1/statements/?cursor=x", headers=key).status_code == 400
    assert client.get("/api/v1/statements/").status_code == 401


def test_platform_is_told_by_webhook_in_the_same_transaction(client: Client, here: Jurisdiction) -> None:
    given_item("other")
    endpoint = given_endpoint()
    given_endpoint(disabled_at="2026-01-01T00:00:00Z", disabled_reason="Paused")
    restricted(client, here)
    message = WebhookDelivery.objects.get(event_type="statements.changed")
    assert message.endpoint == endpoint
    payload = json.loads(message.payload)
    assert payload["data"]["statements"][0]["puid"] == StatementOfReasons.objects.get().puid


def test_greece_is_gr() -> None:
    for code in ("gr", "el"):
        assert territorial_scope(code, []) == ["GR"]
    assert territorial_scope("eu", ["el", "fr"]) == ["FR", "GR"]
    assert territorial_scope("us-ca", []) == []


def test_union_covers_its_states(client: Client) -> None:
    union = JurisdictionFactory.create(code="eu", level="union")
    for code in ("gr", "fr"):
        JurisdictionFactory.create(code=code, parent=union)
    restricted(client, union)
    assert StatementOfReasons.objects.get().document["territorial_scope"] == ["FR", "GR"]


def document(**changed: Any) -> dict[str, Any]:
    """A statement that is all right, but for what is changed; `None` leaves a field out."""
    good = {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_LABELLED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "Policy",
        "incompatible_content_explanation": "Because",
        "content_type": ["CONTENT_TYPE_VIDEO"],
        "category": "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "content_date": "2026-11-01",
        "application_date": "2026-11-02",
        "decision_facts": "Facts",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": "ec-1",
        "territorial_scope": ["GR"],
    }
    return {field: value for field, value in (good | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"decision_facts": None}, "decision_facts"),
        ({"decision_facts": "x" * 5_001}, "decision_facts"),
        ({"decision_facts": "Write to anna@voter.example"}, "decision_facts"),
        ({"decision_facts": "Posted by @fictional.anna"}, "decision_facts"),
        ({"decision_facts": "Call +32 470 12 34 56"}, "decision_facts"),
        ({"decision_visibility": None}, "decision_visibility"),
        ({"decision_visibility": "DECISION_VISIBILITY_CONTENT_LABELLED"}, "decision_visibility"),
        ({"decision_visibility": ["DECISION_VISIBILITY_HIDDEN"]}, "decision_visibility"),
        ({"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}, "decision_visibility_other"),
        ({"decision_ground": "BECAUSE"}, "decision_ground"),
        ({"incompatible_content_ground": None}, "incompatible_content_ground"),
        ({"incompatible_content_ground": "x" * 501}, "incompatible_content_ground"),
        ({"incompatible_content_explanation": "x" * 2_001}, "incompatible_content_explanation"),
        ({"content_type": []}, "content_type"),
        ({"content_type": ["CONTENT_TYPE_OTHER"]}, "content_type_other"),
        ({"category": "STATEMENT_CATEGORY_SCAMS"}, "category"),
        ({"content_date": "01.11.2026"}, "content_date"),
        ({"content_date": "2026-1-1"}, "content_date"),
        ({"content_date": "1999-12-31"}, "content_date"),
        ({"application_date": "2026-02-30"}, "application_date"),
        ({"source_type": "SOURCE_RUMOUR"}, "source_type"),
        ({"automated_detection": True}, "automated_detection"),
        ({"automated_decision": "YES"}, "automated_decision"),
        ({"territorial_scope": ["EL"]}, "territorial_scope"),
        ({"puid": "ec 1"}, "puid"),
        ({"puid": "x" * 501}, "puid"),
        ({"author": "anna"}, "author"),
    ],
)
def test_what_the_database_would_refuse_is_named_by_its_field(changed: dict[str, Any], field: str) -> None:
    assert statement_problems(document()) == []
    assert field in {name for name, _ in statement_problems(document(**changed))}


def test_call_holds_a_hundred_and_each_once() -> None:
    many = [document(puid=f"ec-{number}") for number in range(101)]
    assert call_problems(many[:100]) == []
    assert call_problems(many) == [("statements", "a call holds from 1 to 100")]
    assert call_problems([]) == [("statements", "a call holds from 1 to 100")]
    assert call_problems([document(), document()]) == [("statements.1.puid", "was used already")]


def test_export_hands_out_each_once(client: Client, here: Jurisdiction) -> None:
    restricted(client, here)
    restricted(client, here, "7313")
    out = StringIO()
    call_command("statements_export", "--limit", "1", stdout=out, stderr=StringIO())
    first = json.loads(out.getvalue())["statements"]
    assert call_problems(first) == []
    rest = statements_export()
    assert len(rest) == 1
    assert {one["puid"] for one in (*first, *rest)} == set(StatementOfReasons.objects.values_list("puid", flat=True))
    assert statements_export() == []
    with pytest.raises(CommandError):
        call_command("statements_export", "--limit", "101")


def test_export_stops_at_what_would_be_refused_and_marks_nothing(client: Client, here: Jurisdiction) -> None:
    restricted(client, here)
    StatementOfReasons.objects.update(document=StatementOfReasons.objects.get().document | {"content_date": "soon"})
    with pytest.raises(StatementError, match=r"statements.0.content_date: must be a day"):
        statements_export()
    with pytest.raises(CommandError, match="content_date"):
        call_command("statements_export")
    assert StatementOfReasons.objects.get().exported_at is None


def test_what_was_withdrawn_after_its_export_is_named(client: Client, here: Jurisdiction) -> None:
    decision = restricted(client, here)
    (exported,) = statements_export()
    review_undo(decision=decision, by=decision.user, reason="Wrong key")
    errors = StringIO()
    call_command("statements_export", stdout=StringIO(), stderr=errors)
    assert f"Exported, and withdrawn since: {exported['puid']}" in errors.getvalue()


def test_operators_download_a_submission(client: Client, here: Jurisdiction) -> None:
    restricted(client, here)
    operator = client_of(given_member(Role.OPERATOR))
    assert "1 wait to be exported" in operator.get("/staff/labeling/statements/").content.decode()
    answer = operator.post("/staff/labeling/statements/download/")
    assert call_problems(json.loads(answer.content)["statements"]) == []
    assert "attachment" in answer.headers["Content-Disposition"]
    page = operator.post("/staff/labeling/statements/download/", follow=True).content.decode()
    assert "No statement waits to be exported." in page


def test_no_id_is_given_twice(client: Client, here: Jurisdiction) -> None:
    restricted(client, here)
    statement = StatementOfReasons.objects.get()
    statement.pk, statement.position, statement.decision_id = None, 99, statement.decision_id
    with pytest.raises(IntegrityError), transaction.atomic():
        statement.save(force_insert=True)
