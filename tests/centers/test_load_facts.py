"""`load_facts`: all of the pack or nothing, any number of times, and never against a person's decision."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from centers.facts.pack import pack_read
from centers.facts.table import MalformedPackError, Problem, Reader
from centers.models import (
    Answer,
    Election,
    ElectionCenter,
    Jurisdiction,
    LoadedRecord,
    LocalRules,
    PollingDay,
    Proposal,
    TrustedSource,
)
from electioncenters.languages import LANGUAGE_CODES
from electioncenters.management.commands.load_facts import facts_load
from factcheck.facts import checkers_read
from factcheck.models import CoverageGap, FactCheckPartner
from tests.centers.packs import SMALL, cells_change, pack_copy, rows_change, rows_keep

STATES = "centers/data/member_states.csv"
AUTHORITIES = "centers/data/electoral_authorities.csv"
RULES = "centers/data/ep_2024_rules.csv"
NEXT = "centers/data/next_elections.csv"
HELD = "centers/data/held_elections.csv"
CHECKERS = "factcheck/data/fact_checkers.csv"
GERMANY = {"iso2": "DE"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small pack: seven places of the shipped one."""
    return pack_copy(tmp_path, only=SMALL)


@pytest.fixture
def loaded(db: None, root: Path) -> Path:
    """The small pack, loaded."""
    facts_load(root=root)
    return root


def problems(root: Path) -> list[Problem]:
    reader = Reader(root)
    pack_read(reader)
    checkers_read(reader)
    return sorted(reader.problems)


def versions() -> dict[str, int]:
    return dict(ElectionCenter.objects.values_list("jurisdiction__code", "version"))


def test_shipped_pack_has_no_problem(tmp_path: Path) -> None:
    assert problems(pack_copy(tmp_path)) == []
    assert problems(pack_copy(tmp_path / "small", only=SMALL)) == []


@pytest.mark.django_db
def test_shipped_pack_makes_every_centre_with_its_facts(tmp_path: Path) -> None:
    facts_load(root=pack_copy(tmp_path))

    codes = set(ElectionCenter.objects.values_list("jurisdiction__code", flat=True))
    assert len(codes) == 28
    assert Jurisdiction.objects.member_states().count() == 27
    for place in Jurisdiction.objects.all():
        assert all(getattr(place, f"name_{language}") for language in LANGUAGE_CODES), place
        assert set(place.native_names) == set(place.languages), place
    rules = LocalRules.objects.filter(election__key="eu.ep.2024").select_related("jurisdiction")
    assert rules.count() == 27
    assert sum(one.seats or 0 for one in rules) == 720
    for center in ElectionCenter.objects.all():
        sources = center.sources.filter(kind="authority").order_by("rank")
        assert sources[0].organisation.url.startswith("https://")
        assert sources.filter(url="https://elections.europa.eu").count() == 1
        assert center.answers.filter(question="results").exists()
    assert set(versions().values()) == {1}


@pytest.mark.django_db
def test_elections_are_called_only_when_they_were(loaded: Path) -> None:
    bundestag = Election.objects.get(key="de.parliament.2029")
    assert (bundestag.status, bundestag.date_basis, bundestag.rounds.count()) == ("expected", "window", 0)
    assert bundestag.source_url == "https://www.bundeswahlleiterin.de/service/wahltermine.html"
    greece = Election.objects.get(key="gr.parliament.2027")
    assert (greece.date_basis, greece.expected_to, greece.name_en) == (
        "deadline", dt.date(2027, 7, 25), "Parliamentary election",
    )  # fmt: skip
    estonia = Election.objects.get(key="ee.parliament.2027")
    assert (estonia.status, estonia.expected_from) == ("scheduled", None)
    assert [day.date for day in PollingDay.objects.filter(round__election=estonia)] == [dt.date(2027, 3, 7)]
    assert Election.objects.get(key="de.president.2027").is_indirect
    slovenia = Election.objects.get(key="si.local.2026")
    assert [(one.number, one.status, one.polling_days.count()) for one in slovenia.rounds.all()] == [
        (1, "held", 1), (2, "expected", 0),
    ]  # fmt: skip
    assert (slovenia.status, slovenia.expected_from) == ("expected", dt.date(2026, 11, 29))
    europe = Election.objects.get(key="eu.ep.2029")
    assert (europe.expected_from, europe.expected_to) == (dt.date(2029, 6, 7), dt.date(2029, 6, 10))
    assert LocalRules.objects.get(election=europe).voting_days == [dt.date(2029, 6, 10)]


