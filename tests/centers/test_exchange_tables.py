"""Tables of sources and dates that come in, and everything of a centre that goes out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Role, User
from centers.exchange.effects import FileError, Plan
from centers.exchange.rows import TABLES, rows_plan, table_template
from centers.exchange.sheets_read import LARGEST, cell_plain, sheet_read
from centers.exchange.sheets_write import cell_neutral, kind_columns, kind_rows, table_write
from centers.models import ElectionCenter, HeldUpload, KeyDate, Proposal, Question, TrustedSource
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import person
from tests.factories import AnswerFactory, ElectionFactory, KeyDateFactory, OrganisationFactory, RoundFactory
from tests.members import client_of

IMPORT = "/staff/centers/xa/import/"
ANSWERS = {"reason": "The new calendar", "source": "https://wahl.example.org/calendar", "verified_on": "2026-11-01"}


def uploaded(client: Client, data: bytes | str, kind: str) -> Any:
    content = data if isinstance(data, bytes) else data.encode()
    return client.post(IMPORT, {"kind": kind, "file": SimpleUploadedFile("table.csv", content)})


def confirmed(client: Client, address: str, **fields: Any) -> Any:
    stamp = client.get(address).context["plan"].stamp
    return client.post(address, {"stamp": stamp} | ANSWERS | fields)


def told(plan: Plan) -> list[str]:
    return [f"{one.line} {problem.column}: {problem.sentence}" for one in plan.wrong for problem in one.errors]


def refused(data: bytes | str, name: str = "sources") -> str:
    table = TABLES[name]
    with pytest.raises(FileError) as caught:
        sheet_read(data if isinstance(data, bytes) else data.encode(), known=table.known, ignored=())
    return str(caught.value)


@pytest.mark.parametrize(
    "value", ["=1+1", "+49", "-5", "@cmd", "\t=x", "'=1", "'", "plain", "''=x", "it's", "-", "'-", '="a"&B1', "'''"]
)
def test_no_cell_is_a_formula_and_all_come_back(value: str) -> None:
    cell = cell_neutral(value)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell_plain(cell) == value.strip()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_are_read_as_spreadsheets_write_them(delimiter: str, bom: bytes, end: str) -> None:
    lines = ["# url, title: explained; really", delimiter.join(["URL", "title"]), "",
             delimiter.join(["https://a.example/", f'"Käse; ""und""{end}mehr, ja"']),
             delimiter.join(["https://b.example/", "b"])]  # fmt: skip
    sheet = sheet_read(bom + end.join(lines).encode(), known=["url", "title"], ignored=())
    assert sheet.columns == ["url", "title"]
    assert [row.line for row in sheet.rows] == [4, 6]
    assert sheet.rows[0].cells["title"].startswith('Käse; "und"')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "no line with the names"),
        ("url,title\n", "no rows below"),
        (b"url,title\nhttps://a.example/,K\xe4se\n", "Line 2 is not UTF-8"),
        ("url,title\n\0,x\n", "Line 2 has a NUL character"),
        ('url,title\nhttps://a.example/,"open\n', "the quotation marks do not fit"),
        ('url,title\nhttps://a.example/,"a"b\n', "Line 2: the quotation marks do not fit"),
        ("url,colour\nx,y\n", "Columns nobody knows: colour"),
        ("url,url\nx,y\n", "there twice: url"),
        ("url,title\nx,y,z\n", "Line 2 has 3 cells"),
        ("url,title\n" + "x,y\n" * 10_000, "more than 300 rows"),
        ("url,title\nx," + "y" * 20_000 + "\n", "more than 10,000 characters"),
        (b"x" * (LARGEST + 1), "larger than 2 MB"),
        ("\ufeff", "no line with the names"),
    ],
    ids=range(13),
)
def test_a_broken_table_is_refused_with_its_line(data: bytes | str, said: str) -> None:
    assert said in refused(data)


def test_dates_come_in_and_are_proposed_once(arcadia: ElectionCenter, curator: User) -> None:
    place = arcadia.jurisdiction
    election = ElectionFactory(jurisdiction=place, key="xa.president.2031", type="president")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)])
    kept = KeyDateFactory(election=election, day=dt.date(2031, 5, 1), note_de="Bis Mitternacht.")
    moved = KeyDateFactory(election=election, kind="results", day=dt.date(2031, 6, 2))
    table = (
        "election;kind;audience;day;note_de\n"
        "xa.president.2031;registration_deadline;everyone;2031-05-01;Bis Mitternacht.\n"
        "xa.president.2031;results;;2031-06-03;\n"
        "xa.president.2031;postal_return_deadline;abroad;2031-05-30;'=Eingang\n"
        "xa.president.2031;candidates_published;;2031-06-02;\n"
        "xa.president.2031;party;;2031-05-02;\n"
        "xa.president.2031;results;everyone;2031-06-04;\n"
        "eu.ep.2029;results;;2031-05-03;\n"
        "xa.president.2031;registration_opens;;1 May;\n"
    )
    client = client_of(curator)
    address = uploaded(client, table, "dates")["Location"]
    page = client.get(address)
    plan = page.context["plan"]

    assert [one.verdict.value for one in plan.effects] == [
        "unchanged", "changed", "new", "error", "error", "error", "error", "error",
    ]  # fmt: skip
    assert told(plan)[:3] == [
        "5 day: This is after the vote, whose last polling day is 2031-06-01.",
        told(plan)[1],
        "7 : Line 3 is about the same.",
    ]
    assert told(plan)[1].startswith("6 kind: One of: registration_opens")
    assert told(plan)[4] == "9 day: Give a date as YYYY-MM-DD."
    assert "2031-06-03" in page.content.decode()
    assert KeyDate.objects.count() == 2, "a preview leaves nothing"

    assert confirmed(client, address).status_code == 422
    for _ in range(2):
        stamp = plan.stamp
        form = {"stamp": stamp, "leaves_out": "on"} | ANSWERS
        assert client.post(address, form).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.source == ANSWERS["source"]
    proposal_approve(proposal=proposal, by=person(Role.PUBLISHER, place), revision=1)
    moved.refresh_from_db()
    assert moved.day == dt.date(2031, 6, 3)
    assert KeyDate.objects.get(kind="postal_return_deadline").note_de == "=Eingang"
    kept.refresh_from_db()
    assert kept.source_url != ANSWERS["source"]


def test_sources_are_found_by_address_and_grouped_by_where_they_are_from(
    arcadia: ElectionCenter, curator: User
) -> None:
    OrganisationFactory(key="watch", kind="civil_society", name="Wahlwacht")
    old = TrustedSource.objects.get()
    rows = [
        f"{old.url},Neuer Titel,{old.organisation.key},authority,de,",
        "https://wacht.example.org/,Wahlwacht,watch,civil_society,de,https://other.example.org/",
        "javascript:alert(1),Böse,watch,civil_society,de,",
        "https://intern.example.org:8080/,Intern,watch,civil_society,de,",
        "https://c.example.org/,C,nobody,civil_society,de,",
        "https://d.example.org/,,watch,civil_society,de,",
        "https://e.example.org/,E,watch,uncle,de,",
    ]
    client = client_of(curator)
    data = "url,title,organisation,kind,languages,source_url\n" + "\n".join(rows)
    address = uploaded(client, data, "sources")["Location"]
    plan = client.get(address).context["plan"]

    assert [one.verdict.value for one in plan.effects] == ["changed", "new", *["error"] * 5]
    assert [(one.line, one.errors[0].column) for one in plan.wrong] == [
        (4, "url"), (5, "url"), (6, "organisation"), (7, "title"), (8, "kind"),
    ]  # fmt: skip
    assert confirmed(client, address, leaves_out="on")["Location"] == "/staff/centers/xa/proposals/"
    assert sorted(Proposal.objects.values_list("source", "reason")) == [
        ("https://other.example.org/", "The new calendar (2 of 2)"),
        (ANSWERS["source"], "The new calendar (1 of 2)"),
    ]


def test_records_of_another_place_cannot_be_named(arcadia: ElectionCenter, union: ElectionCenter) -> None:
    foreign = TrustedSource.objects.create(
        center=union, organisation=OrganisationFactory(), kind="authority", url="https://eu.example.org/", title="EU",
        source_url="https://eu.example.org/", verified_on=dt.date(2026, 1, 1), confidence="high",
    )  # fmt: skip
    data = (
        f"record,url,title\nsource:eu/{foreign.pk},https://evil.example.org/,EU\nsource:xa/9999,https://x.example/,X\n"
    )
    plan = rows_plan("sources", data.encode(), arcadia.jurisdiction)
    assert told(plan) == [
        "2 record: There is no such source in this centre: leave it empty for a new one.",
        "3 record: There is no such source in this centre: leave it empty for a new one.",
    ]


def test_an_export_that_is_sent_back_changes_nothing(
    arcadia: ElectionCenter, django_assert_max_num_queries: Any
) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")
    KeyDateFactory(election=election, instant=dt.datetime(2031, 5, 1, 16, tzinfo=dt.UTC), note_de="=Achtung")
    KeyDateFactory(election=election, kind="results", day=dt.date(2031, 6, 2))
    for name, records in (("dates", KeyDate.objects.all()), ("sources", TrustedSource.objects.all())):
        kind = TABLES[name].kind
        data = table_write(kind_columns(kind), kind_rows(kind, records))
        with django_assert_max_num_queries(30):
            plan = rows_plan(name, data, arcadia.jurisdiction)
        assert {one.verdict.value for one in plan.effects} == {"unchanged"}, told(plan)


def test_templates_explain_every_column_and_are_empty_tables(arcadia: ElectionCenter, curator: User) -> None:
    client = client_of(curator)
    for name in TABLES:
        data = table_template(name, arcadia.jurisdiction)
        assert client.get(f"{IMPORT}{name}/template.csv").content == data
        with pytest.raises(FileError, match="no rows below"):
            rows_plan(name, data, arcadia.jurisdiction)
    assert client.get(f"{IMPORT}cake/template.csv").status_code == 404


def test_too_many_sources_in_one_file_are_refused(arcadia: ElectionCenter, curator: User) -> None:
    OrganisationFactory(key="watch", kind="civil_society")
    rows = [f"https://w{n}.example.org/,W{n},watch,civil_society,https://s{n}.example.org/" for n in range(13)]
    client = client_of(curator)
    address = uploaded(client, "url,title,organisation,kind,source_url\n" + "\n".join(rows), "sources")["Location"]
    response = confirmed(client, address)
    assert response.status_code == 422
    assert "at most 12" in response.content.decode()
    assert not Proposal.objects.exists()
    assert HeldUpload.objects.get().applied_at is None


def test_everything_of_a_centre_goes_out(
    arcadia: ElectionCenter, curator: User, django_assert_max_num_queries: Any, tmp_path: Any
) -> None:
    for question in Question.values:
        AnswerFactory(center=arcadia, question=question, body_de="Ja.", source_name="=Amt()",
                      translation_origin={"en": "source", "de": "machine"})  # fmt: skip
    for year in range(2031, 2041):
        election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key=f"xa.president.{year}")
        RoundFactory(election=election, days=[dt.date(year, 6, 1)])
        KeyDateFactory(election=election, day=dt.date(year, 5, 1))
    client = client_of(curator)
    with django_assert_max_num_queries(30):
        response = client.get("/staff/centers/xa/export.json")
    document = json.loads(response.content)

    assert (document["schema_version"], document["place"]["code"]) == (1, "xa")
    assert len(document["answers"]) == len(Question.values)
    one = document["answers"][0]
    assert one["texts"]["body"]["de"] == {
        "text": "Ja.", "state": "machine", "origin": "machine", "translated_by": "",
        "confirmed_by": None, "confirmed_on": None,
    }  # fmt: skip
    assert one["source_url"] == "https://wahl.example.org/source"
    assert document["rounds"][0]["polling_days"][0]["date"] == "2031-06-01"
    with django_assert_max_num_queries(40):
        response = client.get("/staff/centers/xa/export.zip")
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert sorted(archive.namelist()) == [
        "answers.csv", "campaigns.csv", "center.csv", "dates.csv", "elections.csv", "local_rules.csv", "place.csv",
        "rounds.csv", "sources.csv", "texts.csv", "tips.csv", "videos.csv",
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(archive.read("answers.csv").decode("utf-8-sig"))))
    assert {row["source_name"] for row in rows} == {"'=Amt()"}
    path = tmp_path / "xa.json"
    call_command("center_export", "xa", "--output", str(path))
    assert json.loads(path.read_bytes())["dates"] == document["dates"]
    for wrong in (["xq"], ["xa", "--output", "x.exe"]):
        with pytest.raises(CommandError):
            call_command("center_export", *wrong)


def test_rows_that_are_right_only_together_are_taken_in_any_order(arcadia: ElectionCenter, curator: User) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031", type="president")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)])
    for kind, day in (("registration_opens", dt.date(2031, 3, 1)), ("registration_deadline", dt.date(2031, 4, 1))):
        KeyDateFactory(election=election, jurisdiction=arcadia.jurisdiction, kind=kind, day=day)
    rows = ["xa.president.2031,registration_opens,2031-04-10", "xa.president.2031,registration_deadline,2031-05-10"]
    head = "election,kind,day\n"
    client = client_of(curator)

    for order in (rows, rows[::-1]):
        plan = rows_plan("dates", (head + "\n".join(order)).encode(), arcadia.jurisdiction)
        assert told(plan) == []
        assert [one.line for one in plan.effects] == [2, 3], "as they stand in the file"
    alone = rows_plan("dates", (head + rows[0]).encode(), arcadia.jurisdiction)
    assert told(alone) == ["2 day: “Last day to register” is on 2031-04-01, before this."]

    wrong = "xa.president.2031,candidates_published,2031-07-01"
    plan = rows_plan("dates", (head + "\n".join([*rows, wrong])).encode(), arcadia.jurisdiction)
    assert told(plan) == ["4 day: This is after the vote, whose last polling day is 2031-06-01."]

    confirmed(client, uploaded(client, head + "\n".join(rows), "dates")["Location"])
    (proposal,) = Proposal.objects.all()
    proposal_approve(proposal=proposal, by=person(Role.PUBLISHER, arcadia.jurisdiction), revision=1)
    assert {str(one.day) for one in KeyDate.objects.all()} == {"2031-04-10", "2031-05-10"}
