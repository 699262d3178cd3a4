"""What tests of voters' pages share."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from centers.models import ElectionCenter
from tests.centers.curators import person
from tests.factories import CenterFactory, JurisdictionFactory, TrustedSourceFactory


def on(moment: str) -> pytest.MarkDecorator:
    """Run the test at `moment` ("2031-06-01 12:00", UTC)."""
    return pytest.mark.parametrize("clock", [moment], indirect=True)


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time Django tells: the moment of `on`, else the real one."""
    if moment := getattr(request, "param", None):
        told = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda: told)


@pytest.fixture(autouse=True)
def media_store(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test has a store of its own for pictures and videos."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture
def union(db: None) -> ElectionCenter:
    """The centre of a fictional union."""
    place = JurisdictionFactory(
        code="eu", ocd_id="ocd-division/region:eu", level="union", name="Union", languages=["en"], native_names={}
    )
    return CenterFactory(jurisdiction=place)


@pytest.fixture
def arcadia(union: ElectionCenter) -> ElectionCenter:
    """The centre of a fictional member state with its electoral authority."""
    center = CenterFactory(jurisdiction=JurisdictionFactory(parent=union.jurisdiction))
    TrustedSourceFactory(center=center)
    return center


@pytest.fixture
def curator(arcadia: ElectionCenter) -> User:
    """Somebody of the authority who proposes, translates and confirms."""
    return person(Role.CURATOR, arcadia.jurisdiction)


@pytest.fixture
def publisher(arcadia: ElectionCenter) -> User:
    """Somebody of the authority who approves."""
    return person(Role.PUBLISHER, arcadia.jurisdiction)
