"""Partners' own checks are read from their feeds: taken, held, refused, corrected, and never guessed."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, Role
from accounts.models.organisation import Vetting
from centers.models import ElectionCenter
from centers.services.links_wake import links_woken
from factcheck.models import (
    Assessment,
    Claim,
    ClaimOffer,
    FeedArticle,
    FeedRun,
    FeedSource,
    ImportedReview,
    Origin,
    Rating,
    RatingWord,
)
from factcheck.ratings import rating_of
from factcheck.services import feed_read as reading
from factcheck.services.assessment_give import assessment_withdraw
from factcheck.services.claim_merge import claim_merge
from factcheck.services.feed_read import LONGEST_BACK_OFF, READ_EVERY, feed_read, feeds_read
from factcheck.services.feed_source import MOST, feed_add, feed_ask, feed_pause
from factcheck.services.feed_wake import feeds_wake, feeds_woken
from factcheck.services.rating_word_map import rating_word_add, rating_word_map
from factcheck.services.review_take import review_settle, reviews_retry
from factcheck.slugs import claim_path
from tests.factcheck.checks import given_claim, given_finding
from tests.factcheck.partners import given_checker, given_partner
from tests.factcheck.sites import HOST, Clock, Site, given_feed, given_fetcher, review
from tests.factcheck.test_read_checks import page_of
from tests.members import given_member
from tests.servers import Answering, http_server

pytestmark = pytest.mark.django_db
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><title>&c;</title></channel></rss>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<rss><channel><item><title>&x;</title></item></channel></rss>"
)


@pytest.fixture
def site(arcadia: ElectionCenter) -> Iterator[Site]:
    with http_server() as server:
        yield Site(server)


def read(feed: FeedSource, clock: Clock | None = None) -> FeedRun:
    """As a worker does half an hour later."""
    feed.refresh_from_db()
    return feed_read(source=feed, fetcher=given_fetcher(clock))


def later(monkeypatch: pytest.MonkeyPatch, **span: Any) -> None:
    moment = timezone.now() + dt.timedelta(**span)
    monkeypatch.setattr(timezone, "now", lambda: moment)


# What is taken ------------------------------------------------------------------------------------------------------


def test_article_becomes_a_claim_with_the_partners_assessment(client: Client, site: Site) -> None:
    address = site.article("/a", review(rating={"alternateName": "Partly  FALSE"}))
    site.rss("/a")
    run = read(given_feed(site))
    assert (run.outcome, run.entries, run.fetched, run.taken) == ("read", 1, 1, 1)
    claim = Claim.objects.get()
    assert (claim.text, claim.language, claim.countries) == ("Das Register ist geschlossen.", "de", ["xa"])
    assert (claim.origin, claim.seen_at) == (Origin.PARTNER, "https://videos.example/1")
    given = claim.assessments.get()
    assert (given.rating, given.article_url, given.given_by) == (Rating.PARTLY_FALSE, address, None)
    assert given.given_at.date() == dt.date(2021, 5, 30)
    page = page_of(client, claim_path(claim, "de"))
    assert "Das Register schloss erst eine Woche später." in page
    assert f'href="{address}"' in page


def test_partners_own_words_stand_beside_the_portals(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factcheck.services.review_take.rating_of", lambda *_, **__: Rating.FALSE)
    site.article("/a", review(rating={"alternateName": "Frei erfunden"}))
    site.rss("/a")
    read(given_feed(site))
    page = page_of(client, claim_path(Claim.objects.get(), "en"))
    assert 'In its own words: <q lang="de" dir="ltr">Frei erfunden</q>' in page
    assert '"alternateName":"Frei erfunden"' in page


def test_reading_again_changes_nothing(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    FeedArticle.objects.update(looked_at=None)
    run = read(feed)
    assert (run.fetched, run.taken, run.held, run.refused, run.missing) == (1, 0, 0, 0, 0)
    assert Claim.objects.count() == Assessment.objects.count() == ImportedReview.objects.count() == 1


def test_changed_article_rates_anew_and_the_former_finding_stays_in_the_history(client: Client, site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    site.article("/a", review(claimReviewed="Das Register ist schon geschlossen.", rating={"alternateName": "True"}))
    site.rss("/a", stamp="Tue, 03 Jun 2031 08:00:00 GMT")
    run = read(feed)
    assert run.taken == 1
    claim = Claim.objects.get()
    assert [(one.rating, one.ended_at is None) for one in claim.assessments.order_by("id")] == [
        ("false", False), ("true", True),
    ]  # fmt: skip
    assert "Replaced by a newer finding" in page_of(client, claim_path(claim, "en"))


def test_article_with_unmapped_words_is_held_and_never_guessed(site: Site) -> None:
    site.article("/a", review(rating={"alternateName": "Größtenteils falsch", "ratingValue": 2}))
    site.rss("/a")
    feed = given_feed(site)
    assert read(feed).held == 1
    row = ImportedReview.objects.get()
    assert (row.state, row.reason, row.detail) == ("held", "rating_unknown", "Größtenteils falsch")
    assert (row.rating_words, row.rating_value, row.worst_rating, row.best_rating) == (
        "Größtenteils falsch",
        "2",
        "1",
        "5",
    )
    assert not Claim.objects.exists()
    assert reviews_retry(partner=row.partner) == 0


def test_held_review_is_taken_once_its_words_are_mapped(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.article("/a", review(rating={"alternateName": "Größtenteils falsch"}))
    site.rss("/a")
    read(given_feed(site))
    monkeypatch.setattr("factcheck.services.review_take.rating_of", lambda *_, **__: Rating.PARTLY_FALSE)
    row = ImportedReview.objects.get()
    assert reviews_retry(partner=row.partner) == 1
    assert reviews_retry(partner=row.partner) == 0
    assert Assessment.objects.get().rating == Rating.PARTLY_FALSE


def test_finding_stands_while_its_article_says_what_nobody_has_mapped(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    site.article("/a", review(rating={"alternateName": "Eher nicht"}))
    FeedArticle.objects.update(looked_at=None, etag="")
    read(feed)
    row = ImportedReview.objects.get()
    assert (row.state, row.reason) == ("held", "rating_unknown")
    standing = Assessment.objects.get()
    assert (standing.word, standing.ended_at) == ("False", None)


def test_review_is_taken_when_somebody_says_what_its_words_stand_for(site: Site) -> None:
    site.article("/a", review(rating={"alternateName": "Größtenteils falsch", "ratingValue": 2}))
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    word = RatingWord.objects.get(partner=feed.partner)
    assert (word.word, word.rating) == ("Größtenteils falsch", "")

    assert rating_word_map(word=word, by=None, rating="partly_false") == 1

    given = Assessment.objects.get()
    assert (given.rating, given.word, given.partner) == ("partly_false", "Größtenteils falsch", feed.partner)
    assert ImportedReview.objects.get().state == "taken"
    assert not ClaimOffer.objects.exists()  # nobody was asked to check what its partner has checked


def test_what_people_said_of_a_word_comes_before_the_scales_own_names() -> None:
    partner = given_partner()
    rating_word_add(partner=partner, by=None, word="False", rating="missing_context")
    assert rating_of(partner, "FALSE") is Rating.MISSING_CONTEXT
    rating_word_add(partner=partner, by=None, word="2 (1-5)", rating="partly_false")
    assert rating_of(partner, "", value="2", worst="1", best="5") is Rating.PARTLY_FALSE
    assert rating_of(partner, "Kaum", value="2", worst="1", best="5") is None


@pytest.mark.parametrize(
    ("words", "rating"),
    [
        ("False", Rating.FALSE), ("  missing   CONTEXT ", Rating.MISSING_CONTEXT), ("satire", Rating.SATIRE),
        ("not_checkable", Rating.NOT_CHECKABLE),
        ("Cannot be verified", Rating.UNVERIFIABLE), ("Mostly false", None), ("Falsch", None), ("", None), ("1", None),
    ],
)  # fmt: skip
def test_only_the_portals_own_words_are_known_before_people_map_others(words: str, rating: Rating | None) -> None:
    assert rating_of(given_partner(), words, value="1", worst="1", best="5") is rating


def test_article_with_several_claims_keeps_them_apart(site: Site) -> None:
    one, other = review(claimReviewed="Die Wahl wurde verschoben."), review(claimReviewed="Es gibt keine Urnen mehr.")
    site.article("/a", {"@context": "https://schema.org", "@graph": [{"@type": "Article"}, one, other]})
    site.rss("/a")
    feed = given_feed(site)
    assert read(feed).taken == 2
    changed = other | {"reviewBody": "Es gibt sie noch."}
    site.article("/a", {"@graph": [changed, one]})
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).taken == 1
    assert sorted(Assessment.objects.filter(ended_at=None).values_list("claim__text", "explanation")) == [
        ("Die Wahl wurde verschoben.", "Das Register schloss erst eine Woche später."),
        ("Es gibt keine Urnen mehr.", "Es gibt sie noch."),
    ]


def test_vanished_article_withdraws_nothing_and_is_flagged(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    del site.pages["/a"]
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).missing == 1
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).missing == 0, "it is told once"
    assert ImportedReview.objects.get().missing_since
    assert Assessment.objects.get().ended_at is None
    site.article("/a", review())
    FeedArticle.objects.update(looked_at=None)
    read(feed)
    assert ImportedReview.objects.get().missing_since is None


def test_article_that_is_no_check_any_more_is_flagged(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    site.article("/a", {"@type": "NewsArticle"})
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).missing == 1


def test_article_that_fell_out_of_the_feed_is_still_looked_at_now_and_then(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.article("/a", review())
    site.article("/b")
    site.rss("/a", "/b")
    feed = given_feed(site)
    read(feed)
    later(monkeypatch, minutes=31)
    site.article("/c", review(claimReviewed="Etwas ganz Neues."))
    site.rss("/c")
    site.asked()
    read(feed)
    assert site.asked() == ["/feed", "/c"]
    later(monkeypatch, days=8)
    read(feed)
    assert site.asked() == ["/feed", "/c", "/a"]


# Whose it is, and what it is about ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"url": "https://other.example/a"},
        {"url": f"https://{HOST}.evil.example/a"},
        {"author": {"@type": "Organization", "name": "Other Desk", "url": "https://other.example/"}},
        {"author": [{"@type": "Organization", "name": "Other Desk", "url": "https://other.example/"}]},
    ],
)
def test_checks_of_somebody_else_are_not_taken(site: Site, values: dict[str, Any]) -> None:
    site.article("/a", review(**values))
    site.rss("/a")
    run = read(given_feed(site))
    assert (run.taken, run.refused) == (0, 1)
    assert "somebody else" in run.detail
    assert not ImportedReview.objects.exists()


def test_nobody_makes_us_call_on_third_parties(site: Site) -> None:
    other = site.article("/a", review(author={"name": "Fablonia Fact Desk"})).replace(HOST, "third-party.example")
    site.pages["/b"] = Answering(status=302, headers={"Location": other})
    site.rss("/b")
    body = site.pages["/feed"].body.replace(b"</channel>", f"<item><link>{other}</link></item></channel>".encode())
    site.pages["/feed"] = Answering(body=body)
    run = read(given_feed(site))
    assert run.taken == 0
    assert [got.headers["host"].split(":")[0] for got in site.server.received] == [HOST, HOST, "third-party.example"]
    assert set(FeedArticle.objects.values_list("error", flat=True)) == {"not_theirs"}


def test_claim_that_is_nearly_known_waits_for_a_person(site: Site) -> None:
    known = given_claim("Das Register ist schon geschlossen.")
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    assert read(feed).held == 1
    row = ImportedReview.objects.get()
    assert row.reason == "alike"
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).held == 0, "it waits once"
    operator = given_member(Role.OPERATOR)
    review_settle(review=row, by=operator, into=known)
    assert Claim.objects.count() == 1
    assert Assessment.objects.get().claim == known
    with pytest.raises(ValidationError):
        review_settle(review=row, by=operator, into=known)
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).taken == 0


def test_person_may_say_that_it_is_another_claim(site: Site) -> None:
    known = given_claim("Das Register ist schon geschlossen.")
    site.article("/a", review())
    site.rss("/a")
    read(given_feed(site))
    row = ImportedReview.objects.get()
    for stranger in (given_checker(given_partner("Other Desk"), name="otto"), given_member(Role.MODERATOR)):
        with pytest.raises(PermissionDenied):
            review_settle(review=row, by=stranger, into=None)
    review_settle(review=row, by=given_checker(row.partner), into=None)
    assert Assessment.objects.get().claim != known


def test_article_already_given_at_the_desk_is_the_same_finding(site: Site) -> None:
    feed = given_feed(site)
    claim = given_claim()
    address = f"{site.base}/a/?utm_source=desk#top"
    by_hand = given_finding(claim, feed.partner, article_url=address, explanation="Von Hand.")
    site.article("/a", review())
    site.rss("/a")
    assert read(feed).taken == 1
    assert Assessment.objects.get() == by_hand, "its people's own words stay"
    assert ImportedReview.objects.get().assessment == by_hand


def test_finding_somebody_gave_by_hand_is_not_overwritten(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    claim = Claim.objects.get()
    given_finding(claim, feed.partner, rating="true", article_url="https://elsewhere.example/b")
    site.article("/a", review(reviewBody="Anders gesagt."))
    FeedArticle.objects.update(looked_at=None)
    assert read(feed).held == 1
    row = ImportedReview.objects.get()
    assert row.reason == "other_finding"
    assert claim.assessments.get(ended_at=None).rating == "true"
    review_settle(review=row, by=given_member(Role.OPERATOR), into=None)
    assert claim.assessments.get(ended_at=None).explanation == "Anders gesagt."


def test_withdrawn_finding_does_not_come_back_by_itself(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    assessment_withdraw(assessment=Assessment.objects.get(), by=given_checker(feed.partner), reason="Irrtum.")
    FeedArticle.objects.update(looked_at=None)
    read(feed)
    assert Assessment.objects.get().ended_because == "Irrtum."


def test_review_of_a_claim_that_became_a_copy_goes_to_the_claim_it_is_of(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    copy, partner = Claim.objects.get(), feed.partner
    assessment_withdraw(assessment=Assessment.objects.get(), by=given_checker(partner), reason="Neu.")
    into = given_claim("Es ist zu, das Register.")
    claim_merge(claim=copy, into=into, by=None)
    site.article("/a", review(reviewBody="Anders gesagt."))
    FeedArticle.objects.update(looked_at=None)
    read(feed)
    assert Assessment.objects.get(ended_at=None).claim == into


# Other kinds of feeds -----------------------------------------------------------------------------------------------


def data_feed(*items: Any) -> dict[str, Any]:
    elements = [{"@type": "DataFeedItem", "item": one} for one in items]
    return {"@context": "https://schema.org", "@type": "DataFeed", "dataFeedElement": elements}


def test_data_feed_is_read_and_what_it_leaves_out_is_flagged(site: Site) -> None:
    one = review(url=f"{site.base}/1")
    other = review(url=f"{site.base}/2", claimReviewed="Es gibt keine Urnen mehr.", rating={"alternateName": "Satire"})
    site.json(data_feed([one], other, None, {"@type": "Article"}, "text"), ETag='"1"')
    feed = given_feed(site, "data_feed")
    run = read(feed)
    assert (run.entries, run.taken, run.fetched) == (2, 2, 0)
    site.pages["/feed"].status = lambda got: 304 if got.headers.get("if-none-match") == '"1"' else 200
    assert read(feed).outcome == "unchanged"
    site.json(data_feed([one]))
    assert read(feed).missing == 1
    assert Assessment.objects.filter(ended_at=None).count() == 2


def test_what_the_portal_itself_exports_can_be_imported(client: Client, site: Site) -> None:
    feed = given_feed(site, "data_feed")
    given_finding(given_claim(), feed.partner, article_url=f"{site.base}/1", rating="true", language="en")
    exported = json.loads(json.dumps(client.get("/api/v1/factcheck/claimreviews/").json()))
    ImportedReview.objects.all().delete()
    Assessment.objects.all().delete()
    Claim.objects.all().delete()
    site.json(exported)
    assert read(feed).taken == 1
    assert (Assessment.objects.get().rating, Assessment.objects.get().language) == ("true", "en")


def test_answer_of_claim_search_is_read_page_by_page(site: Site) -> None:
    def page(number: int, **more: Any) -> dict[str, Any]:
        found = {
            "publisher": {"name": "Fablonia Fact Desk", "site": HOST},
            "url": f"{site.base}/{number}",
            "title": "Nein, das Register ist offen",
            "reviewDate": "2021-05-30T10:15:00.123456789Z",
            "textualRating": "False",
            "languageCode": "de-AT",
        }
        other = found | {"publisher": {"name": "Other", "site": "other.example"}, "url": "https://other.example/x"}
        claim = {"text": f"Gerücht {'xyz'[number] * 9}", "claimant": "x", "claimReview": [found, other]}
        return {"claims": [claim], **more}

    site.json(page(0, nextPageToken="abc"))
    site.json(page(1), "/feed?pageToken=abc")
    run = read(given_feed(site, "claim_search"))
    assert (run.entries, run.taken, run.refused) == (4, 2, 2)
    given = Assessment.objects.order_by("id").first()
    assert given
    assert given.explanation == "Nein, das Register ist offen"
    assert given.language == "de"
    assert given.given_at == dt.datetime(2021, 5, 30, 10, 15, tzinfo=dt.UTC)


def test_empty_answer_of_claim_search_is_no_error(site: Site) -> None:
    site.json({})
    assert read(given_feed(site, "claim_search")).outcome == "read"


# Bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "answering", "error"),
    [
        ("articles", Answering(body=b"<!DOCTYPE html><html><body>Welcome</body></html>"), "not_a_feed"),
        ("articles", Answering(body=b"<opml><body/></opml>"), "not_a_feed"),
        ("articles", Answering(body=BOMB), "xml_forbidden"),
        ("articles", Answering(body=OUTSIDE), "xml_forbidden"),
        ("articles", Answering(body=b"<rss><channel>"), "xml_broken"),
        ("articles", Answering(body=b"\xff\xfe\x00"), "xml_broken"),
        ("articles", Answering(body=b'<?xml version="1.0" encoding="no-such"?><rss/>'), "xml_broken"),
        ("articles", Answering(body=b""), "xml_broken"),
        ("articles", Answering(status=500), "status"),
        ("articles", Answering(status=302, headers={"Location": "/feed"}), "redirects"),
        ("articles", Answering(status=302, headers={"Location": "http://10.0.0.1/feed"}), "unsafe_address"),
        ("articles", Answering(status=302, headers={"Location": "http://169.254.169.254/"}), "unsafe_address"),
        ("articles", Answering(status=302, headers={"Location": "file:///etc/passwd"}), "unsafe_address"),
        ("articles", Answering(body=b"<rss/>", headers={"Content-Length": "900"}), "too_large"),
        ("data_feed", Answering(body=b"<!doctype html><html>"), "json_broken"),
        ("data_feed", Answering(body=b"[" * 100_000), "json_broken"),
        ("data_feed", Answering(body=b"{}"), "wrong_shape"),
        ("data_feed", Answering(body=b'"text"'), "wrong_shape"),
        ("claim_search", Answering(body=b"[]"), "wrong_shape"),
        ("claim_search", Answering(body=b'{"claims": "none"}'), "wrong_shape"),
        ("claim_search", Answering(body=b'{"error": {"code": 403}}', status=403), "status"),
    ],
)
def test_feed_that_cannot_be_read_has_a_named_error(site: Site, kind: str, answering: Answering, error: str) -> None:
    site.pages["/feed"] = answering
    feed = given_feed(site, kind)
    run = read(feed)
    assert (run.outcome, run.error) == ("failed", error)
    assert not ImportedReview.objects.exists()
    feed.refresh_from_db()
    assert feed.failures == 1


def test_fifty_megabytes_are_not_read(site: Site) -> None:
    site.pages["/feed"] = Answering(body=b"<rss>" + b" " * 50 * 1024 * 1024)
    assert read(given_feed(site)).error == "too_large"
    site.article("/a", review())
    site.pages["/a"].body += b" " * 3 * 1024 * 1024
    site.article("/b", review(claimReviewed="Etwas anderes."))
    site.rss("/a", "/b")
    run = read(FeedSource.objects.get())
    assert run.taken == 1
    assert FeedArticle.objects.get(url__endswith="/a").error == "too_large"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"rating": {"ratingValue": 9}}, "rating_outside"),
        ({"rating": {"ratingValue": "-1"}}, "rating_outside"),
        ({"rating": {"ratingValue": "4/5"}}, "rating_outside"),
        ({"rating": {"ratingValue": "NaN"}}, "rating_outside"),
        ({"rating": {"ratingValue": float("inf")}}, "rating_outside"),
        ({"rating": {"alternateName": "", "ratingValue": None}}, "no_rating"),
        ({"claimReviewed": " <p> </p> ", "itemReviewed": {}}, "no_claim"),
        ({"claimReviewed": "x" * 2001}, "too_long"),
        ({"claimReviewed": ["", {"a": 1}], "itemReviewed": "x"}, "no_claim"),
    ],
)
def test_review_with_a_mistake_is_refused_by_name_and_the_others_go_on(
    site: Site, values: dict[str, Any], reason: str
) -> None:
    site.article("/a", review(**values), review(claimReviewed="Es gibt keine Urnen mehr."))
    site.rss("/a")
    run = read(given_feed(site))
    assert (run.refused, run.taken) == (1, 1)
    assert ImportedReview.objects.get(state="refused").reason == reason
    assert Claim.objects.get().text == "Es gibt keine Urnen mehr."


def test_broken_markup_has_a_named_error_and_the_other_articles_go_on(site: Site) -> None:
    site.article("/a", review())
    site.pages["/a"].body = site.pages["/a"].body.replace(b'"@context"', b"@context")
    site.article("/b", review(claimReviewed="Es gibt keine Urnen mehr."))
    site.pages["/c"] = Answering(status=500)
    site.rss("/a", "/b", "/c", "/gone")
    run = read(given_feed(site))
    assert (run.outcome, run.fetched, run.taken) == ("read", 4, 1)
    assert dict(FeedArticle.objects.exclude(error="").values_list("url", "error")) == {
        f"{site.base}/a": "markup_broken", f"{site.base}/c": "status", f"{site.base}/gone": "status",
    }  # fmt: skip


def test_mistake_of_ours_is_told_and_the_other_feeds_go_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    site.article("/a", review())
    site.rss("/a")
    given_feed(site)
    monkeypatch.setattr(reading, "entries_read", broken)
    second = given_feed(site, "data_feed", url=f"{site.base}/second")
    site.json(data_feed(review(url=f"{site.base}/1")), "/second")
    assert feeds_read(fetcher=given_fetcher()) == 2
    assert FeedRun.objects.get(outcome="failed").error == "internal"
    assert FeedRun.objects.get(outcome="read").source == second


def test_title_of_a_page_explains_where_nothing_else_does(site: Site) -> None:
    site.article("/a", review(reviewBody=""))
    site.pages["/a"].body = site.pages["/a"].body.replace(b"Ein Faktencheck", b"Nein,\x00 &amp; gar nicht")
    site.rss("/a")
    site.pages["/feed"].body = site.pages["/feed"].body.replace(b"<title>Zu /a</title>", b"")
    read(given_feed(site))
    assert Assessment.objects.get().explanation == "Nein, & gar nicht"


def test_school_marks_go_the_other_way(site: Site) -> None:
    site.article("/a", review(rating={"ratingValue": "5", "worstRating": "6", "bestRating": "1"}))
    site.rss("/a")
    assert read(given_feed(site)).taken == 1


def test_review_whose_claim_cannot_be_opened_leaves_nothing_behind(site: Site) -> None:
    site.article("/a", review())
    site.rss("/a")
    assert read(given_feed(site, countries=["zz"])).refused == 1
    assert ImportedReview.objects.get().reason == "claim_refused"
    assert not Claim.objects.exists()
    assert not Assessment.objects.exists()


# Manners ------------------------------------------------------------------------------------------------------------


def test_servers_are_asked_slowly_and_told_what_is_known(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"/{number}" for number in range(25)]
    for path in paths:
        site.article(path, ETag=f'"{path}"')
    site.rss(*paths, ETag='"feed"', **{"Last-Modified": "Mon, 02 Jun 2031 08:00:00 GMT"})
    feed, clock = given_feed(site), Clock()
    run = read(feed, clock)
    assert run.fetched == 20, "the newest first, the others next time"
    assert clock.slept == [2.0] * 20
    assert site.asked()[1:] == paths[:20]
    assert read(feed, Clock()).fetched == 5
    later(monkeypatch, days=2)
    site.server.received.clear()
    for page in site.pages.values():
        page.status = lambda got: 304 if "if-none-match" in got.headers else 200
    run = read(feed, Clock())
    assert (run.outcome, run.fetched) == ("unchanged", 20)
    first = site.server.received[0].headers
    assert (first["if-none-match"], first["if-modified-since"]) == ('"feed"', "Mon, 02 Jun 2031 08:00:00 GMT")
    assert "portal.example" in first["user-agent"]
    assert all("if-none-match" in got.headers for got in site.server.received)


def test_failures_double_the_wait_up_to_a_day(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    site.pages["/feed"] = Answering(status=500)
    feed = given_feed(site)
    waits = []
    for _ in range(8):
        read(feed)
        feed.refresh_from_db()
        waits.append(feed.due_at - now)
    assert waits[:3] == [READ_EVERY * 2, READ_EVERY * 4, READ_EVERY * 8]
    assert waits[-1] == LONGEST_BACK_OFF
    site.rss()
    read(feed)
    feed.refresh_from_db()
    assert (feed.failures, feed.due_at - now) == (0, READ_EVERY)


@pytest.mark.parametrize("written", ["7200", "date", "999999999999"])
def test_server_that_wants_to_be_left_alone_is(site: Site, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    now = timezone.now().replace(microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)
    wanted = now + (dt.timedelta(days=2) if len(written) > 5 else dt.timedelta(hours=2))
    said = wanted.strftime("%a, %d %b %Y %H:%M:%S GMT") if written == "date" else written
    wanted = now + dt.timedelta(hours=2) if written == "date" else wanted
    said = wanted.strftime("%a, %d %b %Y %H:%M:%S GMT") if written == "date" else said
    site.pages["/feed"] = Answering(status=429, headers={"Retry-After": said})
    feed = given_feed(site)
    read(feed)
    feed.refresh_from_db()
    assert feed.not_before == wanted
    assert feed.due_at >= wanted
    FeedSource.objects.update(due_at=now)
    assert not FeedSource.objects.due(now).exists()
    with pytest.raises(ValidationError):
        feed_ask(feed=feed, by=given_member(Role.OPERATOR))


def test_article_that_says_too_many_requests_ends_the_reading(site: Site) -> None:
    site.pages["/a"] = Answering(status=503, headers={"Retry-After": "600"})
    site.article("/b", review())
    site.rss("/a", "/b")
    feed = given_feed(site)
    run = read(feed)
    assert (run.outcome, run.fetched, run.taken) == ("read", 1, 0)
    feed.refresh_from_db()
    assert feed.not_before
    assert feed.not_before > timezone.now()


def test_one_reader_for_a_partner_and_a_host_at_a_time(site: Site) -> None:
    site.rss()
    first, second = given_feed(site), given_feed(site, url=f"{site.base}/feed?2")
    claimed = reading._claimed()
    assert claimed == first
    assert reading._claimed() is None
    read(first)
    assert reading._claimed() == second
    FeedSource.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1), due_at=timezone.now())
    assert feeds_read(fetcher=given_fetcher()) == 2
    assert feeds_read(fetcher=given_fetcher()) == 0


def test_nothing_of_a_suspended_partner_is_read(site: Site) -> None:
    feed = given_feed(site)
    Organisation.objects.filter(pk=feed.partner.organisation_id).update(vetting=Vetting.SUSPENDED)
    assert feeds_read(fetcher=given_fetcher()) == 0
    feed.refresh_from_db()
    with pytest.raises(ValidationError):
        feed_ask(feed=feed, by=given_member(Role.OPERATOR))


def test_review_in_a_json_feed_without_an_article_has_none(site: Site) -> None:
    site.json(data_feed(review()))
    run = read(given_feed(site, "data_feed"))
    assert (run.taken, run.refused) == (0, 1)


def test_reading_stops_asking_after_a_while(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LONGEST_READING", dt.timedelta(seconds=-1))
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    assert read(feed).fetched == 0
    monkeypatch.undo()
    assert read(feed).fetched == 1


def test_workers_are_woken_when_something_is_due_and_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("factcheck.tasks.feeds_read.apply_async", lambda **options: sent.append(options))
    assert not feeds_wake()
    feed = given_feed(site)
    assert feeds_wake()
    assert not feeds_wake()
    feeds_woken()
    links_woken()
    feed_pause(feed=feed, by=given_member(Role.OPERATOR), paused=True)
    assert not feeds_wake()
    assert len(sent) == 1


def test_old_runs_and_articles_are_forgotten(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.article("/a", review())
    site.article("/b")
    site.rss("/a", "/b")
    feed = given_feed(site)
    read(feed)
    later(monkeypatch, days=91)
    site.rss("/c")
    monkeypatch.setattr(reading, "_RUNS_KEPT", 2)
    for _ in range(3):
        read(feed)
    assert feed.runs.count() == 2
    assert sorted(FeedArticle.objects.values_list("url", flat=True)) == [f"{site.base}/a", f"{site.base}/c"]


# Who may ---------------------------------------------------------------------------------------------------------


def added(**values: Any) -> FeedSource:
    fields: dict[str, Any] = {
        "kind": "articles", "url": "https://fablonia-fact-desk.example/feed", "language": "de", "countries": ["xa"],
    } | values  # fmt: skip
    return feed_add(**fields)


def test_feed_is_added_by_the_partners_people_and_operators(arcadia: ElectionCenter) -> None:
    partner = given_partner()
    for stranger in (given_checker(given_partner("Other Desk"), name="otto"), given_member(Role.MODERATOR)):
        with pytest.raises(PermissionDenied):
            added(partner=partner, by=stranger)
    feed = added(partner=partner, by=given_checker(partner))
    assert (feed.host, feed.paused_at) == ("fablonia-fact-desk.example", None)
    operator = given_member(Role.OPERATOR, email="operator@fictional.example")
    feed_pause(feed=feed, by=operator, paused=True)
    feed.refresh_from_db()
    with pytest.raises(ValidationError):
        feed_ask(feed=feed, by=operator)
    feed_pause(feed=feed, by=operator, paused=False)
    feed.refresh_from_db()
    feed_ask(feed=feed, by=operator)
    with pytest.raises(PermissionDenied):
        feed_ask(feed=feed, by=given_member(Role.CURATOR, email="curator@fictional.example"))


@pytest.mark.parametrize(
    "values",
    [
        {"url": "http://fablonia-fact-desk.example/feed"},
        {"url": "https://10.0.0.1/feed"},
        {"url": "https://localhost/feed"},
        {"url": "https://user:secret@desk.example/"},
        {"kind": "telegram"},
        {"countries": []},
        {"countries": ["zz"]},
        {"countries": ["xb"]},
        {"language": ""},
    ],
)
def test_feed_is_refused_when_it_cannot_be_read(arcadia: ElectionCenter, values: dict[str, Any]) -> None:
    partner = given_partner(countries=["xa", "xb"])
    with pytest.raises(ValidationError):
        added(partner=partner, by=given_member(Role.OPERATOR), **values)
    assert not FeedSource.objects.exists()


def test_feed_is_read_once_and_not_too_many(arcadia: ElectionCenter) -> None:
    partner, operator = given_partner(), given_member(Role.OPERATOR)
    added(partner=partner, by=operator)
    with pytest.raises(ValidationError):
        added(partner=partner, by=operator)
    for number in range(MOST - 1):
        added(partner=partner, by=operator, url=f"https://fablonia-fact-desk.example/{number}")
    with pytest.raises(ValidationError):
        added(partner=partner, by=operator, url="https://fablonia-fact-desk.example/more")
    nowhere = given_partner("Desk Without Site")
    nowhere.organisation.url = ""
    nowhere.organisation.save()
    with pytest.raises(ValidationError):
        added(partner=nowhere, by=operator)
