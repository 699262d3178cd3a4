"""The front door."""

from __future__ import annotations

import pytest
from django.test import Client

from centers.views.negotiate import language_accepted


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("el-GR,el;q=0.9,en;q=0.8", "el"),
        ("pt-BR", "pt"),
        ("PT_br", "pt"),
        ("en;q=0.5, mt;q=0.9", "mt"),
        ("mt;q=0.9, lb", "lb"),
        ("de, fr", "de"),
        ("zh, ja;q=0.9", "en"),
        ("zh, ur;q=0.1", "ur"),
        ("*", "en"),
        ("de;q=0, *", "en"),
        ("de;q=0", "en"),
        ("de;q=zero, sv;q=0.3", "sv"),
        ("de;q=7, sv;q=0.3", "sv"),
        (",;,;;q=,", "en"),
    ],
)
def test_language_is_the_best_of_ours_when_header_says(header: str, language: str) -> None:
    assert language_accepted(header) == language


def test_front_door_redirects_and_stores_nothing(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "ga-IE"})
    assert (response.status_code, response.headers["Location"]) == (302, "/ga/")
    assert response.headers["Vary"] == "Accept-Language"
    assert not response.cookies


def test_missing_page_is_in_the_language_of_its_path(client: Client) -> None:
    response = client.get("/mt/nothing/")
    assert response.status_code == 404
    assert b'<html lang="mt"' in response.content
    assert response.headers["Content-Language"] == "mt"


def test_missing_page_is_in_the_reader_s_language_when_path_names_none(client: Client) -> None:
    response = client.get("/zz/", headers={"accept-language": "ur"})
    assert response.status_code == 404
    assert b'<html lang="ur" dir="rtl"' in response.content
    assert "Accept-Language" in response.headers["Vary"]


def test_crawlers_and_browsers_find_what_they_ask_for(client: Client) -> None:
    assert b"Disallow: /staff/" in client.get("/robots.txt").content
    assert client.get("/favicon.ico").headers["Location"] == "/static/icons/mark.svg"
