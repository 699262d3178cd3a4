"""The OpenAPI description is valid, covers every address, and matches what happens."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from electioncenters.wsgi import application
from labeling.matching import Rule
from labeling.services.matcher import matcher_forget
from labeling.services.ruleset import ruleset_publish
from tests.factories import AnswerFactory, CenterFactory, ElectionFactory, RoundFactory, TrustedSourceFactory


def described() -> dict[str, Any]:
    """The schema as the portal serves it."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


def test_description_is_valid_and_without_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    validate_schema(described())


def test_description_is_served(client: Client) -> None:
    response = client.get("/api/schema/")
    assert response.status_code == 200
    assert b"/api/v1/centers/" in response.content


def test_docs_page_loads_nothing_from_elsewhere(client: Client) -> None:
    body = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in body
    assert "http://" not in body
    assert "https://" not in body


def test_every_address_of_the_api_is_described() -> None:
    paths = set(described()["paths"])
    found = set()
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "api/":
            for part in pattern.url_patterns:
                if str(part.pattern) == "v1/":
                    found |= {f"/api/v1/{view.pattern}" for view in part.url_patterns}
    assert len(found) >= 9
    undescribed = {path for path in found if not _matches(path, paths)}
    assert not undescribed


def _matches(pattern: str, paths: set[str]) -> bool:
    shape = re.sub(r"<[^>]+>|\(\?P<\w+>[^)]+\)", "{}", pattern).replace("^", "").replace("$", "")
    return any(re.sub(r"\{[^}]+\}", "{}", path) == shape for path in paths)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/centers/",
        "/api/v1/centers/{code}/",
        "/api/v1/elections/",
        "/api/v1/questions/",
        "/api/v1/labels/",
        "/api/v1/hashtags/{tag}/",
    ],
)
def test_answers_match_the_description(path: str) -> None:
    center = CenterFactory()
    AnswerFactory(center=center)
    TrustedSourceFactory(center=center)
    RoundFactory(election=ElectionFactory(), days=[dt.date(2031, 5, 4)])
    matcher_forget()
    ruleset_publish(rules=[Rule(id="tag", kind="hashtag", pattern="wahl31", weight=0.9, jurisdiction="xa")])
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    operation = schema[path]["GET"]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        case.call_and_validate(checks=(not_a_server_error, response_schema_conformance, status_code_conformance))

    call()
