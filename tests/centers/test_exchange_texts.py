"""Texts that go to translators as XLIFF and come back: nothing is believed, nothing is half imported."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role, User
from centers.exchange.effects import FileError
from centers.exchange.xliff_plan import xliff_plan
from centers.exchange.xliff_read import LARGEST, xliff_read
from centers.models import Answer, ElectionCenter, HeldUpload, Proposal
from centers.services.proposal_decide import proposal_approve
from centers.services.upload_hold import uploads_forget
from centers.wording import wording_entry
from tests.centers.curators import person
from tests.factories import AnswerFactory, ElectionFactory
from tests.members import client_of

IMPORT = "/staff/centers/xa/import/"
EXPORT = "/staff/centers/xa/translations/xliff/"
UNIT = "answer:xa::register::body"
SOURCE = "Register by 1 May 2031.\n\nSee https://wahl.example.org/register & ask."
GOOD = "Eintragen bis 1. Mai 2031.\n\nSiehe https://wahl.example.org/register und fragen."


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    """Compiled in English; German is a machine's draft."""
    return AnswerFactory(
        center=arcadia, body_en=SOURCE, body_de="Registrieren bis 1. Mai 2031.",
        translation_origin={"en": "source", "de": "machine"},
    )  # fmt: skip


def exported(client: Client, version: str, *, target: str = "de", which: str = "todo") -> str:
    asked = {"source": "en", "target": target, "which": which, "version": version}
    response = client.get(EXPORT, asked)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="xa-en-')
    return response.content.decode()


def uploaded(client: Client, data: bytes | str, kind: str = "xliff") -> Any:
    content = data if isinstance(data, bytes) else data.encode()
    return client.post(IMPORT, {"kind": kind, "file": SimpleUploadedFile("texts.xlf", content)})


def confirmed(client: Client, address: str, **fields: Any) -> Any:
    page = client.get(address)
    stamp = page.context["plan"].stamp
    return client.post(address, {"stamp": stamp, "reason": "From the agency", "translated_by": "agency"} | fields)


def translated(xliff: str, before: str, after: str) -> str:
    escaped = after.replace("&", "&amp;")
    assert f">{before}</target>" in xliff
    return xliff.replace(f">{before}</target>", f">{escaped}</target>")


def refused(data: bytes | str) -> str:
    with pytest.raises(FileError) as caught:
        xliff_read(data if isinstance(data, bytes) else data.encode())
    return str(caught.value)


@pytest.mark.parametrize("version", ["1.2", "2.0"])
def test_texts_go_out_and_come_back(answer: Answer, arcadia: ElectionCenter, curator: User, version: str) -> None:
    client = client_of(curator)
    xliff = exported(client, version)
    (unit,) = xliff_read(xliff.encode()).units
    assert (unit.id, unit.source, unit.target) == (UNIT, SOURCE, "Registrieren bis 1. Mai 2031.")
    assert (unit.source_language, unit.target_language) == ("en", "de")
    assert "at most 8000 characters" in xliff

    same = uploaded(client, xliff)
    assert "Nothing would change." in client.get(same["Location"]).content.decode()
    response = uploaded(client, translated(xliff, "Registrieren bis 1. Mai 2031.", GOOD))
    page = client.get(response["Location"]).content.decode()
    assert "Propose 1 change in 1 proposal?" in page
    assert "Registrieren bis" in page
    assert not Proposal.objects.exists()
    for _ in range(2):
        assert confirmed_once(client, response["Location"]).status_code == 302

    proposal = Proposal.objects.get()
    assert (proposal.translated_by, proposal.reason, proposal.source) == (
        "agency",
        "From the agency",
        answer.source_url,
    )
    publisher = person(Role.PUBLISHER, arcadia.jurisdiction)
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    answer.refresh_from_db()
    assert answer.body_de == GOOD
    assert answer.translation_origin == {"en": "source", "de": "person"}
    assert wording_entry(answer, "body", "de")["by"] == "agency"
    assert bytes(HeldUpload.objects.get(proposals__contains=[proposal.pk]).content) == b""


def confirmed_once(client: Client, address: str) -> Any:
    page = client.get(address)
    stamp = page.context["plan"].stamp if page.context and "plan" in page.context else "x"
    return client.post(address, {"stamp": stamp, "reason": "From the agency", "translated_by": "agency"})


def test_only_what_is_to_do_goes_out_unless_all_is_asked_for(answer: Answer, curator: User) -> None:
    AnswerFactory(center=answer.center, question="results", body_de="Abends.", translation_origin={"en": "source"})
    client = client_of(curator)
    for version in ("1.2", "2.0"):
        assert len(xliff_read(exported(client, version).encode()).units) == 1
        assert len(xliff_read(exported(client, version, which="all").encode()).units) == 2
    for wrong in ({"target": "en"}, {"source": "xx"}, {"version": "3"}, {}):
        asked = {"source": "en", "target": "de", "which": "all", "version": "2.0"} | wrong
        assert client.get(EXPORT, asked if wrong else {}).status_code == 422


