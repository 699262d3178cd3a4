"""The first page of a desk: what needs its people, and how far its centre is from being complete."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from centers.curation.overview import Overview, overviews_of
from centers.models import Answer, ElectionCenter, Jurisdiction, Link, Question
from centers.review import review_due
from centers.services.proposal_decide import proposal_approve, proposal_send_back
from electioncenters.languages import LANGUAGE_NAMES
from tests.centers.conftest import on
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
from tests.members import client_of

pytestmark = pytest.mark.django_db

HOME = "/staff/centers/xa/"
TODAY = dt.date(2031, 4, 1)


def overview_of(place: Jurisdiction, today: dt.date = TODAY) -> Overview:
    found = Jurisdiction.objects.select_related("parent").get(pk=place.pk)
    return overviews_of([found], today)[place.pk]


def line(html: str, title: str) -> str:
    """The number before a line's title; empty when the line does not wait."""
    before, found, _ = html.partition(f'<span class="need-title">{title}</span>')
    return before.rpartition('<span class="need-count">')[2].partition("<")[0] if found else ""


@on("2031-04-01 12:00")
def test_lines_count_what_waits_and_lead_to_the_fix(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    AnswerFactory(center=arcadia, question="register", body_de="Alt.")
    AnswerFactory(center=arcadia, question="where", body_de="Alt.", verified_on=dt.date(2030, 3, 1))
    first = proposed(curator, wish("answer:xa/register", body_de="Neu."))
    proposed(publisher, wish("answer:xa/where", body_de="Neu."))

    html = client_of(publisher).get(HOME).content.decode()
    assert line(html, "Proposals to review") == "1", "one's own is not for oneself"
    assert line(html, "Facts past their review date") == "1"
    assert line(html, "Unanswered questions") == "18"
    assert line(html, "Facts not yet confirmed") == "2"
    assert line(html, "Your proposals sent back") == ""
    assert 'href="/staff/centers/xa/proposals/?show=open&amp;whose=others"' in html
    proposal_send_back(proposal=first, by=publisher, revision=1, note="Please say since when.")

    html = client_of(curator).get(HOME).content.decode()
    assert line(html, "Your proposals sent back") == "1"
    assert line(html, "Proposals to review") == "", "curators decide nothing"
    assert "missing translations" in html.partition("In order: ")[2]


@on("2031-04-01 12:00")
@pytest.mark.parametrize(
    ("key", "record"),
    [
        ("stale", "answer:xa/where"), ("unanswered", "answer:xa/when"),
        ("untranslated", "?language=fr&amp;show=missing"), ("undated", "election:xa.parliament.2031"),
        ("unconfirmed", "answer:xa/where"),
    ],
)  # fmt: skip
def test_each_line_lists_its_records(arcadia: ElectionCenter, publisher: User, key: str, record: str) -> None:
    place = arcadia.jurisdiction
    AnswerFactory(center=arcadia, question="where", body_de="Alt.", verified_on=dt.date(2030, 3, 1))
    RoundFactory(election=ElectionFactory(jurisdiction=place, key="xa.parliament.2031"), days=[dt.date(2031, 9, 7)])
    if key == "untranslated":
        place = JurisdictionFactory(code="xb", languages=["de", "fr"])
        AnswerFactory(center=CenterFactory(jurisdiction=place), body_de="Alt.")
        publisher = person(Role.PUBLISHER, place)

    html = client_of(publisher).get(f"/staff/centers/{place.code}/needs/{key}/").content.decode()

    assert (record if record.startswith("?") else f"{record}/") in html


def test_lines_that_list_nothing_have_no_page(publisher: User) -> None:
    for key in ("review", "nonsense"):
        assert client_of(publisher).get(f"{HOME}needs/{key}/").status_code == 404


def test_auditor_reads_everything_and_is_asked_for_nothing(arcadia: ElectionCenter) -> None:
    client = client_of(person(Role.AUDITOR, arcadia.jurisdiction))

    html = client.get(HOME).content.decode()

    assert "reads everything here and changes nothing" in html
    assert "What waits for you" not in client.get("/staff/").content.decode()


@pytest.mark.parametrize(
    ("checked", "polling", "due"),
    [
        ("2030-10-01", None, True),
        ("2030-10-03", None, False),
        ("2031-02-15", "2031-05-20", True),
        ("2031-03-05", "2031-05-20", False),
        ("2031-02-15", "2031-09-20", False),
        ("2031-02-15", "2031-03-01", False),
        ("2031-02-15", "2031-04-01", True),
    ],
)
def test_facts_are_due_twice_a_year_and_monthly_while_an_election_is_near(
    checked: str, polling: str | None, due: bool
) -> None:
    day = dt.date.fromisoformat(polling) if polling else None

    assert review_due(dt.date.fromisoformat(checked), TODAY, day) is due


def test_confirmation_counts_as_a_look(arcadia: ElectionCenter) -> None:
    authority = TrustedSourceFactory(center=arcadia).organisation
    AnswerFactory(
        center=arcadia, body_de="Alt.", verified_on=dt.date(2029, 1, 1), confirmation="confirmed",
        confirmed_on=dt.date(2031, 3, 1), confirmed_by=authority,
    )  # fmt: skip

    overview = overview_of(arcadia.jurisdiction)

    assert overview.stale == []
    assert overview.unconfirmed == []


def test_elections_lack_dates_only_when_they_should_have_them(arcadia: ElectionCenter) -> None:
    place = arcadia.jurisdiction
    expected: dict[str, Any] = {"jurisdiction": place, "status": "expected", "date_basis": "window"}
    ElectionFactory(
        key="xa.president.2031", expected_from=dt.date(2031, 10, 1), expected_to=dt.date(2031, 11, 1), **expected
    )
    ElectionFactory(
        key="xa.local.2034", expected_from=dt.date(2034, 10, 1), expected_to=dt.date(2034, 11, 1), **expected
    )
    dated = ElectionFactory(jurisdiction=place, key="xa.parliament.2031")
    RoundFactory(election=dated, days=[dt.date(2031, 9, 7)])

    assert dict(overview_of(place).undated) == {
        "election:xa.president.2031": "no polling day yet",
        "election:xa.parliament.2031": "no key dates",
    }
    KeyDateFactory(election=dated, day=dt.date(2031, 8, 1))
    assert [one.record for one in overview_of(place).undated] == ["election:xa.president.2031"]


def test_score_is_made_of_its_parts(arcadia: ElectionCenter) -> None:
    place = arcadia.jurisdiction
    place.languages = ["de", "fr"]
    place.save()
    assert {part.key: part.done for part in overview_of(place).parts} == {
        "answers": 0, "dates": 0, "sources": 1, "confirmed": 0,
    }  # fmt: skip
    empty = overview_of(place).score
    authority = TrustedSourceFactory(center=arcadia, purposes=["registration", "results", "information"]).organisation
    for question in Question:
        AnswerFactory(
            center=arcadia, question=question, body_de="Ja.", body_fr="Oui.", confirmation="confirmed",
            confirmed_on=dt.date(2031, 3, 1), confirmed_by=authority,
        )  # fmt: skip

    full = overview_of(place)

    assert full.score == 100
    assert empty < 50
    assert [part.percent for part in full.parts] == [100, 100, 100, 100]
    Answer.objects.filter(question="when").update(body_fr=None)
    assert 98 <= overview_of(place).score < 100, "what is not complete never reads as complete"
    assert [one.languages for one in overview_of(place).untranslated] == [("fr",)]


def test_citizens_of_the_union_are_no_question_elsewhere(arcadia: ElectionCenter) -> None:
    outside = JurisdictionFactory(code="xc", parent=None)

    assert len(overview_of(arcadia.jurisdiction).questions) == len(Question)
    assert "eu_citizens_living_here" not in overview_of(outside).questions


@on("2031-04-01 12:00")
def test_outdated_translations_are_counted_and_lead_to_their_language(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    AnswerFactory(center=arcadia, question="where", body_de="Alt.", body_fr="Vieux.", body_hu="Régi.", body_en="")
    AnswerFactory(center=arcadia, question="when", body_de="Alt.", body_fr="Vieux.", body_en="")
    election = ElectionFactory(
        jurisdiction=arcadia.jurisdiction, key="xa.parliament.2031", name_de="Wahl", name_fr="Élection", name_en=""
    )
    RoundFactory(election=election, days=[dt.date(2031, 9, 7)])
    KeyDateFactory(
        jurisdiction=arcadia.jurisdiction, day=dt.date(2031, 8, 1), note_de="Bis zum Abend", note_fr="Jusqu’au soir"
    )
    client = client_of(publisher)
    assert line(client.get(HOME).content.decode(), "Outdated translations") == ""

    for change in (
        wish("answer:xa/where", body_de="Neu."),
        wish("election:xa.parliament.2031", name_de="Andere Wahl"),
    ):
        proposal_approve(proposal=proposed(curator, change), by=publisher, revision=1)

    assert line(client.get(HOME).content.decode(), "Outdated translations") == "2"
    html = client.get(f"{HOME}needs/outdated/").content.decode()
    assert f"outdated in {LANGUAGE_NAMES['fr']}, {LANGUAGE_NAMES['hu']}" in html
    assert "/staff/centers/xa/translations/?language=fr&amp;show=outdated" in html
    there = client.get(f"{HOME}translations/?language=fr&show=outdated").content.decode()
    assert "Vieux." in there, "the page it leads to shows it"
    overview = overview_of(arcadia.jurisdiction)
    assert [one.record for one in overview.outdated] == ["answer:xa/where", "election:xa.parliament.2031"]


@on("2031-04-01 12:00")
def test_broken_links_of_all_records_are_counted_once(arcadia: ElectionCenter, publisher: User) -> None:
    place, now = arcadia.jurisdiction, timezone.now()
    for number in range(4):
        url = f"https://gone.example.org/{number}"
        Link.objects.create(
            url=url, host="gone.example.org", due_at=now, failures=3, failing_since=now, broken_since=now
        )
    election = ElectionFactory(jurisdiction=place, key="xa.parliament.2031", source_url="https://gone.example.org/0")
    KeyDateFactory(
        election=election, jurisdiction=place, day=dt.date(2031, 8, 1), source_url="https://gone.example.org/1"
    )
    AnswerFactory(center=arcadia, body_de="Alt.", source_url="https://gone.example.org/2")
    TrustedSourceFactory(center=arcadia, url="https://gone.example.org/2")

    assert overview_of(place).broken == {f"https://gone.example.org/{number}" for number in range(3)}
    assert line(client_of(publisher).get(HOME).content.decode(), "Broken links") == "3"


@on("2031-04-01 12:00")
def test_desk_takes_a_bounded_number_of_queries(
    arcadia: ElectionCenter, curator: User, publisher: User, django_assert_num_queries: Any
) -> None:
    for question in ("where", "register", "when", "early"):
        AnswerFactory(center=arcadia, question=question, body_de="Alt.")
        proposed(curator, wish(f"answer:xa/{question}", body_de="Neu."))
    RoundFactory(election=ElectionFactory(jurisdiction=arcadia.jurisdiction), days=[dt.date(2031, 9, 7)])
    client = client_of(publisher)
    client.get(HOME)

    # Who asks, by which right, and the menu: five. The place: one. The desk: nine, however much waits.
    with django_assert_num_queries(15):
        client.get(HOME)
    with django_assert_num_queries(14):
        client.get(f"{HOME}needs/unanswered/")


def given_places(union: ElectionCenter, number: int) -> list[ElectionCenter]:
    codes = [f"x{chr(ord('a') + one)}" for one in range(number)]
    places = [
        JurisdictionFactory(code=code, name=f"Place {one}", parent=union.jurisdiction)
        for one, code in enumerate(codes)
    ]  # fmt: skip
    return [CenterFactory(jurisdiction=place) for place in places]


@on("2031-04-01 12:00")
def test_desks_of_all_places_are_listed_in_a_bounded_number_of_queries(
    union: ElectionCenter, django_assert_max_num_queries: Any
) -> None:
    places = given_places(union, 26)
    for center in places:
        AnswerFactory(center=center, body_de="Alt.")
    member = person(Role.PUBLISHER, None)
    proposed(person(Role.CURATOR, places[7].jurisdiction), wish(f"answer:{places[7]}/register", body_de="Neu."))
    client = client_of(member)

    with django_assert_max_num_queries(20):
        html = client.get("/staff/centers/").content.decode()
    assert html.index("Place 7") < html.index("Place 0"), "where a decision waits comes first"
    assert "27 desks" in html
    by_name = client.get("/staff/centers/?sort=name").content.decode()
    assert by_name.index("Place 0") < by_name.index("Place 7")
    assert client.get("/staff/centers/?sort=nonsense").status_code == 200
    with django_assert_max_num_queries(20):
        home = client.get("/staff/").content.decode()
    assert "<strong>1</strong> to review" in home
    assert "/staff/centers/xh/proposals/?show=open&amp;whose=others" in home


def test_member_of_one_place_is_taken_to_its_desk(publisher: User) -> None:
    assert client_of(publisher).get("/staff/centers/")["Location"] == HOME
