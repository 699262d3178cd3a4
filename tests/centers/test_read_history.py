"""The public history of a centre and its feed: what changed, whence and by which body, and never who."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from centers.changes.differences import text_differences
from centers.models import Answer, ElectionCenter, ProposalAction, PublishedChange
from centers.pagecache import publications
from centers.services.change_undo import change_undo
from centers.services.fact_confirm import fact_confirm
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import person, proposed, wish
from tests.factories import (
    AnswerFactory,
    CenterFactory,
    ElectionFactory,
    JurisdictionFactory,
    KeyDateFactory,
    RoundFactory,
    TrustedSourceFactory,
)

ANSWER = "answer:xa/register"
HISTORY = "/en/centers/xa/history/"
FEED = "/en/centers/xa/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def curator(arcadia: ElectionCenter) -> User:
    return person(Role.CURATOR, arcadia.jurisdiction, name="persephone")


@pytest.fixture
def publisher(arcadia: ElectionCenter) -> User:
    return person(Role.PUBLISHER, arcadia.jurisdiction, name="hermes")


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_en="Register by May.", body_de="Anmelden bis Mai.")


def published(curator: User, publisher: User, record: str, action: str = "change", **fields: Any) -> PublishedChange:
    proposal = proposed(curator, wish(record, action, **fields))
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    return PublishedChange.objects.latest("id")


def text_of(client: Client, path: str) -> str:
    """The page without tags, blanks folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(path).content.decode()).split())


def feed_of(client: Client, path: str = FEED) -> Element:
    publications.forget()
    root: Element = fromstring(client.get(path).content)
    return root


def texts(root: Element, path: str) -> list[str]:
    return [one.text or "" for one in root.findall("/".join(f"{ATOM}{part}" for part in path.split("/")))]


def given_line(center: ElectionCenter, number: int = 0, **more: Any) -> PublishedChange:
    """A change as it stands in the history, however it came there."""
    given = {
        "jurisdiction": center.jurisdiction,
        "record": ANSWER,
        "action": "change",
        "before": {"body_en": f"Text {number}."},
        "after": {"body_en": f"Text {number + 1}."},
        "source": "https://wahl.example.org/law",
        "reason": "Hermes said so.",
        "published_at": dt.datetime(2031, 5, 4, 22, 30, tzinfo=dt.UTC) + dt.timedelta(minutes=number),
    }
    return PublishedChange.objects.create(**given | more)


def test_change_shows_what_when_whence_and_which_body(
    client: Client, answer: Answer, curator: User, publisher: User
) -> None:
    change = published(curator, publisher, ANSWER, body_en="Register by June.", body_de="Anmelden bis Juni.")
    body = client.get(HISTORY).content.decode()
    assert "Register by <del>May</del>." in body
    assert "Register by <ins>June</ins>." in body
    assert '<span class="change-text" lang="de" dir="ltr">Anmelden bis <ins>Juni</ins>.</span>' in body
    text = text_of(client, HISTORY)
    assert "Changed: Answers · How do I register?" in text
    assert change.organisation is not None
    assert change.organisation.name in text
    assert 'href="https://wahl.example.org/rules">wahl.example.org</a>' in body
    assert f'href="{HISTORY}{change.pk}/"' in body


def test_nobody_is_named(client: Client, answer: Answer, curator: User, publisher: User) -> None:
    change = published(curator, publisher, ANSWER, body_en="Register by June.")
    change_undo(change=change, by=publisher, reason="Hermes was wrong")
    for path in (HISTORY, FEED, f"{HISTORY}{change.pk}/"):
        body = client.get(path).content.decode().lower()
        assert "hermes" not in body, path
        assert "persephone" not in body, path


