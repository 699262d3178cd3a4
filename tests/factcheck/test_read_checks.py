"""What fact-checkers found, as voters read it and as programs collect it."""

from __future__ import annotations

import datetime as dt
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import pytest
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.db import OperationalError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from centers.models import ElectionCenter
from centers.pagecache import publications
from electioncenters.languages import LANGUAGE_CODES
from factcheck.claimreview import SCALE, json_ld
from factcheck.models import Assessment, Claim, Rating
from factcheck.rating_names import rating_word_in
from factcheck.services.assessment_give import Finding, assessment_withdraw
from factcheck.services.assessment_stand import assessment_stand
from factcheck.services.claim_merge import claim_merge, claim_part
from factcheck.slugs import claim_path, claim_slug, slug_range
from tests.factcheck.checks import ARTICLE, given_claim, given_finding
from tests.factcheck.markup import review_check, reviews_of
from tests.factcheck.partners import given_checker, given_partner

pytestmark = pytest.mark.django_db
LIST = "/en/factcheck/checks/"
FEED = "/api/v1/factcheck/claimreviews/"
ATOM = "{http://www.w3.org/2005/Atom}"


def fresh(client: Client, path: str, **options: Any) -> Any:
    """As a reader gets it a second after a change."""
    publications._stale_at = 0
    return client.get(path, **options)


def page_of(client: Client, path: str) -> str:
    answer = fresh(client, path)
    assert answer.status_code == HTTPStatus.OK, path
    return " ".join(answer.content.decode().split())


def test_page_shows_each_finding_under_its_own_name(client: Client, arcadia: ElectionCenter) -> None:
    claim = given_claim(seen_at="https://videos.example/watch/1")
    given_finding(claim, given_partner(), evidence=["https://register.example/law"])
    given_finding(claim, given_partner("Other Desk"), rating="true", language="en", explanation="It did close.")
    page = page_of(client, claim_path(claim, "en"))
    assert '<q lang="de" dir="ltr">Das Register ist geschlossen.</q>' in page
    assert "Fact-checkers come to different results." in page
    desk, other = page.index("Fablonia Fact Desk"), page.index("Other Desk")
    assert desk != other
    assert '<div class="finding-why" lang="de" dir="ltr"><p>Das Register schloss erst' in page
    assert '<div class="finding-why" lang="en" dir="ltr"><p>It did close.' in page
    assert f'href="{ARTICLE}"' in page
    assert ">register.example</a>" in page
    assert "videos.example" in page
    assert "https://videos.example/watch/1</" not in page
    assert "Arcadia" in page.split("Where it spread")[1]
    assert "noindex" not in page


def test_page_in_another_language_says_the_rating_in_it_and_leaves_the_rest_as_it_was_written(
    client: Client, arcadia: ElectionCenter
) -> None:
    claim = given_claim()
    given_finding(claim, given_partner(), rating="missing_context")
    page = page_of(client, claim_path(claim, "ur"))
    assert 'lang="ur" dir="rtl"' in page
    assert '<div class="finding-why" lang="de" dir="ltr">' in page


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_page_is_there_in_every_language(client: Client, arcadia: ElectionCenter, language: str) -> None:
    claim = given_claim()
    given_finding(claim, given_partner())
    assert fresh(client, claim_path(claim, language)).headers["Content-Language"] == language


def test_correction_is_told_whether_replaced_or_withdrawn(client: Client, arcadia: ElectionCenter) -> None:
    claim, partner = given_claim(), given_partner()
    user = given_checker(partner)
    given_finding(claim, partner, user)
    given_finding(claim, partner, user, rating="partly_false")
    page = page_of(client, claim_path(claim, "en"))
    assert "Replaced by a newer finding of the same fact-checker." in page.split("What was corrected")[1]
    assert "<s>False</s>" in page
    standing = claim.assessments.get(ended_at=None)
    assessment_withdraw(assessment=standing, by=user, reason="Quelle <b>falsch</b>.")
    page = page_of(client, claim_path(claim, "en"))
    assert "Nobody stands by a finding any more." in page
    assert '<q lang="de" dir="ltr">Quelle &lt;b&gt;falsch&lt;/b&gt;.</q>' in page
    assert '<meta name="robots" content="noindex">' in page
    assert reviews_of(page) == []


def test_claim_nobody_has_looked_at_is_nobodys_business(client: Client, arcadia: ElectionCenter) -> None:
    claim = given_claim()
    assert fresh(client, claim_path(claim, "en")).status_code == HTTPStatus.NOT_FOUND
    given_finding(given_claim("Etwas anderes ganz und gar."), given_partner())
    assert "Das Register" not in page_of(client, LIST)


