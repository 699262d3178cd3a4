"""What is read of feeds, pages and reviews: pure code, and whatever people write."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.feeds import FeedError, Trouble
from factcheck.feeds.markup import article_read, reviews_within
from factcheck.feeds.reviews import Around, is_of_site, review_read, search_reviews, url_plain
from factcheck.feeds.syndication import MOST_ENTRIES, entries_read
from factcheck.feeds.trouble import explained

SITE = "https://desk.example/"
AROUND = Around("https://desk.example/a", SITE, "de", "Ein Titel")
GOOD: dict[str, Any] = {
    "@type": "ClaimReview",
    "claimReviewed": "Das Register ist zu.",
    "reviewRating": {"alternateName": "Falsch"},
    "reviewBody": "Nein.",
}


def read(**values: Any) -> Any:
    return review_read(GOOD | values, AROUND)


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
<entry><title type="html">One &lt;b&gt;two&lt;/b&gt;</title><link rel="enclosure" href="https://desk.example/file"/>
<link href="/a?x=1&amp;y=2"/><updated>2031-01-01T00:00:00Z</updated><published>2030-01-01T00:00:00Z</published></entry>
<entry><link rel="alternate" href="https://desk.example/b"/></entry>
<entry><title>nowhere</title></entry>
<entry><link href="javascript:alert(1)"/></entry>
<entry><link href="https://[::1/"/></entry>
</feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/><item><title>T</title><link>https://desk.example/c</link>
<dc:date>2031-01-01</dc:date></item></rdf:RDF>"""
RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:link href="https://desk.example/feed"
rel="self"/><item><guid isPermaLink="true">https://desk.example/d</guid></item>
<item><link> https://desk.example/e </link></item><item><link>https://desk.example/e</link></item></channel></rss>"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (ATOM, [("https://desk.example/a?x=1&y=2", "One <b>two</b>", "2031-01-01T00:00:00Z"),
                ("https://desk.example/b", "", "")]),
        (RDF, [("https://desk.example/c", "T", "2031-01-01")]),
        (RSS, [("https://desk.example/d", "", ""), ("https://desk.example/e", "", "")]),
        ("<rss/>", []),
    ],
)  # fmt: skip
def test_entries_of_every_dialect_are_read(body: str, found: list[tuple[str, str, str]]) -> None:
    entries = entries_read(body.encode(), "https://desk.example/feed")
    assert [(one.url, one.title, one.stamp) for one in entries] == found


def test_long_feed_is_read_as_far_as_is_reasonable() -> None:
    items = "".join(f"<item><link>https://desk.example/{number}</link></item>" for number in range(1000))
    assert len(entries_read(f"<rss><channel>{items}</channel></rss>".encode(), SITE)) == MOST_ENTRIES


def test_deep_feed_is_no_trap() -> None:
    with pytest.raises(FeedError) as caught:
        entries_read(b"<a>" * 100_000, SITE)
    assert caught.value.trouble is Trouble.XML_BROKEN


@pytest.mark.parametrize(
    ("html", "claims", "broken"),
    [
        ("<SCRIPT TYPE='application/LD+JSON' id=x>{}</SCRIPT>", ["x"], 0),
        ("<script type=application/ld+json>{}</script\n>", ["x"], 0),
        ('<script type="text/javascript">"<script type=application/ld+json>{}"</script>', [], 0),
        ('<!-- <script type="application/ld+json">{}</script> -->', [], 0),
        ('<!-- <script type="application/ld+json">{}</script>', [], 0),
        ('<script type="application/ld+json">{}', [], 0),
        (
            '<script type="application/ld+json">not JSON</script><script type="application/ld+json">{}</script>',
            ["x"],
            1,
        ),
        ('<script type="application/ld+json"></script>', [], 1),
        (f'<script type="application/ld+json">{"[" * 50_000}</script>', [], 1),
        ("", [], 0),
    ],
)
def test_markup_is_found_where_a_browser_would_find_it(html: str, claims: list[str], broken: int) -> None:
    block = json.dumps({"@type": "ClaimReview", "claimReviewed": "x"})
    page = article_read(html.replace("{}", block).encode())
    assert [one["claimReviewed"] for one in page.reviews] == claims
    assert page.broken == broken


