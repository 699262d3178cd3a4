"""The desk of feeds: adding, pausing, trying now, what was wrong, and reviews that wait for a person, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.models import Assessment, Claim, FeedArticle, FeedSource, ImportedReview
from factcheck.services.feed_read import feed_read
from tests.factcheck.checks import given_claim
from tests.factcheck.partners import given_checker, given_partner
from tests.factcheck.sites import Site, given_feed, given_fetcher, review
from tests.members import client_of, given_member
from tests.servers import Answering, http_server

pytestmark = pytest.mark.django_db
FORM = {
    "kind": "articles", "url": "https://fablonia-fact-desk.example/feed", "language": "de", "countries": ["xa"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Messages to workers."""
    messages: list[object] = []
    monkeypatch.setattr("factcheck.tasks.feeds_read.apply_async", lambda **options: messages.append(options))
    return messages


@pytest.fixture
def operator() -> Client:
    return client_of(given_member(Role.OPERATOR, email="operator@fictional.example"))


@pytest.fixture
def site(arcadia: ElectionCenter) -> Iterator[Site]:
    with http_server() as server:
        yield Site(server)


def read(feed: FeedSource) -> None:
    feed.refresh_from_db()
    feed_read(source=feed, fetcher=given_fetcher())


def test_partners_people_add_a_feed_pause_it_and_try_it_now(arcadia: ElectionCenter, sent: list[object]) -> None:
    partner = given_partner()
    client, here = client_of(given_checker(partner)), f"/staff/factcheck/partners/{partner.pk}/feeds/"
    assert "Nothing is read yet." in client.get(here).content.decode()
    assert client.post(f"{here}add/", FORM)["Location"] == here
    feed = FeedSource.objects.get()
    page = client.get(here).content.decode()
    assert "not read yet" in page
    assert "https://fablonia-fact-desk.example/feed" in page
    for step in ("read", "pause", "pause", "resume"):
        assert client.post(f"{here}{feed.pk}/{step}/")["Location"] == here
    assert len(sent) == 2, "adding and trying now"
    client.post(f"{here}{feed.pk}/pause/")
    assert "It is paused." in client.post(f"{here}{feed.pk}/read/", follow=True).content.decode()
    assert client.post(f"{here}{feed.pk}/explode/").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"{here}{feed.pk}/read/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "1 feed" not in client.get(f"/staff/factcheck/partners/{partner.pk}/").content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"url": "https://10.0.0.1/feed"}, "not one of the public Internet"),
        ({"url": "nothing"}, "Enter a valid URL"),
        ({"countries": ["xb"]}, "Select a valid choice"),
        ({"kind": "telegram"}, "Select a valid choice"),
        ({"countries": []}, "This field is required"),
    ],
)
def test_feed_is_refused_beside_its_field(
    arcadia: ElectionCenter, operator: Client, values: dict[str, object], said: str
) -> None:
    partner = given_partner()
    answer = operator.post(f"/staff/factcheck/partners/{partner.pk}/feeds/add/", FORM | values)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    assert not FeedSource.objects.exists()