@pytest.mark.parametrize(
    "slug", ["nothing-of-the-kind", "a" * 12, "0123456789ab", "x-0123456789ab", "%00-0123456789ab"]
)
def test_address_of_no_claim_is_not_found(client: Client, arcadia: ElectionCenter, slug: str) -> None:
    assert fresh(client, f"/en/factcheck/{slug}/").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Das Register ist ZU!", "das-register-ist-zu"),
        ("Гласуването е отменено.", "гласуването-е-отменено"),
        ("ووٹ نہیں دے سکتے", "ووٹ-نہیں-دے-سکتے"),
        ("Look: https://bad.example/path now", "look-now"),
        ("Word " * 40, "-".join(["word"] * 12)),
        ("!!!", ""),
        ("x" * 200, ""),
    ],
)
def test_address_is_made_of_the_claims_words_and_a_short_id(text: str, words: str) -> None:
    claim = Claim(text=text)
    slug = claim_slug(claim)
    assert slug == "-".join(part for part in (words, claim.public_id.hex[:12]) if part)
    found = slug_range(slug)
    assert found
    assert found[0] <= claim.public_id <= found[1]


def test_address_with_former_words_leads_on(client: Client, arcadia: ElectionCenter) -> None:
    claim = given_claim()
    given_finding(claim, given_partner())
    before = claim_path(claim, "fr")
    Claim.objects.filter(pk=claim.pk).update(text="Das Wählerregister ist zu.")
    claim.refresh_from_db()
    answer = fresh(client, before)
    assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answer["Location"] == quote(claim_path(claim, "fr"))
    assert "max-age=60" in answer["Cache-Control"]
    assert fresh(client, answer["Location"]).status_code == HTTPStatus.OK


def test_copy_leads_to_its_claim_until_it_is_none(client: Client, arcadia: ElectionCenter) -> None:
    claim, copy = given_claim(), given_claim("Das Register ist schon zu.", seen_at="https://other.example/2")
    given_finding(claim, given_partner())
    claim_merge(claim=copy, into=claim, by=None)
    copy.refresh_from_db()
    answer = fresh(client, claim_path(copy, "en"))
    assert answer.status_code == HTTPStatus.FOUND
    page = page_of(client, answer["Location"])
    assert "other.example" in page
    assert reviews_of(page)[0]["itemReviewed"]["appearance"] == [
        {"@type": "CreativeWork", "url": "https://other.example/2"}
    ]
    claim_part(claim=copy, by=None)
    assert fresh(client, claim_path(copy, "en")).status_code == HTTPStatus.NOT_FOUND
    assert "other.example" not in page_of(client, claim_path(claim, "en"))


def test_markup_holds_what_readers_of_fact_checks_require(client: Client, arcadia: ElectionCenter) -> None:
    claim = given_claim(seen_at="https://videos.example/watch/1")
    given_finding(claim, given_partner())
    given_finding(claim, given_partner("Other Desk"), rating="true", article_url="", evidence=["https://law.example/1"])
    answer = fresh(client, claim_path(claim, "en"))
    found = reviews_of(answer.content.decode())
    host = settings.PUBLIC_URL.split("/")[2].split(":")[0]
    for review in found:
        review_check(review, host)
    by_author = {review["author"]["name"]: review for review in found}
    desk = by_author["Fablonia Fact Desk"]
    assert desk["claimReviewed"] == "Das Register ist geschlossen."
    assert desk["sameAs"] == ARTICLE
    assert desk["url"].startswith(f"{settings.PUBLIC_URL}/en/factcheck/")
    assert desk["reviewRating"]["alternateName"] == rating_word_in("false", "de")
    assert by_author["Other Desk"]["reviewRating"]["ratingValue"] == 5
    # A data block is not executed, so the strict policy stays as it is everywhere.
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("values", "is_exported"),
    [
        ({"rating": "satire"}, True),
        ({"rating": "unverifiable"}, True),
        ({"rating": "unverifiable", "article_url": ""}, False),
        ({"rating": "not_checkable"}, False),
    ],
)
def test_only_checks_that_can_be_looked_up_are_exported(
    client: Client, arcadia: ElectionCenter, values: dict[str, Any], is_exported: bool
) -> None:
    claim = given_claim()
    given_finding(claim, given_partner(), **values)
    found = reviews_of(page_of(client, claim_path(claim, "en")))
    assert len(found) == is_exported
    for review in found:
        review_check(review)
    assert len(fresh(client, FEED).json()["dataFeedElement"]) == is_exported