@pytest.mark.django_db
def test_annulled_election_leads_to_the_one_held_instead(tmp_path: Path) -> None:
    facts_load(root=pack_copy(tmp_path, only=frozenset({"EU", "FR", "RO"})))
    annulled = Election.objects.get(key="ro.president.2024")
    assert (annulled.status, annulled.status_since) == ("annulled", dt.date(2024, 12, 6))
    assert [one.status for one in annulled.rounds.all()] == ["annulled"]
    rerun = annulled.replaced_by
    assert (rerun.key, rerun.status, rerun.name_ro) == ("ro.president.2025", "held", "Alegeri prezidențiale 2025")
    assert [day.date for one in rerun.rounds.all() for day in one.polling_days.all()] == [
        dt.date(2025, 5, 4), dt.date(2025, 5, 18),
    ]  # fmt: skip
    early = Election.objects.get(key="fr.parliament.2024")
    assert [day.date for one in early.rounds.all() for day in one.polling_days.all()] == [
        dt.date(2024, 6, 30), dt.date(2024, 7, 7),
    ]  # fmt: skip


@pytest.mark.django_db
def test_two_rounds_become_one_election(tmp_path: Path) -> None:
    facts_load(root=pack_copy(tmp_path, only=frozenset({"EU", "FR"})))
    election = Election.objects.get(key="fr.president.2027")
    assert [day.date for one in election.rounds.all() for day in one.polling_days.all()] == [
        dt.date(2027, 4, 18), dt.date(2027, 5, 2),
    ]  # fmt: skip
    assert election.source_url == "https://www.elections.interieur.gouv.fr"


@pytest.mark.django_db
def test_doubtful_facts_are_proposals_and_nowhere_else(tmp_path: Path) -> None:
    facts_load(root=pack_copy(tmp_path))
    proposed = dict(Proposal.objects.values_list("record", "fields"))
    assert proposed["election:nl.senate.2027"]["is_indirect"] is True
    assert proposed["local_rules:eu.ep.2024/be"] == {"compulsory_voting": "yes"}
    assert proposed["local_rules:eu.ep.2024/cy"] == {"compulsory_voting": "no"}
    assert "source:ro https://prezidentiale2024.bec.ro" in proposed
    assert proposed["fact_checker:faktabaari"]["languages"] == ["fi", "sv"]
    assert not Election.objects.filter(key__in=[record.removeprefix("election:") for record in proposed]).exists()
    for code in ("be", "cy"):
        assert LocalRules.objects.get(election__key="eu.ep.2024", jurisdiction__code=code).compulsory_voting == ""
        answer = Answer.objects.get(center__jurisdiction__code=code, question="who_can_vote")
        assert "compulsory" not in answer.body_en
    assert not TrustedSource.objects.filter(url__contains="bec.ro").exists()
    assert not Organisation.objects.filter(key__in=["faktabaari", "ro-central-electoral-bureau"]).exists()


@pytest.mark.django_db
def test_group_confidence_wins_over_the_rows(root: Path) -> None:
    cells_change(root, RULES, GERMANY, {"confidence": "low", "conf_turnout": "low"})
    facts_load(root=root)
    rules = LocalRules.objects.get(election__key="eu.ep.2024", jurisdiction__code="de")
    assert (rules.seats, rules.turnout_percent) == (96, None)
    assert Proposal.objects.get(record="local_rules:eu.ep.2024/de").fields == {"turnout_percent": "64.74"}
    assert "turnout" not in Answer.objects.get(center__jurisdiction__code="de", question="results").body_en


