"""An election is called off, held instead, or stands again: platforms that follow labels are told of each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from centers.models import Election, PollingDay, Round
from labeling import tasks
from labeling.models import ChangeSet, Label, LabelChange, Platform, StandingTold
from labeling.services import standings_tell as telling
from labeling.services.standings_tell import standings_notice, standings_tell
from labeling.standing import standings_forget
from tests.labeling.conftest import Post, item

Work = Callable[[], None]
ELECTION = "de.parliament.2029"


@pytest.fixture(autouse=True)
def _fresh_standings() -> Iterator[None]:
    standings_forget()
    yield
    standings_forget()


@pytest.fixture
def labelled(post: Post, label_all: Work) -> None:
    """Three posts about the German election and one about the European one; all of it was followed."""
    post([item("1"), item("2"), item("3"), item("eu", text="#ep2029")])
    label_all()


def stands(status: str, key: str = ELECTION) -> None:
    election = Election.objects.get(key=key)
    fallen = status in ("annulled", "cancelled", "postponed")
    election.status, election.status_since = status, dt.date(2026, 11, 1) if fallen else None
    election.save()
    standings_forget()


def follow(client: Client, key: str, after: str = "4") -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/labels/changes/?cursor={after}&lang=en", headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 200, answer.content
    return answer.json()["changes"]  # type: ignore[no-any-return]


@pytest.mark.usefixtures("labelled")
def test_labels_of_a_cancelled_election_are_told_once_with_what_they_say_now(client: Client, key: str) -> None:
    assert standings_tell() == 0
    stands("cancelled")

    assert standings_tell() == 3
    assert standings_tell() == 0

    told = follow(client, key)
    assert [(one["action"], one["uri"]) for one in told] == [
        ("changed", "clips:1"), ("changed", "clips:2"), ("changed", "clips:3"),
    ]  # fmt: skip
    assert {one["label"]["election_status"] for one in told} == {"cancelled"}
    assert "cancelled" in told[0]["label"]["text"]
    assert StandingTold.objects.get().finished_at is not None


@pytest.mark.usefixtures("labelled")
def test_each_further_step_is_told(client: Client, key: str) -> None:
    stands("annulled")
    standings_tell()
    old = Election.objects.get(key=ELECTION)
    rerun = Election.objects.create(
        key="de.parliament.2030", jurisdiction=old.jurisdiction, type="parliament", status="scheduled", replaces=old,
        name_en="Fictional rerun", source_url=old.source_url, verified_on=old.verified_on, confidence="high",
    )  # fmt: skip
    standings_forget()
    assert standings_tell() == 3, "it is held instead"
    assert {one["label"]["replaced_by"] for one in follow(client, key, "7")} == {"de.parliament.2030"}

    fact = {"source_url": old.source_url, "verified_on": old.verified_on, "confidence": "high"}
    held = Round.objects.create(election=rerun, number=1, status="scheduled", **fact)
    PollingDay.objects.create(round=held, date=timezone.now().date() + dt.timedelta(days=90))
    standings_forget()
    assert standings_tell() == 3, "its day is known"

    rerun.delete()
    stands("expected")
    assert standings_tell() == 3, "it stands again"
    (*_, last) = follow(client, key, "13")
    assert (last["label"]["election_status"], last["label"]["replaced_by"]) == ("expected", None)
    assert StandingTold.objects.get().standing is None
    assert standings_tell() == 0


@pytest.mark.usefixtures("labelled")
def test_labels_that_nobody_is_shown_are_not_told(client: Client, key: str) -> None:
    Label.objects.filter(item__external_id="1").update(state="withdrawn")
    Label.objects.filter(item__external_id="2").update(state="review")
    stands("postponed")

    assert standings_tell() == 1
    assert [one["uri"] for one in follow(client, key, "6")] == ["clips:3"]


@pytest.mark.usefixtures("labelled")
def test_walk_goes_on_where_it_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    stands("cancelled")

    assert standings_tell(seconds=0) == 1, "one step and no more"
    walk = StandingTold.objects.get()
    assert (walk.after_label, walk.finished_at) == (Label.objects.order_by("pk")[0].pk, None)
    assert standings_tell() == 2

    assert LabelChange.objects.filter(action="changed").count() == 3
    assert ChangeSet.objects.unsequenced().count() == 0


@pytest.mark.usefixtures("labelled")
def test_labels_given_after_the_notice_need_no_telling(post: Post, label_all: Work, monkeypatch: Any) -> None:
    stands("cancelled")
    assert standings_notice() == 1
    post([item("4")])
    label_all()

    assert standings_tell() == 3, "the fourth said it from its beginning"


@pytest.mark.usefixtures("labelled")
def test_election_that_changes_again_while_it_is_told_begins_anew(
    monkeypatch: pytest.MonkeyPatch, client: Client, key: str
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    stands("postponed")
    standings_tell(seconds=0)
    stands("cancelled")
    monkeypatch.setattr(telling, "AT_ONCE", 5_000)

    assert standings_tell() == 3
    told = follow(client, key)
    assert [one["uri"] for one in told][-3:] == ["clips:1", "clips:2", "clips:3"]
    assert {one["label"]["election_status"] for one in told} == {"cancelled"}


@pytest.mark.usefixtures("labelled")
def test_each_platform_is_told_of_its_own(client: Client, key: str) -> None:
    other = Platform.objects.create(key="other", name="Other")
    label = Label.objects.get(item__external_id="2")
    label.item.platform = other
    label.item.save()
    stands("cancelled")

    assert standings_tell() == 3
    assert [one["uri"] for one in follow(client, key)] == ["clips:1", "clips:3"]
    assert {(one.platform.key, one.size) for one in ChangeSet.objects.order_by("-pk")[:2]} == {
        ("clips", 2), ("other", 1),
    }  # fmt: skip


@pytest.mark.usefixtures("labelled")
def test_beat_tells(client: Client, key: str) -> None:
    stands("cancelled")

    tasks.standings_tell()

    assert len(follow(client, key)) == 3


@pytest.mark.usefixtures("labelled")
def test_nothing_fell_is_noticed_in_few_queries(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        standings_tell()