@pytest.mark.parametrize(
    "part", ["<script", "<!--", "<script type=application/ld+json>", "</script", "<html lang=", "<"]
)
def test_pages_made_to_be_slow_are_not(part: str) -> None:
    started = time.perf_counter()
    article_read((part * (2_000_000 // len(part))).encode())
    # Linear takes a fraction of it; quadratic would take minutes.
    assert time.perf_counter() - started < 20


def test_language_title_and_charset_of_a_page() -> None:
    page = article_read('<html class=x lang="de-AT"><title>Größe</title>'.encode("latin-1"), "latin-1")
    assert (page.language, page.title) == ("de", "Größe")
    told = article_read('<meta charset="iso-8859-1"><title>Größe</title>'.encode("latin-1"), "no-such-charset")
    assert told.title == "Größe"
    assert article_read(b"\xff\xfe<title>x</title>").title == "x"


@pytest.mark.parametrize(
    "document",
    [
        GOOD,
        [GOOD],
        {"@graph": [{"@type": "WebPage"}, GOOD]},
        {"@type": "NewsArticle", "review": GOOD},
        {"@type": ["Review", "ClaimReview"]} | {key: GOOD[key] for key in GOOD if key != "@type"},
        {**GOOD, "@type": "https://schema.org/ClaimReview"},
        {**GOOD, "@type": "schema:ClaimReview"},
        {"dataFeedElement": {"item": [[GOOD]]}},
    ],
)
def test_review_is_found_wherever_it_stands(document: Any) -> None:
    assert [one["claimReviewed"] for one in reviews_within(document)] == ["Das Register ist zu."]


def test_reviews_come_in_the_order_of_the_document() -> None:
    many = [GOOD | {"claimReviewed": str(number)} for number in range(30)]
    assert [one["claimReviewed"] for one in reviews_within({"@graph": many})] == [str(number) for number in range(30)]
    deep: Any = GOOD
    for _ in range(100):
        deep = [deep]
    assert reviews_within(deep) == []
    assert len(reviews_within([GOOD] * 100_000)) <= 20_000


def test_review_is_read_with_what_stands_around_it() -> None:
    found = read()
    assert (found.problem, found.claim, found.rating_words, found.explanation) == (
        None, "Das Register ist zu.", "Falsch", "Nein.",
    )  # fmt: skip
    assert (found.article_url, found.language) == ("https://desk.example/a", "de")
    assert read(reviewBody="").explanation == "Ein Titel"
    assert read(inLanguage={"@type": "Language", "alternateName": "fr-BE"}).language == "fr"
    assert read(inLanguage=["pt_PT"]).language == "pt"
    assert read(inLanguage="Deutsch!").language == "de"
    assert read(claimReviewed={"@value": " A <b>bold</b>\n\n claim &amp; more\x00 "}).claim == "A bold\nclaim & more"
    assert read(claimReviewed="half \ud83d").claim == "half ?"
    assert read(url="/b?utm_source=x&id=1#top").article_url == "https://desk.example/b?id=1"
    assert len(read(reviewBody="x" * 5000).explanation) == 2000
    assert read(reviewRating=[{"name": "Falsch", "ratingValue": 1.5}]).rating_value == "1.5"
    assert read(reviewRating={"alternateName": "x", "ratingValue": 10**5000}).problem is Trouble.RATING_OUTSIDE


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2031-05-30", dt.datetime(2031, 5, 30, tzinfo=dt.UTC)),
        ("2031-05-30T10:00:00+02:00", dt.datetime(2031, 5, 30, 8, tzinfo=dt.UTC)),
        ("2031-05-30T10:00:00.123456789Z", dt.datetime(2031, 5, 30, 10, tzinfo=dt.UTC)),
        ("Fri, 30 May 2031 10:00:00 GMT", dt.datetime(2031, 5, 30, 10, tzinfo=dt.UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (20310530, dt.datetime(2031, 5, 30, tzinfo=dt.UTC)),
        ({"a": 1}, None),
    ],
)
def test_dates_are_read_or_left(written: Any, moment: dt.datetime | None) -> None:
    assert read(datePublished=written).published_at == moment


def test_places_where_a_claim_was_seen_are_addresses_or_nothing() -> None:
    seen = [
        "https://a.example/1",
        {"url": "http://b.example/2"},
        "javascript:alert(1)",
        {"url": None},
        5,
        "https://a b",
    ]
    found = read(itemReviewed={"firstAppearance": {"@id": "https://c.example/"}, "appearance": seen})
    assert found.appearances == ("https://c.example/", "https://a.example/1", "http://b.example/2")
    many = [f"https://a.example/{number}" for number in range(100)]
    assert len(read(itemReviewed={"appearance": many}).appearances) == 20
    assert read(itemReviewed="https://a.example/").appearances == ()


@pytest.mark.parametrize(
    ("url", "site", "is_theirs"),
    [
        ("https://desk.example/a", "https://www.desk.example/", True),
        ("https://www.desk.example/a", "https://desk.example/", True),
        ("https://checks.desk.example/a", "https://desk.example/", True),
        ("https://desk.example./a", "https://desk.example/", True),
        ("https://desk.example/a", "https://checks.desk.example/", False),
        ("https://mydesk.example/a", "https://desk.example/", False),
        ("https://desk.example.evil.example/", "https://desk.example/", False),
        ("https://desk.example@evil.example/", "https://desk.example/", False),
        ("https://desk.example/a", "", False),
        ("https://[::1/", "https://desk.example/", False),
    ],
)
def test_article_is_the_partners_by_its_host(url: str, site: str, is_theirs: bool) -> None:
    assert is_of_site(url, site) is is_theirs


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://DESK.example/A?utm_medium=x&fbclid=1#x", "https://desk.example/A"),
        ("https://desk.example:8443", "https://desk.example:8443/"),
        ("https://user:secret@desk.example/", "https://desk.example/"),
        ("mailto:a@desk.example", ""),
        ("https://[::1/", ""),
        ("https://desk.example:99999/", ""),
        ("https://desk.example/" + "x" * 2000, ""),
    ],
)
def test_addresses_are_compared_plain(url: str, plain: str) -> None:
    assert url_plain(url, SITE) == plain


@pytest.mark.parametrize("document", [None, [], "x", {"claims": {}}, {"claims": None}])
def test_other_shapes_are_no_answer_of_claim_search(document: Any) -> None:
    assert search_reviews(document) is None


def test_claim_search_with_holes_is_read_as_far_as_it_goes() -> None:
    document = {"claims": [None, {}, {"claimReview": None}, {"text": "x", "claimReview": [{}, "x", {"url": 1}]}]}
    assert [one["claimReviewed"] for one in search_reviews(document) or []] == ["x", "x"]


def test_every_trouble_is_explained() -> None:
    assert all(explained(trouble).endswith(".") for trouble in Trouble)
    assert explained("of_a_later_version") == "of_a_later_version"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "url",
        "claimReviewed",
        "reviewRating",
        "itemReviewed",
        "author",
        "inLanguage",
        "datePublished",
        "reviewBody",
        "name",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(KEYS, VALUES | st.fixed_dictionaries({"url": VALUES, "ratingValue": VALUES, "appearance": VALUES}))
)
def test_no_review_breaks_the_reading(data: dict[str, Any]) -> None:
    found = review_read(data, AROUND)
    assert len(found.digest) == 64
    assert "\0" not in found.claim + found.explanation + found.rating_words + found.author
    if found.problem is None:
        assert is_of_site(found.article_url, SITE)