def test_change_that_was_taken_back_says_so_on_both_sides(
    client: Client, answer: Answer, curator: User, publisher: User
) -> None:
    change = published(curator, publisher, ANSWER, body_en="Register by June.")
    undo = change_undo(change=change, by=publisher, reason="Too early.")
    text = text_of(client, HISTORY)
    assert "Taken back: Answers · How do I register?" in text
    assert "This takes back the change of " in text
    assert "This change was taken back on " in text
    assert f'href="{HISTORY}{undo.pk}/"' in client.get(f"{HISTORY}{change.pk}/").content.decode()


def test_confirmation_is_told_plainly(client: Client, answer: Answer, publisher: User) -> None:
    fact_confirm(record=ANSWER, by=publisher, seen={}, on=dt.date(2026, 5, 3))
    text = text_of(client, HISTORY)
    assert "Confirmed: Answers · How do I register?" in text
    assert "Confirmed by Arkadische Wahlbehörde on 3 May 2026" in text


def test_values_are_written_in_the_language_of_the_page(
    client: Client, arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    election = ElectionFactory(key="xa.president.2031", jurisdiction=arcadia.jurisdiction, name_de="Präsidentenwahl")
    RoundFactory(election=election, days=[dt.date(2031, 5, 4)])
    day = {"date": "2031-05-11", "opens_at": "08:00", "closes_at": "20:00"}
    published(curator, publisher, "round:xa.president.2031/1", status="postponed", polling_days=[day])
    published(
        curator, publisher, "date:xa.president.2031/xa/registration_deadline/everyone", ProposalAction.CREATE,
        day="2031-04-01",
    )  # fmt: skip
    german = text_of(client, "/de/centers/xa/history/")
    assert "Wahlen · Präsidentenwahl" in german
    assert "Sonntag, 11. Mai 2031, 08:00–20:00" in german
    assert "Verschoben" in german
    assert "Dienstag, 1. April 2031" in german


def test_record_that_was_removed_is_shown_as_it_was(
    client: Client, arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    source = TrustedSourceFactory(center=arcadia, title="Wahlportal")
    published(curator, publisher, f"source:xa/{source.pk}", ProposalAction.REMOVE)
    text = text_of(client, HISTORY)
    assert "Removed: Trusted sources · Wahlportal" in text
    assert "Now: Not given" in text


def test_history_of_a_state_has_the_elections_of_its_union_but_not_its_answers(
    client: Client, arcadia: ElectionCenter, union: ElectionCenter
) -> None:
    election = ElectionFactory(key="eu.ep.2034", jurisdiction=union.jurisdiction, name_en="European election 2034")
    status = {"before": {"status": "expected"}, "after": {"status": "scheduled"}}
    shared = given_line(union, record=f"election:{election.key}", **status)
    own = given_line(union, record="answer:eu/when")
    text = text_of(client, HISTORY)
    assert "European election 2034" in text
    assert "When do we vote?" not in text
    assert client.get(f"{HISTORY}{shared.pk}/").status_code == 200
    assert client.get(f"{HISTORY}{own.pk}/").status_code == 404


def test_only_languages_that_the_reader_wants_are_shown_and_the_others_counted(
    client: Client, arcadia: ElectionCenter
) -> None:
    bodies = {f"body_{code}": f"Text in {code}." for code in ("bg", "de", "en", "fr", "ga")}
    given_line(arcadia, before={}, after=bodies)
    text = text_of(client, "/fr/centers/xa/history/")
    assert "Text in fr." in text
    assert "Text in de." in text
    assert "Text in en." not in text
    assert "3" in text
    assert "irlandais" in text
    one = given_line(arcadia, before={}, after={"body_en": "A.", "body_ur": "B."})
    assert "The text changed in 1 other language too: Urdu" in text_of(client, f"{HISTORY}{one.pk}/")


def test_long_history_is_read_page_by_page_and_pages_stay_as_they_are(client: Client, arcadia: ElectionCenter) -> None:
    lines = [given_line(arcadia, number) for number in range(65)]
    first = client.get(HISTORY).content.decode()
    earlier = re.search(r'href="(/en/centers/xa/history/before/\d+/)"', first)
    assert earlier is not None
    assert earlier[1].endswith(f"/{lines[35].pk}/")
    second = client.get(earlier[1]).content.decode()
    assert f'id="change-{lines[34].pk}"' in second
    assert f'id="change-{lines[5].pk}"' in second
    last = client.get(f"{HISTORY}before/{lines[5].pk}/").content.decode()
    assert f'id="change-{lines[0].pk}"' in last
    assert "Earlier changes" not in last
    assert "Newest changes" in last


def test_change_of_another_place_is_not_found_here(client: Client, arcadia: ElectionCenter) -> None:
    elsewhere = CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    line = given_line(elsewhere)
    for path in (f"{HISTORY}{line.pk}/", f"{HISTORY}before/{line.pk}/", f"{HISTORY}99999999999999999999/"):
        assert client.get(path).status_code == 404, path


def test_history_takes_few_queries_and_none_when_kept(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centers.pagecache.LOOKUP_EVERY", 3_600.0)
    for number in range(40):
        given_line(arcadia, number)
        election = ElectionFactory(jurisdiction=arcadia.jurisdiction)
        given_line(arcadia, number, record=f"election:{election.key}", after={"replaces": "xa.x"}, before={})
        KeyDateFactory(election=election, day=dt.date(2031, 4, 1))
    client.get("/en/centers/xa/")
    for path, most in ((HISTORY, 6), (FEED, 6), (f"{HISTORY}{PublishedChange.objects.latest('id').pk}/", 5)):
        with CaptureQueriesContext(connection) as fresh:
            client.get(path)
        assert len(fresh) <= most, (path, [one["sql"][:90] for one in fresh])
        with CaptureQueriesContext(connection) as kept:
            client.get(path)
        assert len(kept) == 0, path


def test_feed_is_valid_atom(client: Client, answer: Answer, curator: User, publisher: User) -> None:
    change = published(curator, publisher, ANSWER, body_en="Register by June.")
    answer_ = client.get(FEED)
    assert answer_.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = fromstring(answer_.content)
    assert root.tag == f"{ATOM}feed"
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    links = {one.attrib["rel"]: one.attrib for one in root.findall(f"{ATOM}link")}
    assert links["self"]["href"] == f"http://localhost:8000{FEED}"
    assert links["alternate"]["href"] == f"http://localhost:8000{HISTORY}"
    for tag in ("id", "title", "updated", "author/name", "entry/id", "entry/title", "entry/updated", "entry/content",
                "entry/author/name"):  # fmt: skip
        assert all(texts(root, tag)), tag
        assert texts(root, tag), tag
    ids = texts(root, "entry/id")
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one) for one in [*ids, *texts(root, "id")])
    assert all(dt.datetime.fromisoformat(one).tzinfo for one in texts(root, "entry/updated"))
    place = texts(root, "entry/title").index("Changed: Answers · How do I register?")
    assert texts(root, "entry/author/name")[place] == str(change.organisation)
    first = root.findall(f"{ATOM}entry")[place]
    assert [one.attrib["href"] for one in first.findall(f"{ATOM}link")] == [
        f"http://localhost:8000{HISTORY}{change.pk}/",
        "https://wahl.example.org/rules",
    ]
    content = first.find(f"{ATOM}content")
    assert content is not None
    assert content.attrib == {"type": "html"}
    assert "Register by <ins>June</ins>." in (content.text or "")
    assert "Trusted sources: Arkadische Wahlbehörde" in texts(root, "entry/title"), "what was compiled stands there too"
    assert "Answers: How do I register?" not in texts(root, "entry/title"), "what people changed tells of itself"


def test_feed_entries_keep_their_ids_and_are_updated_when_taken_back(
    client: Client, answer: Answer, curator: User, publisher: User
) -> None:
    change = published(curator, publisher, ANSWER, body_en="Register by June.")
    before = feed_of(client)
    change_undo(change=change, by=publisher, reason="Too early.")
    after = feed_of(client)
    assert set(texts(before, "entry/id")) < set(texts(after, "entry/id"))
    updated = dict(zip(texts(after, "entry/id"), texts(after, "entry/updated"), strict=True))
    first = dict(zip(texts(before, "entry/id"), texts(before, "entry/updated"), strict=True))
    place = texts(before, "entry/title").index("Changed: Answers · How do I register?")
    assert [one for one in first if updated[one] > first[one]] == [texts(before, "entry/id")[place]]
    assert texts(after, "updated") == [max(updated.values())]


def test_feed_is_not_sent_again_to_whoever_has_it(client: Client, answer: Answer) -> None:
    first = client.get(FEED)
    modified = first.headers["Last-Modified"]
    assert client.get(FEED, headers={"if-none-match": first.headers["ETag"]}).status_code == 304
    assert client.get(FEED, headers={"if-modified-since": modified}).status_code == 304
    assert client.get(FEED, headers={"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status_code == 200
    assert client.get(FEED, headers={"if-modified-since": "yesterday"}).status_code == 200
    both = {"if-none-match": '"another"', "if-modified-since": modified}
    assert client.get(FEED, headers=both).status_code == 200, "the entity tag counts"
    assert "Last-Modified" not in client.get("/en/centers/xa/").headers, "this page also follows the date"


def test_pages_lead_to_the_feed(client: Client, answer: Answer) -> None:
    for path in ("/en/centers/xa/", HISTORY):
        body = client.get(path).content.decode()
        assert f'<link rel="alternate" type="application/atom+xml" href="{FEED}"' in body
        assert f'href="{FEED}">Feed</a>' in body


def test_hostile_text_stays_text_everywhere(client: Client, arcadia: ElectionCenter) -> None:
    evil = "<script>alert(1)</script>]]>&amp;\x0b\ufffe\x00 javascript:".replace("\x00", "")
    line = given_line(
        arcadia,
        before={"body_en": "a"},
        after={"body_en": evil, "polling_days": "gone", "day": "never", "languages": [1], "mystery": {"a": 1}},
        source="javascript:alert(1)",
    )
    for path in (HISTORY, f"{HISTORY}{line.pk}/"):
        body = client.get(path).content.decode()
        assert "<script>alert" not in body
        assert 'href="javascript:' not in body
        assert "mystery" not in body
    root = feed_of(client)
    content = texts(root, "entry/content")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;]]&gt;&amp;amp;" in content
    assert "javascript:alert" not in client.get(FEED).content.decode()


def test_history_reads_from_right_to_left_in_urdu(client: Client, arcadia: ElectionCenter) -> None:
    given_line(arcadia, after={"body_ur": "ووٹ", "body_en": "Vote."})
    body = client.get("/ur/centers/xa/history/").content.decode()
    assert '<html lang="ur" dir="rtl">' in body
    assert '<span class="change-text" lang="ur" dir="rtl">' in body


@pytest.mark.parametrize(
    ("before", "after", "whole", "expected"),
    [
        ("", "New.", False, ["", "New."]),
        ("Old.", "", False, ["Old.", ""]),
        ("Vote on Sunday.", "Vote on Monday.", True, ["Vote on [Sunday].", "Vote on [Monday]."]),
        ("a " * 100 + "x", "a " * 100 + "y", False, ["…" + "a " * 40 + "[x]", "…" + "a " * 40 + "[y]"]),
        ("x" * 700, "", False, ["x" * 599 + "…", ""]),
        ("x" * 700, "", True, ["x" * 700, ""]),
    ],
)  # fmt: skip
def test_difference_of_texts(before: str, after: str, whole: bool, expected: list[str]) -> None:
    sides = text_differences(before, after, whole=whole)
    assert ["".join(f"[{one.text}]" if one.is_marked else one.text for one in side) for side in sides] == expected