def test_an_original_that_changed_since_the_export_is_skipped(answer: Answer, curator: User) -> None:
    client = client_of(curator)
    for version in ("1.2", "2.0"):
        xliff = exported(client, version, target="fr")
        new = re.sub(r"<target[^>]*/>", "<target>Neuf</target>", xliff)
        Answer.objects.update(body_en=f"{SOURCE} Or later.")
        (effect,) = xliff_plan(new.encode(), answer.center.jurisdiction).effects
        assert (effect.verdict, effect.why) == ("skipped", "The original has changed since the export.")
        Answer.objects.update(body_en=SOURCE)


TARGETS = [
    ("", "skipped", "The translation is empty."),
    ("Inscription <g id='1'>gras</g> 1 2031", "error", "Markup is not allowed, but there is <g>."),
    ("Inscription <ph id='1'/> 1 2031", "error", "Markup is not allowed, but there is <ph>."),
    ("Inscription &lt;b&gt;gras&lt;/b&gt; 1 2031", "error", "Markup is not allowed, but there is <b>."),
    ("Bonjour {name}, 1 2031", "error", "a placeholder, {name}, that the original has not"),
    ("Bonjour %(name)s, 1 2031", "error", "a placeholder, %(name)s"),
    ("Avant le \u202e1302\u202c", "error", "characters that nobody sees"),
    ("x" * 8_001, "error", "at most 8,000 fit"),
    ("Avant le 1 mai 2032, https://wahl.example.org/register", "new", "Numbers of the original are missing: 2031."),
    ("Avant le 1 mai 2031.", "new", "The address https://wahl.example.org/register of the original is missing."),
    ("<mrk id='m1' mtype='seg'>Avant le 1 mai 2031</mrk> https://wahl.example.org/register", "new", ""),
]


@pytest.mark.parametrize("version", ["1.2", "2.0"])
def test_every_unit_says_what_becomes_of_it(answer: Answer, curator: User, version: str) -> None:
    xliff = exported(client_of(curator), version, target="fr")
    for target, verdict, said in TARGETS:
        filled = re.sub(r"<target([^>]*?) ?/>", lambda found, t=target: f"<target{found[1]}>{t}</target>", xliff)
        assert filled != xliff
        (effect,) = xliff_plan(filled.encode(), answer.center.jurisdiction).effects

        told = [effect.why, *effect.warnings, *(one.sentence for one in effect.errors)]
        assert effect.verdict == verdict, (target, told)
        assert any(said in one for one in told), told
        if not said:
            assert effect.warnings == []
            assert effect.wish is not None
            assert effect.wish.fields["body_fr"].startswith("Avant le 1 mai 2031")


def test_arabic_digits_and_other_separators_are_the_same_numbers(answer: Answer, curator: User) -> None:
    Answer.objects.update(body_en="51.25 % on 1 May 2031, at 09:30")
    xliff = exported(client_of(curator), "2.0", target="ur")
    filled = re.sub(r"<target[^>]*/>", "<target>۵۱٫۲۵ ٪ ۱ مئی ۲۰۳۱ 9:30</target>", xliff)
    (effect,) = xliff_plan(filled.encode(), answer.center.jurisdiction).effects
    assert (effect.verdict, effect.warnings) == ("new", [])