def test_every_rating_that_rates_has_a_place_on_a_scale() -> None:
    assert set(SCALE) == set(Rating) - {Rating.NOT_CHECKABLE}
    assert all(scale.worst <= scale.value <= scale.best for scale in SCALE.values())


BREAKING = "</script><script>alert(1)</script><!-- & \u2028 ]]> \" ' \\"


def test_no_text_breaks_out_of_the_markup(client: Client, arcadia: ElectionCenter) -> None:
    claim = given_claim(BREAKING)
    given_finding(claim, given_partner(), explanation=BREAKING)
    page = fresh(client, claim_path(claim, "en")).content.decode()
    assert "<script>alert" not in page
    assert page.lower().count("</script") == 2
    (review,) = reviews_of(page)
    assert review["claimReviewed"] == BREAKING
    assert review["reviewRating"]["ratingExplanation"] == BREAKING
    assert json.loads(json_ld([{"a": BREAKING}])) == {"a": BREAKING}


def test_change_is_visible_at_once(client: Client, arcadia: ElectionCenter) -> None:
    claim, partner = given_claim(), given_partner()
    user = given_checker(partner)
    assert "Das Register" not in page_of(client, LIST)
    given_finding(claim, partner, user)
    assert "Das Register" in page_of(client, LIST)
    assert "Missing context" not in page_of(client, claim_path(claim, "en"))
    given_finding(claim, partner, user, rating="missing_context")
    assert "Missing context" in page_of(client, claim_path(claim, "en"))
    assessment_withdraw(assessment=claim.assessments.get(ended_at=None), by=user, reason="Irrtum.")
    assert "Das Register" not in page_of(client, LIST)
    assert fresh(client, FEED).json()["dataFeedElement"] == []