@pytest.mark.django_db
def test_fact_checkers_stand_in_the_centres_they_cover(tmp_path: Path) -> None:
    facts_load(root=pack_copy(tmp_path))
    assert FactCheckPartner.objects.get(organisation__key="teyit").countries == ["tr"]
    assert not TrustedSource.objects.filter(organisation__key="teyit").exists()
    dpa = TrustedSource.objects.filter(organisation__key="dpa-factchecking").values_list("center__jurisdiction__code")
    assert {code for (code,) in dpa} == {"de", "at", "be", "nl", "lu"}
    assert FactCheckPartner.objects.get(organisation__key="re-check-re-baltica").networks == []
    assert FactCheckPartner.objects.get(organisation__key="lakmusz").networks == ["IFCN"]
    assert CoverageGap.objects.count() == 15


@pytest.mark.django_db
def test_german_answer_tells_the_rule_of_2024_as_that(loaded: Path) -> None:
    answer = Answer.objects.get(center__jurisdiction__code="de", question="who_can_vote")
    assert answer.body_en == (
        "At the European election of 2024, citizens could vote from the age of 16. "
        "Voting was not compulsory at that election.\n\n"
        "The rules of other elections can differ. For the rules of the next election, ask the electoral authority: "
        "Federal Returning Officer / Die Bundeswahlleiterin."
    )
    assert answer.election is not None
    assert answer.election.key == "eu.ep.2024"
    assert (answer.source_name, answer.source_url) == ("Die Bundeswahlleiterin", "https://www.bundeswahlleiterin.de")
    assert (answer.verified_on, answer.confirmation) == (dt.date(2026, 11, 21), "compiled")
    assert answer.translation_origin["en"] == "source"


@pytest.mark.django_db
def test_second_load_changes_nothing(loaded: Path) -> None:
    before = versions()
    out = io.StringIO()
    call_command("load_facts", root=loaded, stdout=out)
    assert out.getvalue().splitlines()[0] == "Facts: nothing changed."
    assert versions() == before