def test_broker_that_is_away_loses_no_feed(
    arcadia: ElectionCenter, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise OSError("away")

    monkeypatch.setattr("factcheck.tasks.feeds_read.apply_async", away)
    partner = given_partner()
    operator.post(f"/staff/factcheck/partners/{partner.pk}/feeds/add/", FORM)
    feed = FeedSource.objects.get()
    page = operator.post(f"/staff/factcheck/partners/{partner.pk}/feeds/{feed.pk}/read/", follow=True)
    assert "as soon as a worker is there" in page.content.decode()


def test_errors_are_shown_with_their_reason(site: Site, operator: Client) -> None:
    site.article("/a", review(rating={"ratingValue": 9}))
    site.article("/b", review(claimReviewed="Es gibt <b>keine</b> Urnen mehr.", rating={"alternateName": "Eher nicht"}))
    site.pages["/c"] = Answering(status=500)
    site.rss("/a", "/b", "/c")
    feed = given_feed(site)
    read(feed)
    here = f"/staff/factcheck/partners/{feed.partner_id}/feeds/"
    page = operator.get(here).content.decode()
    assert "1 held, 1 refused" in page
    assert "not mapped to the portal&#x27;s scale" in page
    assert "The server answered with an error." in page
    assert "Its rating is no number" in operator.get(f"{here}?show=refused").content.decode()
    assert operator.get(f"{here}?show=nothing").status_code == HTTPStatus.OK
    site.pages["/feed"] = Answering(body=b"<!doctype html><html>")
    read(feed)
    page = operator.get(here).content.decode()
    assert "<b>not_a_feed</b>" in page
    assert "It failed 1 time in a row." in page
    assert "1 feed failed" in operator.get("/staff/factcheck/partners/").content.decode()
    partner = operator.get(f"/staff/factcheck/partners/{feed.partner_id}/").content.decode()
    assert "1 failed" in partner
    assert "1 review waits." in partner


def test_review_is_shown_as_it_was_read_and_settled_by_a_person(site: Site, operator: Client) -> None:
    known = given_claim("Das Register ist schon geschlossen.")
    site.article("/a", review(author={"name": "&lt;script&gt;alert(1)&lt;/script&gt;Desk"}))
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    row = ImportedReview.objects.get()
    here = f"/staff/factcheck/partners/{feed.partner_id}/reviews/{row.pk}/"
    page = operator.get(here).content.decode()
    assert "About this one" in page
    assert "Das Register ist schon geschlossen." in page
    assert "<script>alert" not in page
    assert "1 from" in page
    answer = operator.post(f"{here}settle/", {"into": "no-such"}, follow=True)
    assert "There is no such claim." in answer.content.decode()
    moderator = client_of(given_member(Role.MODERATOR))
    assert "About this one" not in moderator.get(here).content.decode()
    assert moderator.post(f"{here}settle/").status_code == HTTPStatus.FORBIDDEN
    assert operator.post(f"{here}settle/", {"into": str(known.public_id)})["Location"].endswith(f"{known.public_id}/")
    assert Assessment.objects.get().claim == known
    answer = operator.post(f"{here}settle/", {"into": str(known.public_id)}, follow=True)
    assert "does not wait" in answer.content.decode()
    assert operator.get(f"/staff/factcheck/partners/{feed.partner_id}/reviews/0/").status_code == HTTPStatus.NOT_FOUND
    other = given_partner("Other Desk")
    assert operator.get(f"/staff/factcheck/partners/{other.pk}/reviews/{row.pk}/").status_code == HTTPStatus.NOT_FOUND


def test_article_that_is_gone_is_told_beside_the_finding(site: Site, operator: Client) -> None:
    site.article("/a", review())
    site.rss("/a")
    feed = given_feed(site)
    read(feed)
    del site.pages["/a"]
    FeedArticle.objects.update(looked_at=None)
    read(feed)
    page = operator.get(f"/staff/factcheck/claims/{Claim.objects.get().public_id}/").content.decode()
    assert "Its article is gone since" in page
    assert "Read from the partner’s feed as “False”." in page
    page = operator.get(f"/staff/factcheck/partners/{feed.partner_id}/feeds/?show=missing").content.decode()
    assert "gone since" in page


def test_key_in_an_address_is_not_shown(arcadia: ElectionCenter, operator: Client) -> None:
    partner = given_partner()
    url = "https://tools.fictional.example/claims:search?key=s3cret&query=desk"
    operator.post(f"/staff/factcheck/partners/{partner.pk}/feeds/add/", FORM | {"kind": "claim_search", "url": url})
    feed = FeedSource.objects.get()
    assert feed.url == url
    page = operator.get(f"/staff/factcheck/partners/{partner.pk}/feeds/").content.decode()
    assert "claims:search?key=…&amp;query=desk" in page
    assert "s3cret" not in page + str(feed)


def test_desk_of_feeds_costs_the_same_for_any_number(
    site: Site, operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    feed = given_feed(site)
    for number in range(5):
        given_feed(site, url=f"{site.base}/feed{number}")
        ImportedReview.objects.create(
            partner=feed.partner, article_url=f"{site.base}/{number}", number=1, language="de", digest="x",
            state="held", reason="rating_unknown", read_at=timezone.now(), changed_at=timezone.now(),
        )  # fmt: skip
    with django_assert_max_num_queries(16):
        operator.get(f"/staff/factcheck/partners/{feed.partner_id}/feeds/")