def test_segments_of_a_unit_are_one_text() -> None:
    xliff = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="en" trgLang="de">
    <file id="f"><group id="g"><unit id="u"><segment><source>One.</source><target>Eins.</target></segment>
    <ignorable><source> </source></ignorable>
    <segment><source>Two.</source><target>Zwei.</target></segment></unit></group></file></xliff>"""
    (unit,) = xliff_read(xliff.encode()).units
    assert (unit.source, unit.target) == ("One. Two.", "Eins. Zwei.")


def test_suggestions_of_a_translation_memory_are_not_the_translation() -> None:
    xliff = """<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"><file source-language="en"
    target-language="de" original="x" datatype="plaintext"><body><trans-unit id="u"><source>One.</source>
    <target>Eins.</target><alt-trans><source>Other.</source><target>Anderes.</target></alt-trans>
    </trans-unit></body></file></xliff>"""
    (unit,) = xliff_read(xliff.encode()).units
    assert (unit.source, unit.target, unit.line) == ("One.", "Eins.", 2)


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;">]><xliff version="1.2"><file>&lol2;</file></xliff>"""
EXTERNAL = """<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://169.254.169.254/x.dtd"><xliff/>"""
DEEP = '<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">' + "<a>" * 100_000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not well-formed"),
        (b"PK\x03\x04 not XML", "not well-formed XML: line 1"),
        (b"\x00\x01\x02", "not well-formed"),
        (b"<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2' version='1.2'>\n\0</xliff>", "XML: line 2"),
        (b"<html></html>", "not XLIFF"),
        (b"<xliff version='1.2'></xliff>", "not XLIFF"),
        (b"<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2' version='1.0'/>", "says it is XLIFF 1.0"),
        (b"<xliff xmlns='urn:oasis:names:tc:xliff:document:2.0'/>", "without a version"),
        (b"<?xml version='1.0' encoding='klingon'?><xliff/>", "unknown encoding: klingon"),
        (BOMB.encode(), "declares a document type"),
        (EXTERNAL.encode(), "declares a document type"),
        (DEEP.encode(), "too deep"),
        (b"<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2' version='1.2'>\n<a>\n</b></xliff>", "line 3"),
        (b" " * (LARGEST + 1), "larger than 5 MB"),
    ],
    ids=range(14),
)
def test_a_hostile_file_is_refused_with_the_reason(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_hostile_file_is_told_beside_the_field_and_not_kept(answer: Answer, curator: User) -> None:
    client = client_of(curator)
    for data, said in (
        (BOMB.encode(), "declares a document type"),
        (b"", "The file is empty."),
        (b"x" * 50 * 1024 * 1024, "larger than 5 MB"),
        (b"<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2' version='1.2'/>", "has no units"),
    ):
        response = uploaded(client, data)
        assert response.status_code == 422
        assert said in response.content.decode()
    assert client.post(IMPORT, {"kind": "cake"}).status_code == 422
    assert not HeldUpload.objects.exists()


def _file(units: str, source: str = "en", target: str = "fr") -> bytes:
    return (
        '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"'
        f' srcLang="{source}" trgLang="{target}"><file id="x">{units}</file></xliff>'
    ).encode()


def _unit(id_: str, target: str = "Neuf 1 2031 https://wahl.example.org/register") -> str:
    text = SOURCE.replace("&", "&amp;")
    return f'<unit id="{id_}"><segment><source>{text}</source><target>{target}</target></segment></unit>\n'


def test_foreign_and_doubled_units_are_errors(answer: Answer, arcadia: ElectionCenter, union: ElectionCenter) -> None:
    AnswerFactory(center=union, body_en=SOURCE)
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, translation_origin={"de": "source"})
    ids = [
        UNIT,
        "answer:eu::register::body",
        "answer:xa::register::source_name",
        f"election:{election.key}::name",
        UNIT,
    ]
    plan = xliff_plan(_file("".join(map(_unit, ids))), arcadia.jurisdiction)

    assert [one.verdict for one in plan.effects] == ["new", "error", "error", "error", "error"]
    assert [one.errors[0].sentence for one in plan.wrong] == [
        "There is no such text in this centre.",
        "There is no such text in this centre.",
        "The original is in Deutsch, not in English.",
        "This unit is in the file twice.",
    ]


@pytest.mark.parametrize(("source", "target"), [("en", "xx"), ("tlh", "de"), ("en", "de-AT"), ("", "")])
def test_unknown_languages_are_refused(answer: Answer, source: str, target: str) -> None:
    with pytest.raises(FileError, match="names the language"):
        xliff_plan(_file(_unit(UNIT), source, target), answer.center.jurisdiction)


def test_errors_hold_up_the_rest_until_they_are_left_out(answer: Answer, curator: User) -> None:
    client = client_of(curator)
    response = uploaded(client, _file(_unit(UNIT) + _unit("answer:xb::when::body")))
    address = response["Location"]

    assert confirmed(client, address).status_code == 422
    assert not Proposal.objects.exists()
    assert confirmed(client, address, leaves_out="on").status_code == 302
    assert Proposal.objects.get().fields == {"body_fr": "Neuf 1 2031 https://wahl.example.org/register"}


def test_what_changed_since_the_preview_is_shown_again(answer: Answer, curator: User) -> None:
    client = client_of(curator)
    address = uploaded(client, _file(_unit(UNIT)))["Location"]
    stamp = client.get(address).context["plan"].stamp
    Answer.objects.update(body_fr="Entre-temps")

    response = client.post(address, {"stamp": stamp, "reason": "x", "translated_by": "agency"})

    assert response.status_code == 422
    assert "Something has changed since you saw this" in response.content.decode()
    assert not Proposal.objects.exists()
    assert confirmed(client, address).status_code == 302


def test_a_file_is_its_senders_alone_and_for_an_hour(answer: Answer, curator: User) -> None:
    address = uploaded(client_of(curator), _file(_unit(UNIT)))["Location"]
    other = client_of(person(Role.CURATOR, answer.center.jurisdiction, name="other"))
    assert other.get(address).status_code == 404
    assert uploads_forget() == 0
    held = HeldUpload.objects.get()
    HeldUpload.objects.update(created_at=held.created_at - dt.timedelta(minutes=61))
    assert client_of(curator).get(address).status_code == 404
    assert uploads_forget() == 1