@pytest.mark.django_db
def test_unchanged_load_asks_few_questions(loaded: Path, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        facts_load(root=loaded)


@pytest.mark.django_db
def test_dry_run_shows_the_load_and_writes_nothing(root: Path) -> None:
    out = io.StringIO()
    call_command("load_facts", root=root, dry_run=True, stdout=out)
    assert "+ election:de.parliament.2029\n" in out.getvalue()
    assert out.getvalue().endswith("Dry run: nothing was written.\n")
    for model in (Jurisdiction, ElectionCenter, Election, Answer, TrustedSource, Organisation, Proposal, LoadedRecord):
        assert not model._default_manager.exists(), model


@pytest.mark.django_db
def test_quiet_load_prints_counts_only(root: Path) -> None:
    out = io.StringIO()
    call_command("load_facts", root=root, quiet=True, stdout=out)
    assert "created: 7 center;" in out.getvalue()
    assert "election:de" not in out.getvalue()


@pytest.mark.django_db
def test_change_is_shown_loaded_and_published(loaded: Path) -> None:
    before = versions()
    cells_change(loaded, NEXT, {"election_id": "gr.parliament.2027"}, {"date_or_window": "2026-11-22/2027-06-30"})
    out = io.StringIO()
    call_command("load_facts", root=loaded, stdout=out)
    assert out.getvalue().splitlines()[:2] == [
        "~ election:gr.parliament.2027: expected_to: 2027-07-25 → 2027-06-30",
        "Facts: changed: 1 election.",
    ]
    assert Election.objects.get(key="gr.parliament.2027").expected_to == dt.date(2027, 6, 30)
    assert versions() == before | {"gr": before["gr"] + 1}


@pytest.mark.django_db
def test_turnout_correction_reaches_rules_and_answer(loaded: Path) -> None:
    cells_change(loaded, RULES, GERMANY, {"turnout_pct_2024": "64.80"})
    changes = facts_load(root=loaded)
    assert set(changes.changed) == {"local_rules:eu.ep.2024/de", "answer:de/results"}
    answer = Answer.objects.get(center__jurisdiction__code="de", question="results")
    assert "64.8%" in answer.body_en
    # The column without a language is what searches and the admin see.
    assert Answer.objects.rewrite(False).values_list("body", flat=True).get(pk=answer.pk) == answer.body_en


@pytest.mark.django_db
def test_page_gone_from_the_pack_is_removed_and_election_is_left(loaded: Path) -> None:
    before = versions()
    rows_keep(loaded / AUTHORITIES, lambda cells: cells["organisation"] != "se-tax-agency")
    rows_keep(loaded / NEXT, lambda cells: cells["election_id"] != "se.parliament.2030")
    changes = facts_load(root=loaded)
    assert changes.removed == ["source:se https://www.skatteverket.se Skatteverket"]
    assert set(changes.left) == {"organisation:se-tax-agency", "election:se.parliament.2030"}
    assert not TrustedSource.objects.filter(url="https://www.skatteverket.se").exists()
    assert Election.objects.filter(key="se.parliament.2030").exists()
    assert versions() == before | {"se": before["se"] + 1}
    assert not facts_load(root=loaded)


@pytest.mark.django_db
def test_date_called_off_by_the_pack_loses_its_round(loaded: Path) -> None:
    cells_change(loaded, NEXT, {"election_id": "ee.parliament.2027"}, {"basis": "expected", "confidence": "medium"})
    changes = facts_load(root=loaded)
    assert "round:ee.parliament.2027/1" in changes.removed
    election = Election.objects.get(key="ee.parliament.2027")
    assert (election.status, election.expected_from, election.rounds.count()) == ("expected", dt.date(2027, 3, 7), 0)


@pytest.mark.django_db
def test_confirmed_fact_is_reported_and_not_overwritten(loaded: Path) -> None:
    authority = Organisation.objects.get(key="de-federal-returning-officer")
    rules = LocalRules.objects.get(election__key="eu.ep.2024", jurisdiction__code="de")
    rules.confirmation, rules.confirmed_on, rules.confirmed_by = "confirmed", dt.date(2026, 12, 1), authority
    rules.save()
    before = versions()
    cells_change(loaded, RULES, GERMANY, {"seats": "95"})
    out = io.StringIO()
    call_command("load_facts", root=loaded, stdout=out)
    assert "! local_rules:eu.ep.2024/de: kept as a person decided: seats: 96 → 95\n" in out.getvalue()
    rules.refresh_from_db()
    assert rules.seats == 96
    assert versions() == before


@pytest.mark.django_db
def test_change_by_a_person_is_kept_and_the_rest_still_follows_the_pack(loaded: Path) -> None:
    Answer.objects.filter(center__jurisdiction__code="de", question="results").update(body_en="A curator's words.")
    cells_change(loaded, RULES, GERMANY, {"turnout_pct_2024": "64.80", "source": "a fictional register"})
    changes = facts_load(root=loaded)
    assert [change.field for change in changes.kept["answer:de/results"]] == ["body_en"]
    assert Answer.objects.get(center__jurisdiction__code="de", question="results").body_en == "A curator's words."
    assert (
        "a fictional register" in LocalRules.objects.get(election__key="eu.ep.2024", jurisdiction__code="de").evidence
    )


@pytest.mark.django_db
def test_record_deleted_by_a_person_does_not_come_back(loaded: Path) -> None:
    TrustedSource.objects.filter(center__jurisdiction__code="se", url="https://www.skatteverket.se").delete()
    changes = facts_load(root=loaded)
    assert changes.kept_out == ["source:se https://www.skatteverket.se Skatteverket"]
    assert not TrustedSource.objects.filter(url="https://www.skatteverket.se").exists()
    # What is no longer recommended is no longer named in an answer either.
    assert "Skatteverket" not in Answer.objects.get(center__jurisdiction__code="se", question="register").body_en


@pytest.mark.django_db
def test_confirmed_election_gets_no_new_round(loaded: Path) -> None:
    authority = Organisation.objects.get(key="ee-state-electoral-office")
    Election.objects.filter(key="ee.local.2029").update(
        confirmation="confirmed", confirmed_on=dt.date(2026, 12, 1), confirmed_by=authority
    )
    cells_change(loaded, NEXT, {"election_id": "ee.local.2029"}, {"basis": "exact", "confidence": "high"})
    changes = facts_load(root=loaded)
    assert "round:ee.local.2029/1" in changes.kept_out
    assert not PollingDay.objects.filter(round__election__key="ee.local.2029").exists()


@pytest.mark.django_db
def test_decided_proposal_is_not_opened_again(loaded: Path) -> None:
    Proposal.objects.filter(record="local_rules:eu.ep.2024/be").update(status="approved")
    LocalRules.objects.filter(election__key="eu.ep.2024", jurisdiction__code="be").update(compulsory_voting="yes")
    facts_load(root=loaded)
    assert Proposal.objects.get(record="local_rules:eu.ep.2024/be").status == "approved"
    assert LocalRules.objects.get(election__key="eu.ep.2024", jurisdiction__code="be").compulsory_voting == "yes"
    answer = Answer.objects.get(center__jurisdiction__code="be", question="who_can_vote")
    assert "Voting was compulsory at that election." in answer.body_en


@pytest.mark.django_db
def test_malformed_pack_loads_nothing_and_names_every_problem(root: Path) -> None:
    line = cells_change(root, STATES, GERMANY, {"time_zone": "Europe/Pariss"})
    other = cells_change(root, CHECKERS, CORRECTIV,
                         {"url": "correctiv"})  # fmt: skip
    with pytest.raises(CommandError) as raised:
        call_command("load_facts", root=root, stdout=io.StringIO())
    assert str(raised.value).splitlines() == [
        f'centers/data/member_states.csv:{line}: time_zone: "Europe/Pariss" is no IANA time zone',
        f'factcheck/data/fact_checkers.csv:{other}: url: "correctiv" is no web address (https://…)',
        "2 problem(s); nothing was loaded.",
    ]
    assert raised.value.returncode == 1
    assert not Jurisdiction.objects.exists()


EP_2024 = {"election_id": "eu.ep.2024"}
ESTONIA_2027 = {"election_id": "ee.parliament.2027"}
OFFICER = {"organisation": "de-federal-returning-officer"}
CORRECTIV = {"organisation": "correctiv-faktencheck"}

BadCell = tuple[str, dict[str, str], dict[str, str], str, str]
#: File, row, cells to write there, column and reason to expect.
BAD_CELLS: list[BadCell] = [
    (STATES, GERMANY, {"time_zone": ""}, "time_zone", "is empty, is no IANA time zone"),
    (STATES, GERMANY, {"official_languages": "de xx"}, "official_languages",
     '"de xx" contains "xx", which is no language of the portal'),
    (STATES, GERMANY, {"official_languages": ""}, "official_languages", "is empty, but at least one value is needed"),
    (STATES, GERMANY, {"official_languages": "de de"}, "official_languages", '"de de" names something twice'),
    (STATES, GERMANY, {"native_names": "Deutschland"}, "native_names",
     '"Deutschland" is no list of names (de:Name|fr:Nom)'),
    (STATES, GERMANY, {"ocd_id": "country:de"}, "ocd_id", '"country:de" is no OCD division id'),
    (STATES, GERMANY, {"eu_code": "Germany"}, "eu_code", '"Germany" is no two-letter country code'),
    (STATES, GERMANY, {"confidence": "low"}, "confidence",
     '"low" is no confidence a place may have (known: high, medium)'),
    (AUTHORITIES, OFFICER, {"url": "www.bundeswahlleiterin.de"}, "url",
     '"www.bundeswahlleiterin.de" is no web address (https://…)'),
    (AUTHORITIES, OFFICER, {"url": "https://bundes wahlleiterin.de"}, "url",
     '"https://bundes wahlleiterin.de" is no web address (https://…)'),
    (AUTHORITIES, OFFICER, {"iso2": "XX"}, "iso2", '"XX" is no place of this pack'),
    (AUTHORITIES, OFFICER, {"purposes": "organises sings"}, "purposes",
     '"organises sings" contains "sings", which is no purpose (known: information, organises, registration, results, '
     "supervises)"),
    (AUTHORITIES, OFFICER, {"rank": "first"}, "rank", '"first" is no whole number from 1 to 999'),
    (AUTHORITIES, OFFICER, {"scope": "space"}, "scope",
     '"space" is no scope (known: eu_citizens, local, president, proxy)'),
    (AUTHORITIES, OFFICER, {"languages": "de klingon"}, "languages",
     '"de klingon" contains "klingon", which is no language code (BCP 47)'),
    (AUTHORITIES, OFFICER, {"organisation": "Die Leiterin"}, "organisation",
     '"Die Leiterin" is no key (small letters, digits and hyphens)'),
    (AUTHORITIES, OFFICER, {"name_native": " "}, "name_native", "is empty, but a text is needed"),
    (RULES, GERMANY, {"voting_days": "2024-06-31"}, "voting_days",
     '"2024-06-31" contains "2024-06-31", which is no date of the calendar'),
    (RULES, GERMANY, {"voting_days": "9 June"}, "voting_days",
     '"9 June" contains "9", which is no date (YYYY-MM-DD)'),
    (RULES, GERMANY, {"min_voting_age": "6"}, "min_voting_age", '"6" is no whole number from 14 to 30'),
    (RULES, GERMANY, {"turnout_pct_2024": "164"}, "turnout_pct_2024",
     '"164" is no percentage from 0 to 100 with at most two decimals'),
    (RULES, GERMANY, {"turnout_pct_2024": "most"}, "turnout_pct_2024", '"most" is no number'),
    (RULES, GERMANY, {"proxy_vote": "perhaps"}, "proxy_vote", '"perhaps" is no provision (known: limited, no, yes)'),
    (RULES, GERMANY, {"conf_turnout": "sure"}, "conf_turnout", '"sure" is no confidence (known: high, low, medium)'),
    (RULES, GERMANY, {"withheld": "seats"}, "withheld_reason", "is empty, but fields are withheld"),
    (RULES, GERMANY, {"early_from": "2024-06-01"}, "early_to",
     "a period needs a beginning and an end that is not before it"),
    (RULES, GERMANY, {"verified_on": "21.11.2026"}, "verified_on", '"21.11.2026" is no date (YYYY-MM-DD)'),
    (NEXT, ESTONIA_2027, {"date_or_window": "2027-03-07/2027-03-01"}, "date_or_window",
     '"2027-03-07/2027-03-01" ends before it begins'),
    (NEXT, ESTONIA_2027, {"date_or_window": "2027-03-07/2027-03-08"}, "basis", '"exact" needs one date, not a period'),
    (NEXT, ESTONIA_2027, {"confidence": "medium"}, "basis", '"exact" needs high confidence'),
    (NEXT, ESTONIA_2027, {"election_id": "Estonia 2027"}, "election_id",
     '"Estonia 2027" is no election id such as fr.president.2027'),
    (NEXT, ESTONIA_2027, {"election_id": "de.parliament.2027"}, "election_id",
     '"de.parliament.2027" does not begin with the place "ee"'),
    (NEXT, ESTONIA_2027, {"name_kind": "president", "name_year": "soon"}, "name_year", '"soon" is no year'),
    (NEXT, ESTONIA_2027, {"name_kind": "municipal", "name_year": ""}, "name_year",
     'is empty, but "municipal" needs a year'),
    (NEXT, ESTONIA_2027, {"region": "Bavaria"}, "region", 'does not fit the kind of name "parliament"'),
    (NEXT, ESTONIA_2027, {"indirect": "no"}, "indirect", '"no" is neither "yes" nor empty'),
    (NEXT, ESTONIA_2027, {"round": "0"}, "round", '"0" is no whole number from 1 to 9'),
    (HELD, EP_2024, {"status": "lost"}, "status",
     '"lost" is no status of a round that is over (known: annulled, cancelled, held)'),
    (HELD, EP_2024, {"status_since": "2024"}, "status_since", '"2024" contains "2024", which is no date (YYYY-MM-DD)'),
    (HELD, EP_2024, {"polling_days": ""}, "polling_days", "is empty, but at least one value is needed"),
    (CHECKERS, CORRECTIV, {"networks_verified": "IFCN FAMILY"}, "networks_verified",
     '"IFCN FAMILY" contains "FAMILY", which is no network (known: EFCSN, IFCN)'),
    (CHECKERS, CORRECTIV, {"network": "none"}, "networks_verified", 'names more than the column network ("none")'),
    (CHECKERS, CORRECTIV, {"url": ""}, "url", "is empty, but only rows of low confidence may lack an address"),
    (CHECKERS, CORRECTIV, {"countries": "Germany"}, "countries",
     '"Germany" contains "Germany", which is no two-letter country code'),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_CELLS, ids=lambda bad: f"{bad[0]}-{bad[2]}")
def test_problem_names_file_line_column_and_reason_when_a_cell_is_bad(root: Path, bad: BadCell) -> None:
    file, where, cells, column, reason = bad
    line = cells_change(root, file, where, cells)
    assert [str(problem) for problem in problems(root)] == [f"{file}:{line}: {column}: {reason}"]


def test_problem_is_named_when_a_column_is_missing(root: Path) -> None:
    path = root / STATES
    path.write_text(path.read_text(encoding="utf-8").replace("time_zone", "timezone", 1), encoding="utf-8")
    assert f"{STATES}:1: time_zone: the column is missing" in map(str, problems(root))


def test_problem_is_named_when_a_column_is_unknown(root: Path) -> None:
    path = root / HELD
    path.write_text(
        path.read_text(encoding="utf-8").replace("verified_on\n", "verified_on,mood\n", 1), encoding="utf-8"
    )
    assert [str(one) for one in problems(root)] == [f"{HELD}:1: mood: is no column of this file"]


def test_problem_is_named_when_a_file_is_missing(root: Path) -> None:
    (root / "centers/data/legal_bases.csv").unlink()
    assert [str(one) for one in problems(root)] == ["centers/data/legal_bases.csv:1: file: is missing"]


def test_problem_is_named_when_a_file_is_not_utf8(root: Path) -> None:
    (root / HELD).write_bytes("iso2,élection\n".encode("latin-1"))
    assert [str(one) for one in problems(root)] == [
        f"{HELD}:1: file: is not UTF-8 (invalid continuation byte at byte 5)"
    ]


def test_problem_is_named_when_a_row_is_too_short(root: Path) -> None:
    with (root / HELD).open("a", encoding="utf-8") as file:
        file.write("DE,de.local.2024\n")
    assert [str(one) for one in problems(root)] == [f"{HELD}:4: election_type: the row has 2 cells, the header 14"]


def test_problem_is_named_when_an_id_stands_twice(root: Path) -> None:
    rows_change(root / NEXT, lambda rows: [*rows, dict(rows[0])])
    count = len((root / NEXT).read_text(encoding="utf-8").splitlines())
    assert [str(one) for one in problems(root)] == [
        f'{NEXT}:{count}: election_id: "SI 2 si.local.2026" stands in line 2 already'
    ]


def test_problem_is_named_when_nobody_speaks_for_a_place(root: Path) -> None:
    rows_keep(root / AUTHORITIES, lambda cells: cells["iso2"] != "EE")
    assert [str(one) for one in problems(root)] == [
        f'{AUTHORITIES}:1: iso2: no published row speaks for elections in "ee"'
    ]


def test_problem_is_named_when_rounds_of_one_election_disagree(root: Path) -> None:
    cells_change(root, NEXT, {"election_id": "si.local.2026"}, {"election_type": "regional"})
    assert [str(one) for one in problems(root)] == [
        f'{NEXT}:1: election_id: the rows of "si.local.2026" differ in type or name'
    ]


def test_malformed_pack_error_lists_problems_in_order() -> None:
    late, early = Problem("b.csv", 2, "x", "is odd"), Problem("a.csv", 9, "x", "is odd")
    assert str(MalformedPackError([late, early])) == "a.csv:9: x: is odd\nb.csv:2: x: is odd"
