"""Authorities' lists of candidates: read in any encoding, judged line by line, taken as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from centers.models import Election, Jurisdiction
from labeling.candidates import MOST_BYTES, FileError, candidates_read, name_key, name_likeness, read
from labeling.candidates_found import accounts_likely
from labeling.models import Account, Candidate, CandidateList, OfficialAccount, OfficialState, Platform
from labeling.services.candidate_list import Source, list_discard, list_import, list_preview, previews_erase
from tests.factories import ElectionFactory
from tests.labeling.officials import draft, given_official, proposer, verifier
from tests.members import client_of, given_member

GOOD = "Name;Partei;Wahlkreis\nZoë Demo;Fictional Greens;North\nJan Muster;Fictional Reds;South\n"
SOURCE = Source("https://wahl.example.org/candidates", dt.date(2026, 11, 1), "candidates.csv")


# What files hold


def test_a_file_is_read_by_its_headers() -> None:
    listed = candidates_read(GOOD.encode())
    assert listed.mapping == {"name": "Name", "party": "Partei", "constituency": "Wahlkreis"}
    assert [(one.line, one.name, one.party, one.constituency) for one in listed.lines] == [
        (2, "Zoë Demo", "Fictional Greens", "North"), (3, "Jan Muster", "Fictional Reds", "South"),
    ]  # fmt: skip
    assert (listed.problems, listed.homonyms, listed.encoding) == ((), (), "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_usual_encodings_and_delimiters_are_read(encoding: str, delimiter: str) -> None:
    listed = candidates_read(GOOD.replace(";", delimiter).replace("\n", "\r\n").encode(encoding))
    assert [one.name for one in listed.lines] == ["Zoë Demo", "Jan Muster"]
    assert listed.encoding == encoding


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        ("Prénom,Nom,Circonscription",
         {"given_name": "Prénom", "family_name": "Nom", "constituency": "Circonscription"}),
        ("Imię,Nazwisko,Okręg wyborczy",
         {"given_name": "Imię", "family_name": "Nazwisko", "constituency": "Okręg wyborczy"}),
        ("Nom,Liste,Circonscription", {"name": "Nom", "party": "Liste", "constituency": "Circonscription"}),
        ("Candidate name,Party,x", {"name": "Candidate name", "party": "Party"}),
    ],
)  # fmt: skip
def test_headers_in_other_languages_are_found(header: str, mapping: dict[str, str]) -> None:
    listed = candidates_read(f"{header}\nZoë,Demo,Nord\n".encode())
    assert listed.mapping == mapping
    assert listed.lines[0].name == ("Zoë Demo" if "given_name" in mapping else "Zoë")


def test_columns_may_be_named() -> None:
    data = b"Spalte 1,Spalte 2\nZoe Demo,Greens\n"
    with pytest.raises(FileError, match="in which column names stand"):
        candidates_read(data)
    listed = candidates_read(data, {"name": "Spalte 1", "party": "Spalte 2"})
    assert listed.lines[0].party == "Greens"
    with pytest.raises(FileError, match="no column called Spalte 9"):
        candidates_read(data, {"name": "Spalte 9"})
    with pytest.raises(FileError, match="no field called age"):
        candidates_read(data, {"age": "Spalte 1"})


def test_bad_lines_are_named() -> None:
    text = "name,party\nZoe Demo,A\n,B\nJan Muster,A,too many\nZoe Demo,A\n\nNice\u202eName,A\n" + "x" * 201 + ",A\n"
    listed = candidates_read(text.encode())
    assert [(one.line, one.reason) for one in listed.problems] == [
        (3, "There is no name."),
        (4, "It has 3 cells; the header has 2."),
        (5, "It says the same as line 2."),
        (7, "The name holds characters that cannot be seen."),
        (8, "The name has more than 200 characters."),
    ]


def test_people_of_the_same_name_stay_different_people() -> None:
    listed = candidates_read(b"name,constituency\nZoe Demo,North\nDEMO Zo\xc3\xab,South\nJan,North\n")
    assert [[line.line for line in group] for group in listed.homonyms] == [[2, 3]]
    assert (len(listed.lines), listed.problems) == (3, ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"name,party\n", "no candidate"),
        (b"name,name\nZoe,Zoe\n", "same name"),
        (b"\x00\x01\x02\x03", "no text"),
        (b'name,party\n"Zoe Demo,A\n', "no CSV"),
        (b"\n\n", "empty"),
        (b"x" * (MOST_BYTES + 1), "at most"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(data: bytes, said: str) -> None:
    with pytest.raises(FileError, match=said):
        candidates_read(data)


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MOST_ROWS", 2)
    monkeypatch.setattr(read, "MOST_PROBLEMS", 1)
    with pytest.raises(FileError, match="more than 2 lines"):
        candidates_read(b"name\nA\nB\nC\n")
    listed = candidates_read(b"name,party\n,A\n,B\n")
    assert (len(listed.problems), listed.unnamed) == (1, 1)


@pytest.mark.parametrize(
    ("name", "other", "least", "most"),
    [
        ("Zoë Demo", "DEMO, Zoe", 1, 1),
        ("Zoë Demo", "zoedemo", 0.85, 1),
        ("Zoë Demo", "zoe.demo.official", 0.8, 1),
        ("Łukasz Ødegård", "lukasz_odegard", 0.9, 1),
        ("Zoë Demo", "jan.muster", 0, 0.5),
        ("Zoë Demo", "", 0, 0),
    ],
)
def test_names_are_compared(name: str, other: str, least: float, most: float) -> None:
    assert least <= name_likeness(name, other) <= most


# Taking them


@pytest.fixture
def election(here: Jurisdiction) -> Election:
    return ElectionFactory.create(jurisdiction=here)


@pytest.mark.django_db
def test_a_list_is_looked_at_and_then_taken(election: Election) -> None:
    by = verifier(election.jurisdiction)
    listing, listed = list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=by)
    assert (len(listed.lines), Candidate.objects.count(), listing.imported_at) == (2, 0, None)
    taken = list_import(listing=listing, by=by)
    assert (taken.candidate_count, taken.payload) == (2, None)
    assert list(Candidate.objects.values_list("line", "name", "key")) == [
        (2, "Zoë Demo", "demo zoe"), (3, "Jan Muster", "jan muster"),
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="already"):
        list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=by)
    with pytest.raises(ValidationError, match="meanwhile"):
        list_import(listing=listing, by=by)


@pytest.mark.django_db
def test_two_previews_of_one_file_are_imported_once(election: Election) -> None:
    first, _ = list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=None)
    second, _ = list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=None)
    list_import(listing=first, by=None)
    with pytest.raises(ValidationError, match="already"):
        list_import(listing=second, by=None)
    assert Candidate.objects.count() == 2


@pytest.mark.django_db
def test_nothing_is_half_imported(election: Election) -> None:
    listing, listed = list_preview(election=election, data=GOOD.encode() + b";;\n;x;\n", source=SOURCE, by=None)
    assert [one.line for one in listed.problems] == [5]
    with pytest.raises(ValidationError, match="nothing was imported"):
        list_import(listing=listing, by=None)
    assert not Candidate.objects.exists()


@pytest.mark.django_db
def test_only_own_lists_are_imported(election: Election, elsewhere: Jurisdiction) -> None:
    for by in (verifier(elsewhere), proposer(election.jurisdiction)):
        with pytest.raises(PermissionDenied):
            list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=by)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "field"),
    [
        (SOURCE._replace(url="ftp://wahl.example.org/"), "source_url"),
        (SOURCE._replace(published_on=dt.date(2999, 1, 1)), "published_on"),
    ],
)
def test_a_list_says_where_it_is_from(election: Election, source: Source, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        list_preview(election=election, data=GOOD.encode(), source=source, by=None)
    assert set(error.value.message_dict) == {field}


@pytest.mark.django_db
def test_files_nobody_took_are_forgotten(election: Election) -> None:
    old, _ = list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=None)
    CandidateList.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    new, _ = list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=None)
    assert previews_erase() == 1
    assert list(CandidateList.objects.all()) == [new]
    list_discard(listing=new, by=None)
    assert not CandidateList.objects.exists()
    assert old.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"payload": None}, "candidate_list_is_preview_or_imported"),
        ({"imported_at": timezone.now()}, "candidate_list_is_preview_or_imported"),
        ({"candidate_count": 3}, "candidate_list_is_preview_or_imported"),
        ({"source_url": "the authority"}, "candidate_list_source_is_an_address"),
    ],
)
def test_list_is_refused(election: Election, changed: dict[str, Any], constraint: str) -> None:
    listing, _ = list_preview(election=election, data=GOOD.encode(), source=SOURCE, by=None)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CandidateList.objects.update(**changed)
    Candidate.objects.create(list=listing, line=2, name="Zoe", key="zoe")
    with pytest.raises(IntegrityError, match="candidate_is_one_line"), transaction.atomic():
        Candidate.objects.create(list=listing, line=2, name="Jan", key="jan")
    with pytest.raises(IntegrityError, match="candidate_has_a_name"), transaction.atomic():
        Candidate.objects.create(list=listing, line=3, name="", key="jan")


@pytest.mark.django_db
def test_the_command_looks_and_takes(election: Election, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "candidates.csv"
    file.write_text(GOOD)
    asked = {"election": election.key, "source": SOURCE.url, "published": SOURCE.published_on}
    call_command("candidates_import", file, **asked)
    said = capsys.readouterr().out
    assert "name: column Name" in said
    assert "2 candidates\nNothing was imported yet: say --confirm." in said
    assert not CandidateList.objects.exists()
    call_command("candidates_import", file, confirm=True, **asked)
    assert Candidate.objects.count() == 2
    file.write_text(GOOD + ";nobody;\nJan Muster;Other;South\n")
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("candidates_import", file, confirm=True, **asked)
    said = capsys.readouterr().out
    assert "line 4: There is no name." in said
    assert "Jan Muster: 2 people of this name, lines 3, 5" in said
    assert Candidate.objects.count() == 2
    for wrong, message in (
        ({"election": "xx.none"}, "no election"), ({"name": "Nowhere"}, "no column"), ({"source": "here"}, "address"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=message):
            call_command("candidates_import", file, **asked | wrong)
    with pytest.raises(CommandError, match="No such file"):
        call_command("candidates_import", tmp_path / "none.csv", **asked)


# Whose account is whose


@pytest.fixture
def candidate(election: Election) -> Candidate:
    listing, _ = list_preview(
        election=election, data=GOOD.encode() + "Demo Zoë;Blues;East\n".encode(), source=SOURCE, by=None
    )
    list_import(listing=listing, by=None)
    return Candidate.objects.get(line=2)


@pytest.fixture
def platform(db: None) -> Platform:
    return Platform.objects.create(key="clips", name="Clips", is_demo=True)


@pytest.mark.django_db
def test_accounts_with_a_like_name_are_shown_the_likeliest_first(
    candidate: Candidate, platform: Platform, django_assert_max_num_queries: Any
) -> None:
    for number, handle in enumerate(("zoe.demo", "zoedemofans", "demolition.derby", "somebody")):
        Account.objects.create(platform=platform, external_id=f"a{number}", handle=handle)
    with django_assert_max_num_queries(2):
        likely = accounts_likely(candidate)
    assert [one.handle for one in likely] == ["zoe.demo", "zoedemofans"]
    assert likely[0].likeness == 1
    # Nobody was taken for anybody.
    assert not OfficialAccount.objects.exists()


@pytest.mark.django_db
def test_people_find_out_whose_account_is_whose(candidate: Candidate, platform: Platform) -> None:
    here = candidate.list.jurisdiction
    Account.objects.create(platform=platform, external_id="a1", handle="zoe.demo")
    moderator = client_of(given_member(Role.MODERATOR, here, email="mod@fictional.example"))
    page = moderator.get(f"/staff/labeling/candidates/people/{candidate.pk}/").content.decode()
    assert "Others on this list have the same name" in page
    assert "100 % alike" in page
    address = (
        f"/staff/labeling/accounts/propose/?candidate={candidate.pk}&platform=clips&external_id=a1&handle=zoe.demo"
    )
    assert address.replace("&", "&amp;") in page

    form = moderator.get(address).content.decode()
    assert 'value="Zoë Demo"' in form
    sent = {
        "platform": platform.pk, "external_id": "a1", "handle": "zoe.demo", "name": "Zoë Demo", "category": "candidate",
        "jurisdiction": here.pk, "election": candidate.list.election_id, "source_url": "https://demo.example.org/",
        "no_monetisation": "on", "verified_badge": "required", "is_nuanced": "on",
        "reason": "Her own site links to it.",
    }  # fmt: skip
    assert moderator.post(address, sent | {"source_url": "her site"}).status_code == 422
    answer = moderator.post(address, sent)
    account = OfficialAccount.objects.get()
    assert answer.headers["Location"] == f"/staff/labeling/accounts/{account.public_id}/"
    assert (account.candidate, account.state, account.verified_badge) == (candidate, "proposed", "required")
    assert (account.no_monetisation, account.no_paid_political_advertising) == (True, False)
    # Not by whoever proposed it.
    own = moderator.get(f"/staff/labeling/accounts/{account.public_id}/").content.decode()
    assert "somebody else verifies it" in own
    step = f"/staff/labeling/accounts/{account.public_id}/verify/"
    assert moderator.post(step, {"reason": "I am sure."}).status_code == 403
    publisher = client_of(given_member(Role.PUBLISHER, here, email="pub@fictional.example"))
    assert publisher.post(step, {"reason": ""}).status_code == 422
    assert publisher.post(step, {"reason": "Seen."}, follow=True).status_code == 200
    account.refresh_from_db()
    assert account.state == OfficialState.VERIFIED
    again = publisher.post(step, {"reason": "Seen twice."}, follow=True).content.decode()
    assert "It is verified by now" in again
    history = publisher.get(f"/staff/labeling/accounts/{account.public_id}/").content.decode()
    assert history.index("Seen.") < history.index("Her own site links to it.")
    assert "nobody acts against it alone" in history
    publisher.post(f"/staff/labeling/accounts/{account.public_id}/end/", {"reason": "Withdrew."})
    account.refresh_from_db()
    assert account.state == OfficialState.ENDED


@pytest.mark.django_db
def test_accounts_are_listed_and_found(
    here: Jurisdiction, platform: Platform, django_assert_max_num_queries: Any
) -> None:
    given_official(platform, here, "one", name="Fictional Greens")
    from labeling.services.official_account import account_propose

    for number in range(30):
        account_propose(
            draft=draft(platform, here, f"p{number}", name=f"Fictional {number}"),
            by=proposer(here, f"by{number}"),
            reason="Its site.",
        )
    browser = client_of(given_member(Role.AUDITOR, here, email="audit@fictional.example"))
    browser.get("/staff/labeling/accounts/")
    with django_assert_max_num_queries(14):
        page = browser.get("/staff/labeling/accounts/").content.decode()
    assert page.count("data-row") == 31
    assert "Propose an account" not in page
    found = {
        "?state=verified": 1, "?q=greens": 1, "?category=news": 0, f"?place={here.code}": 31,
        "?state=proposed&q=p2": 11, "?state=nonsense": 31,
    }  # fmt: skip
    for query, rows in found.items():
        assert browser.get(f"/staff/labeling/accounts/{query}").content.decode().count("data-row") == rows, query


def _send(browser: Client, election: Election, data: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("list.csv", data, content_type="text/csv")
    sent = {"election": election.pk, "source_url": SOURCE.url, "published_on": "2026-11-01", "file": file} | more
    return browser.post("/staff/labeling/candidates/add/", sent)


@pytest.mark.django_db
def test_a_list_is_imported_in_the_workspace(election: Election) -> None:
    browser = client_of(given_member(Role.PUBLISHER, election.jurisdiction, email="pub@fictional.example"))
    assert "No list was imported" in browser.get("/staff/labeling/candidates/").content.decode()
    for data, more, said in (
        (b"", {}, "The file is empty."),
        (b"a,b\nZoe,x\n", {}, "in which column names stand"),
        (GOOD.encode(), {"name": "Nowhere"}, "no column called Nowhere"),
        (GOOD.encode(), {"published_on": "2999-01-01"}, "future"),
    ):
        answer = _send(browser, election, data, **more)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said
    bad = _send(browser, election, GOOD.encode() + b";nobody;\n<b>;x;y\n")
    page = browser.get(bad.headers["Location"]).content.decode()
    assert "Line 4: There is no name." in page
    assert "Import all" not in page
    assert "&lt;b&gt;" in page
    assert "nothing was imported" in browser.post(bad.headers["Location"], {"then": "import"}).content.decode()
    browser.post(bad.headers["Location"], {"then": "discard"})
    assert not CandidateList.objects.exists()

    good = _send(browser, election, GOOD.encode() + "Demo Zoë;Blues;East\n".encode())
    page = browser.get(good.headers["Location"]).content.decode()
    assert "People of the same name" in page
    assert "Import all 3" in page
    answer = browser.post(good.headers["Location"], {"then": "import"}, follow=True)
    assert "Imported 3 candidates." in answer.content.decode()
    assert browser.get(good.headers["Location"]).status_code == 404
    listing = CandidateList.objects.get()
    found = browser.get(f"/staff/labeling/candidates/{listing.public_id}/?q=blues").content.decode()
    assert found.count("data-row") == 1
    assert election.key in browser.get("/staff/labeling/candidates/").content.decode()
    assert name_key("Zoë Demo") == "demo zoe"
