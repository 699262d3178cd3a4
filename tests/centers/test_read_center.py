"""A centre's page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from centers.models import ElectionCenter, Jurisdiction, Question
from centers.pagecache import center_touch, publications
from electioncenters.languages import LANGUAGE_CODES
from tests.centers.conftest import on
from tests.factories import (
    CHECKED,
    AnswerFactory,
    ElectionFactory,
    KeyDateFactory,
    LocalRulesFactory,
    OrganisationFactory,
    RoundFactory,
    TrustedSourceFactory,
)

pytestmark = pytest.mark.django_db
POLLING = dt.date(2031, 6, 8)


def _page(client: Client, language: str = "en", code: str = "xa") -> str:
    response = client.get(f"/{language}/centers/{code}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def given_called_election(center: ElectionCenter, *days: dt.date) -> None:
    election = ElectionFactory(jurisdiction=center.jurisdiction)
    for number, day in enumerate(days, start=1):
        RoundFactory(election=election, number=number, days=[day])


@on("2031-06-01 12:00")
def test_next_election_shows_date_and_days_left_when_called(client: Client, arcadia: ElectionCenter) -> None:
    given_called_election(arcadia, POLLING, dt.date(2031, 6, 22))
    html = _page(client)
    assert '<time datetime="2031-06-08">Sunday' in html
    assert "in <strong>7</strong> days" in html
    assert "Second round" in html
    assert '<time datetime="2031-06-22">' in html


@on("2031-06-07 22:30")
def test_days_left_follow_the_clock_of_the_place(client: Client, arcadia: ElectionCenter) -> None:
    """At 22:30 UTC it is already polling day in Vienna, and not yet on the Azores."""
    given_called_election(arcadia, POLLING)
    assert "Today" in _page(client)
    Jurisdiction.objects.filter(code="xa").update(time_zones=["Atlantic/Azores"])
    center_touch(codes=["xa"])
    publications.forget()
    assert "in <strong>1</strong> day" in _page(client)


@on("2031-01-01 12:00")
@pytest.mark.parametrize(
    ("period", "basis", "words"),
    [
        (
            ("2031-05-01", "2031-06-30"),
            "window",
            "Expected between 1 May 2031 and 30 June 2031; not yet officially called.",
        ),
        (("2031-06-08", "2031-06-08"), "window", "2031 by law or custom; not yet officially called."),
        (("2031-01-01", "2031-06-30"), "deadline", "At the latest by 30 June 2031; not yet officially called."),
    ],
)
def test_expected_election_is_told_in_words_and_not_counted_down(
    client: Client, arcadia: ElectionCenter, period: tuple[str, str], basis: str, words: str
) -> None:
    ElectionFactory(
        jurisdiction=arcadia.jurisdiction,
        status="expected",
        expected_from=dt.date.fromisoformat(period[0]),
        expected_to=dt.date.fromisoformat(period[1]),
        date_basis=basis,
    )
    html = _page(client)
    assert words in html
    assert 'class="count"' not in html


def test_page_says_so_and_links_the_authority_when_no_date_is_known(client: Client, arcadia: ElectionCenter) -> None:
    html = _page(client)
    assert "No date is known yet." in html
    assert "https://wahl.example.org/" in html


@on("2031-06-01 12:00")
def test_indirect_election_does_not_lead_the_page(client: Client, arcadia: ElectionCenter) -> None:
    indirect = ElectionFactory(jurisdiction=arcadia.jurisdiction, is_indirect=True, name_en="Assembly of sages")
    RoundFactory(election=indirect, days=[dt.date(2031, 6, 3)])
    given_called_election(arcadia, POLLING)
    html = _page(client)
    assert html.index("Parliamentary election of Arcadia") < html.index("Assembly of sages")
    assert "An assembly elects; voters do not take part." in html


@on("2031-06-01 12:00")
def test_cancelled_election_is_named_and_not_counted_down(client: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, status="cancelled")
    RoundFactory(election=election, days=[POLLING], status="cancelled")
    html = _page(client)
    assert "Cancelled" in html
    assert "The date of 8 June 2031 no longer holds." in html
    assert 'class="count"' not in html


@on("2031-06-10 12:00")
def test_results_come_first_when_voting_is_over(client: Client, arcadia: ElectionCenter) -> None:
    given_called_election(arcadia, POLLING)
    for question in (Question.REGISTER, Question.RESULTS):
        AnswerFactory(center=arcadia, question=question)
    html = _page(client)
    assert "Voting has ended" in html
    assert html.index('id="results"') < html.index('id="register"')


@on("2031-06-01 12:00")
def test_union_s_election_is_on_the_page_of_a_member(client: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(
        jurisdiction=arcadia.jurisdiction.parent,
        key="eu.ep.2031",
        name_en="Union-wide election",
        type="european_parliament",
    )
    RoundFactory(election=election, days=[POLLING])
    assert "Union-wide election" in _page(client)


def test_answer_shows_source_date_and_confirmation(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, source_url="https://wahl.example.org/register", source_name="Board of Arcadia")
    html = _page(client)
    assert '<a href="https://wahl.example.org/register">Board of Arcadia</a>' in html
    assert '<time datetime="2031-03-01">1 March 2031</time>' in html
    assert "Compiled from public sources, not yet confirmed by Arkadische Wahlbehörde" in html


def test_answer_names_who_confirmed_it(client: Client, arcadia: ElectionCenter) -> None:
    board = OrganisationFactory(name="Board of Arcadia")
    AnswerFactory(center=arcadia, confirmation="confirmed", confirmed_by=board, confirmed_on=CHECKED)
    assert "Confirmed by Board of Arcadia on 1 March 2031" in _page(client)


def test_answer_in_another_language_is_marked(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, body_en=None, body_de="Man wird eingetragen.")
    html = _page(client, "fr")
    assert '<div lang="de" dir="ltr"><p>Man wird eingetragen.</p></div>' in html
    assert "allemand" in html


def test_answer_in_the_page_s_language_is_not_marked(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, body_de="Man wird eingetragen.")
    html = _page(client, "de")
    assert "<div><p>Man wird eingetragen.</p></div>" in html
    assert 'class="note"' not in html


def test_machine_draft_is_marked(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, translation_origin={"en": "machine"})
    assert "Translated by machine, not yet checked by a person." in _page(client)


def test_text_is_shown_as_text(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, body_en="<img src=x onerror=alert(1)>\n\nSecond paragraph.")
    html = _page(client)
    assert "<img" not in html
    assert "<p>Second paragraph.</p>" in html


def test_unanswered_questions_point_to_the_authority(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, question=Question.REGISTER)
    html = _page(client)
    unanswered = html[html.index("Not answered here yet") :]
    assert "Can I vote by post?" in unanswered
    assert "How do I register?" not in unanswered
    assert "https://wahl.example.org/" in unanswered


def test_rules_of_the_last_european_election_name_their_year(client: Client, arcadia: ElectionCenter) -> None:
    LocalRulesFactory(jurisdiction=arcadia.jurisdiction, election__jurisdiction=arcadia.jurisdiction.parent)
    html = _page(client)
    assert "These rules held for the European election of 2024." in html
    assert "<dt>Voting age</dt><dd>17</dd>" in html
    assert "51.25%" in html
    assert "<dt>Vote online</dt>" not in html


def test_sources_stand_in_order_with_badges(client: Client, arcadia: ElectionCenter) -> None:
    checker = OrganisationFactory(name="Faktum Arkadien", name_en="Faktum Arkadien", kind="fact_checker")
    TrustedSourceFactory(
        center=arcadia, organisation=checker, kind="fact_checker", networks=["IFCN"], purposes=[], title="Faktum"
    )
    html = _page(client)
    assert html.index("Electoral authorities") < html.index("Fact-checkers")
    assert '<abbr class="badge" title="International Fact-Checking Network">IFCN</abbr>' in html


@on("2031-05-01 12:00")
def test_key_date_known_to_the_minute_is_in_the_place_s_time(client: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction)
    RoundFactory(election=election, days=[POLLING])
    KeyDateFactory(election=election, instant=dt.datetime(2031, 5, 20, 22, 0, tzinfo=dt.UTC))
    html = _page(client)
    assert '<time datetime="2031-05-21">' in html
    assert "00:00" in html


def test_page_can_be_read_in_every_language_and_says_which(client: Client, arcadia: ElectionCenter) -> None:
    for language in LANGUAGE_CODES:
        response = client.get(f"/{language}/centers/xa/")
        assert response.status_code == 200
        assert response.headers["Content-Language"] == language
        direction = "rtl" if language == "ur" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">'.encode() in response.content


def test_page_offers_itself_in_every_language_its_own_first(client: Client, arcadia: ElectionCenter) -> None:
    html = _page(client, "mt")
    menu = html[html.index('class="languages"') :]
    assert menu.index('href="/de/centers/xa/"') < menu.index('href="/bg/centers/xa/"')
    assert html.count('rel="alternate" hreflang') == len(LANGUAGE_CODES) + 1
    assert 'rel="canonical" href="http://localhost:8000/mt/centers/xa/"' in html


def test_history_and_feed_list_what_was_published(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia)
    history = client.get("/en/centers/xa/history/").content.decode()
    assert "How do I register?" in history
    assert "1 March 2031" in history
    feed = client.get("/en/centers/xa/feed.atom")
    assert feed.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "How do I register?" in feed.content.decode()


@pytest.mark.parametrize(
    "path", ["/en/centers/xb/", "/en/centers/xb/history/", "/en/centers/XA/", "/en/centers/xb/feed.atom"]
)
def test_page_is_missing_when_there_is_no_centre(client: Client, arcadia: ElectionCenter, path: str) -> None:
    assert client.get(path).status_code == 404


def test_pages_take_no_writes(client: Client, arcadia: ElectionCenter) -> None:
    assert client.post("/en/centers/xa/").status_code == 405
