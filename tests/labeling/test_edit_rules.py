"""Rules of a draft in the workspace: added, changed with errors beside the fields, taken out, checked, tried."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from labeling.models import BackTest, JobState, RelabelJob, Rule, Ruleset, RulesetStatus
from labeling.services.back_test import back_test_digest, back_test_run
from labeling.staff.rule_form import line_of, term_of
from tests.factories import JurisdictionFactory
from tests.labeling.sets import given_rule, given_ruleset
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

SETS = "/staff/labeling/rulesets/"


@pytest.fixture
def desk() -> Client:
    JurisdictionFactory.create()
    return client_of(given_member(Role.OPERATOR))


@pytest.fixture
def draft() -> Ruleset:
    return given_ruleset(based_on=given_ruleset(RulesetStatus.LIVE))


def fields(**more: Any) -> dict[str, Any]:
    return {"kind": "hashtag", "pattern": "#neuwahl", "key": "folded", "action": "apply", "weight": "0.8"} | {
        "jurisdiction": "xa",
        **more,
    }


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("line", "term"),
    [
        ("#wahl", {"kind": "hashtag", "pattern": "wahl", "key": "folded"}),
        ("=#EP24", {"kind": "hashtag", "pattern": "EP24", "key": "exact"}),
        ("@demo.anna", {"kind": "account", "pattern": "demo.anna", "key": "folded"}),
        ("polling day", {"kind": "phrase", "pattern": "polling day", "key": "folded"}),
        ('"#1 choice"', {"kind": "phrase", "pattern": "#1 choice", "key": "folded"}),
        ("= Élection", {"kind": "phrase", "pattern": "Élection", "key": "exact"}),
    ],
)
def test_line_is_a_term_and_a_term_the_line(line: str, term: dict[str, str]) -> None:
    assert term_of(line) == term
    assert term_of(line_of(term)) == term


def test_rule_is_added(desk: Client, draft: Ruleset) -> None:
    answer = desk.post(f"{SETS}{draft.version}/rules/add/", fields(languages=["de", "en"], regions="xa, GB"))
    assert answer.status_code == HTTPStatus.FOUND, text_of(answer)
    rule = draft.rules.get(pattern="neuwahl")
    assert (rule.kind, rule.weight, rule.jurisdiction) == ("hashtag", 0.8, "xa")
    assert rule.languages == ["de", "en"]


def test_ambiguous_rule_that_labels_alone_is_refused_beside_the_field_with_the_reason(
    desk: Client, draft: Ruleset
) -> None:
    rule = draft.rules.get()
    path = f"{SETS}{draft.version}/rules/{rule.pk}/"
    terms = {"kind": "compound", "pattern": "", "any_of": "#spd", "ambiguous": "on", "weight": "0.9"}
    seen = desk.get(path).context["form"]["seen"].value()
    answer = desk.post(path, fields(**terms, seen=seen))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    html = answer.content.decode()
    assert 'role="alert"' in html
    assert 'class="errorlist" id="id_' in html
    assert draft.rules.get().kind == "hashtag"


def test_rule_is_changed_and_what_was_not_shown_stays(desk: Client, draft: Ruleset) -> None:
    given_rule(draft, "", key="test:compound", kind="compound", all_of=[
        {"kind": "hashtag", "pattern": "wahl", "key": "exact"}, {"kind": "account", "pattern": "demo", "key": "folded"},
    ])  # fmt: skip
    rule = draft.rules.get(key="test:compound")
    path = f"{SETS}{draft.version}/rules/{rule.pk}/"
    form = desk.get(path).context["form"]
    sent = {name: value for name, value in form.initial.items() if name in form.fields and value not in (None, False)}

    answer = desk.post(path, sent | {"weight": "0.7", "note": "stronger"})

    assert answer.status_code == HTTPStatus.FOUND, text_of(answer)
    after = Rule.objects.get(pk=rule.pk)
    assert (after.weight, after.note, after.key) == (0.7, "stronger", "test:compound")
    assert after.all_of == rule.all_of


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weight": "2"}, "weight"),
        ({"weight": ""}, "weight"),
        ({"kind": "verse"}, "kind"),
        ({"jurisdiction": "zz"}, "jurisdiction"),
        ({"pattern": "#"}, "pattern"),
        ({"pattern": "x" * 301}, "pattern"),
        ({"starts_at": "yesterday"}, "starts_at"),
        ({"languages": ["tlh"]}, "languages"),
        ({"kind": "compound", "pattern": "", "any_of": "x" * 20_001}, "any_of"),
    ],
)
def test_wrong_value_is_named_beside_its_field_and_changes_nothing(
    desk: Client, draft: Ruleset, wrong: dict[str, Any], field: str
) -> None:
    answer = desk.post(f"{SETS}{draft.version}/rules/add/", fields(**wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert draft.rules.count() == 1


def test_rule_is_taken_out_after_asking(desk: Client, draft: Ruleset) -> None:
    rule = draft.rules.get()
    path = f"{SETS}{draft.version}/rules/{rule.pk}/remove/"
    assert "Take test:arkadienwahl out?" in text_of(desk.get(path))
    desk.post(path)
    assert not draft.rules.exists()


def test_rule_of_a_set_that_labels_is_not_changed(desk: Client, draft: Ruleset) -> None:
    live = Ruleset.objects.live().get()
    rule = live.rules.get()
    path = f"{SETS}{live.version}/rules/{rule.pk}/"
    assert "Save the rule" not in text_of(desk.get(path))
    answer = desk.post(path, fields())
    assert "only a draft" in text_of(answer)
    assert live.rules.get().pattern == "arkadienwahl"


def test_check_names_what_is_wrong_with_a_link_to_the_rule(desk: Client, draft: Ruleset) -> None:
    rule = given_rule(draft, "nirgendwo", jurisdiction="zz")
    page = text_of(desk.get(f"{SETS}{draft.version}/check/"))
    assert f'href="{SETS}{draft.version}/rules/{rule.pk}/"' in page
    assert "tag-off" in page


def test_back_test_is_begun_followed_cancelled_and_read(desk: Client, draft: Ruleset) -> None:
    path = f"{SETS}{draft.version}/back-test/"
    assert "It was not tried yet." in text_of(desk.get(path))
    desk.post(path)
    waiting = text_of(desk.get(path))
    assert 'data-follow="2"' in waiting
    desk.post(path)
    assert "is under way" in text_of(desk.get(path))
    desk.post(f"{path}cancel/")
    assert BackTest.objects.get().cancel_requested_at is not None
    back_test_run(BackTest.objects.get().pk)
    assert BackTest.objects.get().state == JobState.CANCELLED

    given_result(draft)
    page = text_of(desk.get(path))
    assert "data-follow" not in page
    assert '<th scope="row">xa</th><td class="number">3</td>' in page
    assert "Vor der #neuwahl" in page
    given_rule(draft, "neu")
    assert "The draft was changed since." in text_of(desk.get(path))
    assert "new labels <strong>3</strong>" in text_of(desk.get(f"{SETS}{draft.version}/step/live/"))


def given_result(draft: Ruleset) -> None:
    live = Ruleset.objects.live().get()
    example = {"change": "new_applied", "jurisdiction": "xa", "language": "de", "before": None}
    example |= {"after": {"decision": "apply", "election": None, "confidence": 0.9, "rules": ["test:neu"]}}
    counts = {"new_applied": 3}
    result = {
        "digest": back_test_digest(draft), "compared": 10, "same": 7, "counts": counts, "by_country": {"xa": counts},
        "by_language": {"de": counts}, "examples": [example | {"text": "Vor der #neuwahl"}],
    }  # fmt: skip
    test = BackTest.objects.create(ruleset=draft, baseline=live, total=10, done=10, result=result)
    test.state, test.finished_at = JobState.DONE, test.created_at
    test.save()


def test_relabelling_says_how_much_before_it_begins_and_is_cancelled(desk: Client, draft: Ruleset) -> None:
    path = "/staff/labeling/relabel/"
    assert "Label 0 items anew" in text_of(desk.get(path))
    assert desk.post(path, {"per_second": "0"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    desk.post(path, {"per_second": "100"})
    assert RelabelJob.objects.get().per_second == 100
    desk.post(f"{path}cancel/")
    assert RelabelJob.objects.get().cancel_requested_at is not None
