"""Rules of a draft are saved and deleted one by one, and whole sets go out to files and come back as drafts."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import Role
from centers.models import Election, PollingDay, Round
from labeling.matching import Term
from labeling.models import Label, Rule, Ruleset
from labeling.services.geography import places_load
from labeling.services.rule_draft import rule_delete, rule_save
from labeling.services.rule_parse import InvalidRuleError, rule_parse
from labeling.services.rule_rows import rule_of, rule_plain, rule_row, rules_digest, rules_load
from labeling.services.rules_check import rules_check
from labeling.services.rules_exchange import rules_file_read, rules_import
from labeling.services.ruleset_draft import ruleset_draft
from labeling.services.ruleset_release import InvalidRulesetError, ruleset_live
from labeling.services.ruleset_steps import RulesetStepError
from tests.labeling.conftest import FACT, RULES, item, person
from tests.labeling.rule_makers import compound, terms

VALUES: dict[str, Any] = {
    "id": "own",
    "kind": "compound",
    "weight": 0.9,
    "jurisdiction": "DE",
    "election": "de.parliament.2029",
    "any_of": [{"kind": "hashtag", "pattern": "#wahl{yy}"}, {"kind": "phrase", "pattern": "Wähler", "key": "exact"}],
    "none_of": [{"kind": "account", "pattern": "@satire"}],
    "languages": ["de"],
    "regions": ["DE", "at"],
    "starts_at": "2029-01-01T00:00:00+01:00",
    "action": "review",
    "note": "Asked for by the Bundeswahlleiterin's press office.",
}


@pytest.fixture
def draft(world: object) -> Ruleset:
    return ruleset_draft(user=None, note="for tests")


def problems_of(call: Any, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRuleError) as caught:
        call(*args, **kwargs)
    return [(problem.field, problem.code) for problem in caught.value.problems]


# Saving


def test_rule_is_added_to_a_draft(draft: Ruleset) -> None:
    saved = rule_save(ruleset=draft, values=VALUES, user=None)
    assert saved.warnings == []
    assert draft.rules.count() == len(RULES) + 1
    rule = rule_of(Rule.objects.get(ruleset=draft, key="own"))
    assert rule.any_of == (Term("hashtag", "wahl{yy}"), Term("phrase", "Wähler", "exact"))
    assert rule.none_of == (Term("account", "@satire"),)
    assert (rule.jurisdiction, rule.regions, rule.action) == ("de", frozenset({"de", "at"}), "review")
    assert rule.starts_at == dt.datetime(2028, 12, 31, 23, tzinfo=dt.UTC)


def test_rule_is_put_in_the_place_of_another(draft: Ruleset) -> None:
    rule_save(ruleset=draft, values={**VALUES, "id": "tag:eu"}, user=None, key="tag:eu")
    rule_save(ruleset=draft, values={**VALUES, "id": "renamed"}, user=None, key="tag:de")
    rule_save(ruleset=draft, values={**VALUES, "id": ""}, user=None, key="term:vague")
    keys = set(draft.rules.values_list("key", flat=True))
    assert keys == {"tag:eu", "renamed", "tag:de:old", "term:fr", "term:vague", "tag:elsewhere"}
    assert draft.rules.filter(kind="compound").count() == 3


def test_rule_without_an_id_gets_one_of_its_words(draft: Ruleset) -> None:
    values = {"kind": "hashtag", "pattern": "#Wahl29", "weight": 0.9, "jurisdiction": "de"}
    first = rule_save(ruleset=draft, values=values, user=None).rule
    second = rule_save(ruleset=draft, values=values, user=None)
    assert (first.key, second.rule.key) == ("own:hashtag:#wahl29", "own:hashtag:#wahl29:2")
    assert [problem.code for problem in second.warnings] == ["duplicate"]


def test_rule_that_others_say_already_is_saved_with_a_warning(draft: Ruleset) -> None:
    values = {"kind": "hashtag", "pattern": "BTW29", "weight": 0.85, "jurisdiction": "de",
              "election": "de.parliament.2029"}  # fmt: skip
    (warning,) = rule_save(ruleset=draft, values=values, user=None).warnings
    assert (warning.code, warning.severity) == ("shadowed", "warning")
    assert "tag:de" in warning.reason


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"weight": 2}, ("weight", "malformed")),
        ({"weight": "heavy"}, ("weight", "malformed")),
        ({"weight": None}, ("weight", "malformed")),
        ({"kind": "wish"}, ("kind", "malformed")),
        ({"pattern": "and a pattern"}, ("pattern", "malformed")),
        ({"action": "delete"}, ("action", "malformed")),
        ({"any_of": [{"kind": "hashtag"}]}, ("any_of.0.pattern", "malformed")),
        ({"any_of": [{"kind": "hashtag", "pattern": "a", "weight": 1}]}, ("any_of.0", "malformed")),
        ({"any_of": ["wahl"]}, ("any_of.0", "malformed")),
        ({"any_of": []}, ("pattern", "malformed")),
        ({"starts_at": "tomorrow"}, ("starts_at", "malformed")),
        ({"starts_at": "2029-01-01T00:00:00"}, ("starts_at", "no_time_zone")),
        ({"regions": "de"}, ("regions", "malformed")),
        ({"colour": "red"}, ("colour", "unknown_field")),
        ({"jurisdiction": "zz", "election": ""}, ("jurisdiction", "unknown_jurisdiction")),
        ({"any_of": [{"kind": "hashtag", "pattern": "2029"}]}, ("any_of.0.pattern", "not_a_hashtag")),
        ({"note": "nul\0"}, ("note", "hidden_character")),
        ({"id": "tag:eu"}, ("id", "repeated_id")),
    ],
)
def test_bad_rule_is_refused_by_field_and_changes_nothing(
    draft: Ruleset, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    assert problem in problems_of(rule_save, ruleset=draft, values={**VALUES, **change}, user=None)
    assert draft.rules.count() == len(RULES)


def test_ambiguous_rule_that_would_label_alone_is_not_saved(draft: Ruleset) -> None:
    values = {"kind": "hashtag", "pattern": "spd", "weight": 0.9, "jurisdiction": "de", "ambiguous": True}
    assert problems_of(rule_save, ruleset=draft, values=values, user=None) == [("weight", "ambiguous_alone")]


def test_rule_is_deleted_from_a_draft(draft: Ruleset) -> None:
    rule_delete(ruleset=draft, key="tag:eu", user=None)
    assert not draft.rules.filter(key="tag:eu").exists()
    assert problems_of(rule_delete, ruleset=draft, key="tag:eu", user=None) == [("id", "unknown_rule")]
    assert problems_of(rule_save, ruleset=draft, values=VALUES, user=None, key="tag:eu") == [("id", "unknown_rule")]


def test_rules_of_a_set_that_labels_stay(draft: Ruleset) -> None:
    live = Ruleset.objects.live().get()
    with pytest.raises(RulesetStepError, match="only a draft's rules"):
        rule_save(ruleset=live, values=VALUES, user=None)
    with pytest.raises(RulesetStepError, match="only a draft's rules"):
        rule_delete(ruleset=live, key="tag:eu", user=None)
    assert live.rules.count() == len(RULES)


@pytest.mark.parametrize(("role", "may"), [(Role.MODERATOR, True), (Role.OPERATOR, True), (Role.CURATOR, False)])
def test_rules_are_changed_by_those_who_may_draft(draft: Ruleset, role: Role, may: bool) -> None:
    user = person(role)
    if may:
        rule_save(ruleset=draft, values=VALUES, user=user)
        rule_delete(ruleset=draft, key="own", user=user)
        return
    with pytest.raises(PermissionDenied):
        rule_save(ruleset=draft, values=VALUES, user=user)
    with pytest.raises(PermissionDenied):
        rule_delete(ruleset=draft, key="tag:eu", user=user)


# Rows


def test_rule_is_the_same_after_its_way_through_the_database(draft: Ruleset) -> None:
    rule = rule_parse(VALUES)
    rule_row(draft, rule).save()
    assert {one.id: one for one in rules_load(draft.pk)}["own"] == rule
    assert rule_parse(rule_plain(rule)) == rule


@pytest.mark.parametrize(
    "change",
    [
        {"any_of": [{"kind": "hashtag", "pattern": "wahl{yy}"}]},
        {"none_of": []},
        {"regions": ["de"]},
        {"starts_at": None},
        {"during": "de.parliament.2029"},
        {"action": "apply"},
        {"note": ""},
    ],
)
def test_digest_covers_what_a_rule_says(change: dict[str, Any]) -> None:
    assert rules_digest([rule_parse(VALUES)]) != rules_digest([rule_parse({**VALUES, **change})])
    assert rules_digest([rule_parse(VALUES)]) == rules_digest([rule_parse(VALUES)])


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": "wahl"},
        {"any_of": [], "all_of": []},
        {"any_of": {}},
        {"kind": "hashtag"},
        {"kind": "wish"},
        {"action": "wish"},
        {"compared_by": "wish"},
        {"jurisdiction": ""},
        {"ends_at": dt.datetime(2028, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_database_refuses_what_is_no_rule(draft: Ruleset, change: dict[str, Any]) -> None:
    row = rule_row(draft, rule_parse(VALUES))
    for field, value in change.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_compound_rule_labels_once_its_set_is_live(draft: Ruleset, post: Any, label_all: Any) -> None:
    values = rule_plain(compound("own", all_of=terms("#sonntag", "Kreuzchen"), election="de.parliament.2029"))
    rule_save(ruleset=draft, values=values, user=None)
    ruleset_live(ruleset=draft, user=None, reason="tried")
    post([item("a", text="Am #Sonntag macht das Kreuzchen"), item("b", text="#Sonntag")])
    label_all()
    label = Label.objects.get()
    assert (label.item.external_id, label.election.key if label.election else None) == ("a", "de.parliament.2029")
    assert [sign["kind"] for sign in label.evidence] == ["hashtag", "phrase"]


# Files


def export(tmp_path: Path, *args: str) -> Path:
    path = tmp_path / "rules.out"
    call_command("rules", "export", str(path), *args)
    return path


@pytest.mark.parametrize("format_", ["json", "ndjson"])
def test_exported_rules_are_imported_as_a_draft(draft: Ruleset, tmp_path: Path, format_: str) -> None:
    rule_save(ruleset=draft, values=VALUES, user=None)
    path = export(tmp_path, "--ruleset", str(draft), "--format", format_)
    call_command("rules", "import", str(path), "--note", "back again")
    imported = Ruleset.objects.latest("version")
    assert (imported.status, imported.note) == ("draft", "back again")
    assert rules_load(imported.pk) == rules_load(draft.pk)


def test_exported_document_says_thresholds_and_note(draft: Ruleset, tmp_path: Path) -> None:
    document = json.loads(export(tmp_path, "--ruleset", str(draft.version), "--format", "json").read_text())
    assert (document["apply_from"], document["review_from"], document["note"]) == (0.8, 0.5, "for tests")
    document["apply_from"] = 0.9
    imported = rules_import(file=rules_file_read(json.dumps(document).encode()), user=None)
    assert (imported.apply_from, imported.note, imported.based_on) == (0.9, "for tests", Ruleset.objects.live().get())


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "no rules"),
        (b'{"id": "a"', "line 1"),
        (b'{"id": "a", "kind": "hashtag", "pattern": "a29", "weight": 0.9}\n{"id": ', "line 2"),
        (b"\xff\xfe", "line 1"),
        (b"[1]", "rule 1"),
        (b'[{"kind": "hashtag", "pattern": "a29", "weight": 0.9}]', "rule 1"),
        (b'{"rules": {}}', "array"),
        (b'[{"id": "a", "kind": "hashtag", "pattern": "29", "weight": 0.9}]', "a, pattern"),
        (
            b'{"rules": [{"id": "a", "kind": "hashtag", "pattern": "a29", "weight": 0.9}], "apply_from": 0.4}',
            "review_from",
        ),
    ],
)
def test_bad_file_is_refused_with_its_place(
    draft: Ruleset, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, named: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("rules", "import", str(path))
    assert named in capsys.readouterr().err
    assert Ruleset.objects.count() == 2


@pytest.mark.parametrize("version", ["99", "first", "v"])
def test_set_that_does_not_exist_is_named(world: object, version: str) -> None:
    with pytest.raises(CommandError, match="There is no set"):
        call_command("rules", "export", "--ruleset", version)


def test_file_that_does_not_exist_is_named(world: object) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rules", "import", "nowhere.json")


# Checking


def test_check_of_the_live_set_answers_with_its_problems(world: object, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rules", "check")
    out, err = capsys.readouterr()
    assert "0 errors, 2 warnings." in out
    assert "tag:de:old, election" in err
    assert "tag:elsewhere, jurisdiction" in err


def test_check_of_a_file_fails_for_errors(world: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rules.ndjson"
    path.write_text('{"id": "a", "kind": "hashtag", "pattern": "29", "weight": 0.9}')
    with pytest.raises(SystemExit) as caught:
        call_command("rules", "check", "--file", str(path), "--json")
    assert caught.value.code == 1
    (problem,) = json.loads(capsys.readouterr().out)
    assert (problem["rule"], problem["field"], problem["code"]) == ("a", "pattern", "not_a_hashtag")


def test_check_of_the_shipped_rules_needs_no_database(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rules", "check", "--shipped")
    assert "0 errors," in capsys.readouterr().out


def test_rules_are_checked_against_the_portal_s_elections(world: object) -> None:
    known, unknown = (rule_parse({**VALUES, "id": key, "election": key}) for key in
                      ("de.parliament.2029", "de.parliament.2033"))  # fmt: skip
    assert {(found.rule, found.code) for found in rules_check([known, unknown])} == {
        ("de.parliament.2033", "unknown_election")
    }


# Release


def test_draft_with_errors_is_not_released(draft: Ruleset) -> None:
    draft.rules.filter(key="tag:de").update(pattern="2029")
    with pytest.raises(InvalidRulesetError, match=r"tag:de, pattern: A hashtag has a letter"):
        ruleset_live(ruleset=draft, user=None, reason="in a hurry")
    assert Ruleset.objects.live().get().version == 1


# Places and elections


def test_windows_are_those_of_polling_days_or_of_the_period_an_election_is_expected_in(world: dict[str, Any]) -> None:
    expected = Election.objects.get(key="de.parliament.2029")
    called = Election.objects.get(key="fr.president.2027")
    for number, day in ((1, dt.date(2027, 4, 11)), (2, dt.date(2027, 4, 25))):
        held = Round.objects.create(election=called, number=number, **FACT)
        PollingDay.objects.create(round=held, date=day)
    windows = places_load().geography.windows
    assert (expected.expected_from, expected.expected_to) == (dt.date(2029, 6, 1), dt.date(2029, 6, 30))
    assert windows[expected.key] == (dt.date(2029, 3, 3), dt.date(2029, 7, 30))
    assert windows[called.key] == (dt.date(2027, 1, 11), dt.date(2027, 5, 25))


def test_rule_waits_for_the_window_of_its_election(draft: Ruleset, post: Any, label_all: Any) -> None:
    values = {"kind": "hashtag", "pattern": "sonntag", "weight": 0.9, "jurisdiction": "de",
              "during": "de.parliament.2029"}  # fmt: skip
    rule_save(ruleset=draft, values=values, user=None)
    ruleset_live(ruleset=draft, user=None, reason="tried")
    post([item("a", text="#sonntag"), item("b", text="#sonntag", created_at=None)])
    label_all()
    assert not Label.objects.exists()


def test_undated_item_is_taken_to_be_of_now(draft: Ruleset, post: Any, label_all: Any) -> None:
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    values = {"kind": "hashtag", "pattern": "sonntag", "weight": 0.9, "jurisdiction": "de", "starts_at": long_ago}
    rule_save(ruleset=draft, values=values, user=None)
    ruleset_live(ruleset=draft, user=None, reason="tried")
    post([item("a", text="#sonntag", created_at=None), item("b", text="#sonntag", created_at="2019-12-31T00:00:00Z")])
    label_all()
    assert Label.objects.get().item.external_id == "a"