@pytest.mark.parametrize("path", ["", "list", "atom", "json"])
def test_pages_are_kept_like_all_voters_pages(
    client: Client,
    arcadia: ElectionCenter,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    claim = given_claim()
    given_finding(claim, given_partner())
    address = {"list": f"{LIST}?country=xa", "atom": f"{LIST}feed.atom", "json": FEED}.get(
        path, claim_path(claim, "en")
    )
    answer = client.get(address)
    assert "public, max-age=60" in answer["Cache-Control"]
    assert not answer.cookies
    publications._stale_at = float("inf")
    with django_assert_num_queries(0):
        assert client.get(address).content == answer.content
    kept = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert kept.status_code == HTTPStatus.NOT_MODIFIED
    if path in {"atom", "json"}:
        since = {"if-modified-since": answer["Last-Modified"]}
        assert client.get(address, headers=since).status_code == HTTPStatus.NOT_MODIFIED


def test_page_says_so_when_the_database_is_away(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(LIST)

    def away(*_: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("factcheck.views.checks._claim_at", away)
    monkeypatch.setattr("factcheck.api.claimreviews._render", away)
    monkeypatch.setattr("factcheck.views.checks.claims_search", away)
    assert client.get("/en/factcheck/x-0123456789ab/").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert client.get(f"{LIST}?q=register").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    answer = client.get(FEED)
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["Content-Type"] == "application/problem+json"


def test_list_is_narrowed_by_country_language_and_rating(client: Client, arcadia: ElectionCenter) -> None:
    partner = given_partner(languages=["de", "en"])
    given_finding(given_claim("Erstes Gerücht."), partner)
    given_finding(given_claim("Zweites Gerücht."), partner, language="en", rating="true")
    assert page_of(client, LIST).index("Zweites") < page_of(client, LIST).index("Erstes")
    assert "Zweites" not in page_of(client, f"{LIST}?rating=false")
    assert "Erstes" not in page_of(client, f"{LIST}?language=en")
    assert "No fact-check fits." in page_of(client, f"{LIST}?language=en&rating=false")
    assert "Erstes" in page_of(client, f"{LIST}?country=xa")
    assert "No fact-check fits." in page_of(client, f"{LIST}?country=eu")
    assert 'content="noindex"' in page_of(client, f"{LIST}?country=xa")
    assert 'content="noindex"' not in page_of(client, LIST)


def test_list_has_pages_of_few_queries(
    client: Client, arcadia: ElectionCenter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    partner = given_partner()
    for number in range(23):
        given_finding(given_claim(f"Gerücht Nummer {number:02}."), partner)
    publications._stale_at = 0
    with django_assert_max_num_queries(12):
        first = client.get(LIST).content.decode()
    assert "Nummer 22" in first
    assert "Nummer 02" not in first
    assert 'href="?page=2"' in first
    second = page_of(client, f"{LIST}?page=2&country=xa")
    assert "Nummer 02" in second
    assert 'href="?country=xa&amp;page=1"' in second


@pytest.mark.parametrize(
    "query", ["page=0", "page=2", "page=x", "page=9999999", "country=zz", "language=xx", "rating=mostly", "page=%00"]
)
def test_list_of_what_there_is_not_is_not_found(client: Client, arcadia: ElectionCenter, query: str) -> None:
    assert fresh(client, f"{LIST}?{query}").status_code == HTTPStatus.NOT_FOUND


def test_list_is_empty_before_anything_was_found(client: Client, arcadia: ElectionCenter) -> None:
    assert "No fact-check has been published here yet." in page_of(client, LIST)
    assert fresh(client, f"{LIST}feed.atom").status_code == HTTPStatus.OK
    assert fresh(client, FEED).json()["dataFeedElement"] == []


@pytest.mark.parametrize("address", [f"{LIST}feed.atom", FEED])
def test_reader_that_asks_by_date_gets_what_carries_an_older_date(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    partner = given_partner()
    given_finding(given_claim("Erstes Gerücht."), partner)
    since = {"if-modified-since": fresh(client, address)["Last-Modified"]}
    assert fresh(client, address, headers=since).status_code == HTTPStatus.NOT_MODIFIED
    later = timezone.now() + dt.timedelta(seconds=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    finding = Finding("false", "Nein.", "de", ARTICLE)
    old = later - dt.timedelta(days=30)
    with transaction.atomic():
        assessment_stand(claim=given_claim("Altes."), partner=partner, by=None, finding=finding, published_at=old)
    assert "Altes." in fresh(client, address, headers=since).content.decode()


def test_atom_tells_findings_and_corrections(client: Client, arcadia: ElectionCenter) -> None:
    claim, partner = given_claim(), given_partner()
    user = given_checker(partner)
    given_finding(claim, partner, user)
    (entry,) = fromstring(fresh(client, f"{LIST}feed.atom").content).iter(f"{ATOM}entry")
    name = entry.findtext(f"{ATOM}id")
    assert entry.findtext(f"{ATOM}title") == "Fablonia Fact Desk: False – Das Register ist geschlossen."
    assert entry.find(f"{ATOM}link").get("href") == settings.PUBLIC_URL + claim_path(claim, "en")
    assessment_withdraw(assessment=claim.assessments.get(), by=user, reason="Irrtum.")
    (entry,) = fromstring(fresh(client, f"{LIST}feed.atom").content).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == name
    assert "Irrtum." in entry.findtext(f"{ATOM}content")


def test_feed_of_all_names_the_partners_articles(client: Client, arcadia: ElectionCenter) -> None:
    claim = given_claim()
    given = given_finding(claim, given_partner())
    document = fresh(client, FEED).json()
    assert document["@type"] == "DataFeed"
    (element,) = document["dataFeedElement"]
    assert dt.datetime.fromisoformat(element["dateCreated"]) == given.given_at
    (review,) = element["item"]
    review_check(review)
    assert review["url"] == ARTICLE
    assert review["@id"] == f"{settings.PUBLIC_URL}{claim_path(claim, 'en')}#check-{given.pk}"
    assert fresh(client, f"{FEED}?country=XA").json()["dataFeedElement"]
    assert not fresh(client, f"{FEED}?country=eu").json()["dataFeedElement"]


def test_feed_of_all_goes_on_where_it_ended(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factcheck.api.claimreviews.PER_PAGE", 2)
    partner = given_partner()
    for number in range(5):
        given_finding(given_claim(f"Gerücht {number}."), partner)
    seen, address = [], f"{FEED}?country=xa"
    while address:
        document = fresh(client, address.removeprefix(settings.PUBLIC_URL)).json()
        seen += [one["item"][0]["claimReviewed"] for one in document["dataFeedElement"]]
        address = document.get("next", "")
    assert seen == [f"Gerücht {number}." for number in (4, 3, 2, 1, 0)]
    assert Assessment.objects.count() == 5


@pytest.mark.parametrize(
    ("query", "field"), [("country=zz", "country"), ("before=x", "before"), ("before=0", "before")]
)
def test_feed_of_all_refuses_what_it_cannot_read(
    client: Client, arcadia: ElectionCenter, query: str, field: str
) -> None:
    answer = fresh(client, f"{FEED}?{query}")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert [error["field"] for error in answer.json()["errors"]] == [field]
