"""The cache of finished pages: what it answers, what it costs, what it survives."""

from __future__ import annotations

import datetime as dt
import gzip
import threading
from collections.abc import Mapping

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from centers import reading
from centers.models import ElectionCenter
from centers.pagecache import (
    LOOKUP_EVERY,
    Page,
    PageCache,
    Publication,
    Publications,
    accepted_encoding,
    center_touch,
    pages,
    publications,
)
from tests.centers.conftest import on
from tests.factories import AnswerFactory, ElectionFactory, LocalRulesFactory, RoundFactory

CENTER = "/en/centers/xa/"


@pytest.mark.django_db
def test_centre_costs_few_queries_cold_and_none_warm(
    client: Client,
    arcadia: ElectionCenter,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    AnswerFactory(center=arcadia)
    LocalRulesFactory(jurisdiction=arcadia.jurisdiction, election__jurisdiction=arcadia.jurisdiction.parent)
    with django_assert_max_num_queries(16):
        client.get(CENTER)
    publications._stale_at = float("inf")
    with django_assert_num_queries(0):
        client.get(CENTER)
        client.get("/de/centers/xa/")
        client.get("/fr/centers/xa/calendar.ics")


@pytest.mark.django_db
def test_site_wide_pages_cost_few_queries(
    client: Client, arcadia: ElectionCenter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        client.get("/en/")
        client.get("/de/elections/")
        client.get("/fr/search/?q=arcadia")


@pytest.mark.django_db
def test_headers_let_everyone_keep_the_page(client: Client, arcadia: ElectionCenter) -> None:
    response = client.get(CENTER)
    assert response.headers["Cache-Control"] == ("public, max-age=60, stale-while-revalidate=600, stale-if-error=86400")
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Content-Language"] == "en"
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.parametrize(("encoding", "opened"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_page_is_compressed_and_told_apart(
    client: Client, arcadia: ElectionCenter, encoding: str, opened: object
) -> None:
    plain = client.get(CENTER)
    packed = client.get(CENTER, headers={"accept-encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert callable(opened)
    assert opened(packed.content) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert not packed.headers["ETag"].startswith("W/")


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_reader_with_these_bytes_gets_304(client: Client, arcadia: ElectionCenter, form: str) -> None:
    etag = client.get(CENTER).headers["ETag"]
    response = client.get(CENTER, headers={"if-none-match": form.format(etag)})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert client.get(CENTER, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.django_db
def test_publication_is_visible_within_a_second(client: Client, arcadia: ElectionCenter) -> None:
    before = client.get(CENTER)
    AnswerFactory(center=arcadia, body_en="Published just now.")
    assert center_touch(codes=["xa"]) == 1
    publications._stale_at -= LOOKUP_EVERY
    after = client.get(CENTER)
    assert "Published just now." in after.content.decode()
    assert before.headers["ETag"] != after.headers["ETag"]


@pytest.mark.django_db
def test_publication_of_the_union_shows_on_its_members_pages(client: Client, arcadia: ElectionCenter) -> None:
    client.get(CENTER)
    known = publications.current()["xa"].versions
    center_touch(codes=["eu"])
    publications.forget()
    assert publications.current()["xa"].versions != known


def given_database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(publications, "_read", gone)
    monkeypatch.setattr(reading, "center_load", gone)
    monkeypatch.setattr(reading, "site_load", gone)


@pytest.mark.django_db
def test_pages_keep_answering_when_the_database_is_away(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = client.get(CENTER).content
    given_database_away(monkeypatch)
    publications._stale_at = 0.0
    assert client.get(CENTER).content == seen
    pages.clear()
    assert client.get("/de/centers/xa/").status_code == 200


@pytest.mark.django_db
def test_last_facts_are_shown_as_such_when_newer_ones_cannot_be_loaded(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(CENTER)
    AnswerFactory(center=arcadia, body_en="Published meanwhile.")
    center_touch(codes=["xa"])
    publications.forget()
    with monkeypatch.context() as patch:
        patch.setattr(reading, "center_load", lambda code: (_ for _ in ()).throw(OperationalError("away")))
        assert "Published meanwhile." not in client.get(CENTER).content.decode()
    assert "Published meanwhile." in client.get(CENTER).content.decode()


@pytest.mark.django_db
def test_unread_page_is_unavailable_while_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    given_database_away(monkeypatch)
    for path in ("/fr/centers/xa/", "/fr/", "/fr/search/?q=x"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert b'<html lang="fr"' in response.content
    assert client.get("/fr/about/").status_code == 200


@pytest.mark.django_db
@on("2031-06-06 21:59")
def test_page_is_written_anew_on_the_next_local_day(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute before midnight in Vienna, and two minutes later; nothing was published in between."""
    RoundFactory(election=ElectionFactory(jurisdiction=arcadia.jurisdiction), days=[dt.date(2031, 6, 9)])
    assert "in <strong>3</strong> days" in client.get(CENTER).content.decode()
    later = dt.datetime(2031, 6, 6, 22, 1, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "in <strong>2</strong> days" in client.get(CENTER).content.decode()


def _publication(version: int) -> dict[str, Publication]:
    return {"xa": Publication("xa", ((version, ""),), dt.datetime(2031, 1, 1, tzinfo=dt.UTC), "UTC")}


def test_versions_are_read_once_per_half_second() -> None:
    reads: list[float] = []
    now = [0.0]

    def read() -> Mapping[str, Publication]:
        reads.append(now[0])
        return _publication(len(reads))

    known = Publications(read, lambda: now[0])
    for now[0] in (0.0, 0.2, 0.49, 0.5, 0.9, 1.1):
        known.current()
    assert reads == [0.0, 0.5, 1.1]


def test_only_one_thread_asks_while_the_others_go_on() -> None:
    asked, release = threading.Event(), threading.Event()
    now = [0.0]
    calls = [0]

    def read() -> Mapping[str, Publication]:
        calls[0] += 1
        if calls[0] > 1:
            asked.set()
            release.wait(5)
        return _publication(calls[0])

    known = Publications(read, lambda: now[0])
    known.current()
    now[0] = 1.0
    slow = threading.Thread(target=known.current)
    slow.start()
    assert asked.wait(5)
    assert known.current()["xa"].versions[0][0] == 1
    release.set()
    slow.join(5)
    assert known.current()["xa"].versions[0][0] == 2
    assert calls[0] == 2


def test_cache_lets_the_least_recently_read_page_go() -> None:
    cache = PageCache(capacity=3 * 134)
    for name in "abc":
        cache.put((name,), Page(name.encode() * 100, "text/plain", "en"))
    cache.get(("a",))
    cache.put(("d",), Page(b"d" * 100, "text/plain", "en"))
    assert cache.get(("b",)) is None
    assert all(cache.get((name,)) is not None for name in "acd")


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("BR", "br"),
        ("identity", ""),
        ("br; q=0.0", ""),
    ],
)
def test_best_encoding_is_taken(header: str, encoding: str) -> None:
    assert accepted_encoding(header) == encoding
