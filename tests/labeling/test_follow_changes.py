"""Following the changes of labels over HTTP: own items only, nothing missed, nothing told of what is gone."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from labeling import tasks
from labeling.models import ApiKey, ChangeLedger, ChangeSet, Label, LabelChange, Platform
from labeling.services import changes_erase
from labeling.services.api_key import api_key_create, api_key_revoke
from labeling.services.changes_sequence import changes_sequence
from tests.labeling.conftest import Post, item, the_label

ADDRESS = "/api/v1/labels/changes/"
Work = Callable[[], None]
Follow = Callable[..., Any]


@pytest.fixture
def follow(client: Client, key: str) -> Follow:
    """Ask with the platform's key, or another one."""

    def ask(_key: str = key, **parameters: Any) -> Any:
        return client.get(f"{ADDRESS}?{urlencode(parameters)}", headers={"Authorization": f"Api-Key {_key}"})

    return ask


def told(response: Any) -> list[tuple[str, str]]:
    """What happened to which item."""
    assert response.status_code == 200, response.content
    return [(change["action"], change["uri"]) for change in response.json()["changes"]]


def given_changes(*confidences: float) -> None:
    """The labels there are change."""
    for confidence in confidences:
        Label.objects.update(confidence=confidence)
    changes_sequence()


def given_all_changed_days_ago(days: int) -> None:
    """As if so much time had passed."""
    ChangeSet.objects.update(at=timezone.now() - dt.timedelta(days=days))


def test_a_change_comes_with_the_label_as_it_is_looked_up(
    client: Client, follow: Follow, post: Post, label_all: Work
) -> None:
    post([item()])
    label_all()

    response = follow(lang="de")

    label = the_label()
    (looked_up,) = client.get("/api/v1/labels/?uri=clips:7312&lang=de").json()["items"][0]["labels"]
    assert response.json() == {
        "lang": "de",
        "changes": [
            {
                "cursor": "1",
                "action": "applied",
                "at": ChangeSet.objects.get().at.isoformat().replace("+00:00", "Z"),
                "uri": "clips:7312",
                "label": looked_up | {"confidence": label.confidence},
            }
        ],
        "cursor": "1",
        "more": False,
    }
    assert response.headers["Cache-Control"] == "private, no-store"


def test_reading_on_tells_everything_once(follow: Follow, post: Post, label_all: Work) -> None:
    post([item("1"), item("2"), item("3")])
    label_all()

    first = follow(limit=2)
    second = follow(limit=2, cursor=first.json()["cursor"])
    post([item("2", deleted=True)])
    label_all()
    third = follow(limit=2, cursor=second.json()["cursor"])
    nothing = follow(cursor=third.json()["cursor"])

    assert [uri for _, uri in told(first) + told(second)] == ["clips:1", "clips:2", "clips:3"]
    assert (first.json()["more"], second.json()["more"]) == (True, False)
    assert told(third) == [("withdrawn", "clips:2")]
    assert told(nothing) == []
    assert nothing.json()["cursor"] == third.json()["cursor"]


def test_reading_on_may_begin_after_any_change(follow: Follow, post: Post, label_all: Work) -> None:
    post([item("1"), item("2"), item("3")])
    label_all()

    cursor = follow().json()["changes"][1]["cursor"]

    assert told(follow(cursor=cursor)) == [("applied", "clips:3")]


def test_what_is_gone_has_no_text(follow: Follow, post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    post([item(deleted=True)])
    label_all()

    applied, withdrawn = follow().json()["changes"]

    assert (applied["action"], withdrawn["action"]) == ("applied", "withdrawn")
    for change in (applied, withdrawn):
        label = change["label"]
        assert (label["text"], label["link"], label["link_text"]) == (None, None, None)
        assert (label["kind"], label["jurisdiction"], label["election"]) == ("election", "de", "de.parliament.2029")
        assert label["why"].endswith(f"/labels/{label['id']}/")


def test_a_change_tells_the_label_as_it_was_then(follow: Follow, post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    Label.objects.update(election=None)
    changes_sequence()

    changes = follow().json()["changes"]

    assert [(it["action"], it["label"]["election"]) for it in changes] == [
        ("applied", "de.parliament.2029"),
        ("changed", None),
    ]


def test_a_platform_sees_only_its_own(follow: Follow, post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    other = api_key_create(platform=Platform.objects.create(key="other", name="Other"), name="test")

    response = follow(_key=other)

    assert told(response) == []
    # Its cursor moves on all the same, so that it never grows too old.
    assert response.json()["cursor"] == "1"


def test_no_key_no_answer(client: Client, follow: Follow, platform: Platform, key: str) -> None:
    assert client.get(ADDRESS).status_code == 401
    assert follow(_key="ec_wrong").status_code == 401
    api_key_revoke(key=ApiKey.objects.get())
    assert follow().status_code == 401


def test_it_takes_three_queries_at_most(
    follow: Follow, post: Post, label_all: Work, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    post([item(str(number)) for number in range(300)])
    label_all()
    # The key's first use on a day is written down.
    ApiKey.objects.update(last_used_on=None)

    with django_assert_max_num_queries(3):
        response = follow(limit=1000, lang="fr")

    assert len(told(response)) == 300


def test_now_is_after_everything(follow: Follow, post: Post, label_all: Work) -> None:
    assert follow(cursor="now").json() == {"lang": "en", "changes": [], "cursor": "0", "more": False}
    post([item()])
    label_all()

    answer = follow(cursor="now").json()

    assert (answer["changes"], answer["cursor"], answer["more"]) == ([], "1", False)
    given_changes(0.5)
    assert told(follow(cursor=answer["cursor"])) == [("changed", "clips:7312")]


def test_a_cursor_that_is_too_old_is_gone(follow: Follow, post: Post, label_all: Work, settings: Settings) -> None:
    settings.LABEL_CHANGES_DAYS = 10
    post([item("1"), item("2"), item("3")])
    label_all()
    given_all_changed_days_ago(11)
    given_changes(0.5)
    tasks.intake_erase()

    gone = follow(cursor=2)

    assert gone.status_code == 410
    assert gone.headers["Content-Type"] == "application/problem+json"
    assert gone.json()["type"] == "urn:election-centers:problem:cursor-gone"
    assert "cursor=now" in gone.json()["detail"]
    assert gone.json()["earliest_cursor"] == "3"
    assert [action for action, _ in told(follow())] == ["changed"] * 3
    assert told(follow(cursor=3)) == told(follow())
    assert LabelChange.objects.count() == 3


def test_a_cursor_that_was_never_given_is_gone(follow: Follow, post: Post, label_all: Work) -> None:
    post([item()])
    label_all()

    assert follow(cursor=2).status_code == 410
    assert told(follow(cursor=0)) == [("applied", "clips:7312")]


def test_what_is_young_is_kept(follow: Follow, post: Post, label_all: Work, settings: Settings) -> None:
    post([item()])
    label_all()
    given_all_changed_days_ago(settings.LABEL_CHANGES_DAYS - 1)

    assert changes_erase.changes_erase() == 0
    assert told(follow()) == [("applied", "clips:7312")]


def test_erasing_goes_in_steps_and_numbering_goes_on(
    follow: Follow, post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(changes_erase, "AT_ONCE", 2)
    post([item()])
    label_all()
    given_changes(0.1, 0.2, 0.3, 0.4)
    given_all_changed_days_ago(settings.LABEL_CHANGES_DAYS + 1)
    monkeypatch.setattr(changes_erase, "MOST_STEPS", 1)
    assert changes_erase.changes_erase() == 2
    monkeypatch.setattr(changes_erase, "MOST_STEPS", 10)

    assert changes_erase.changes_erase() == 3

    ledger = ChangeLedger.objects.get()
    assert (ledger.erased_position, ledger.last_position) == (5, 5)
    assert told(follow(cursor=5)) == []
    given_changes(0.5)
    assert [change["cursor"] for change in follow().json()["changes"]] == ["6"]


def test_after_a_restored_backup_no_cursor_is_taken_for_another(follow: Follow, post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    given_changes(0.1, 0.2)
    lost = follow().json()["cursor"]
    # The backup was made before the last change; what comes after it gets positions that were given before.
    ChangeSet.objects.filter(last_position=lost).delete()
    ChangeLedger.objects.update(last_position=2)
    out = io.StringIO()
    call_command("changes_restart", stdout=out)
    assert follow(cursor="now").json()["cursor"] in out.getvalue()
    given_changes(0.3)

    for cursor in (2, lost, 4):
        assert follow(cursor=cursor).status_code == 410
    anew = follow(cursor=follow(cursor=lost).json()["earliest_cursor"])
    assert [change["label"]["confidence"] for change in anew.json()["changes"]] == [0.3]
    # Erasing what is older does not bring cursors back.
    given_all_changed_days_ago(31)
    given_changes(0.4)
    ChangeSet.objects.filter(last_position__gt=10).update(at=timezone.now())
    changes_erase.changes_erase()
    assert follow(cursor=2).status_code == 410


@pytest.mark.parametrize(
    ("parameters", "field", "reason"),
    [
        ({"cursor": "-1"}, "cursor", "cursor from an earlier answer"),
        ({"cursor": "x"}, "cursor", "cursor from an earlier answer"),
        ({"cursor": "1" * 19}, "cursor", "cursor from an earlier answer"),
        ({"cursor": "1\x00"}, "cursor", "cursor from an earlier answer"),
        ({"limit": "0"}, "limit", "from 1 to 1000"),
        ({"limit": "1001"}, "limit", "from 1 to 1000"),
        ({"limit": "many"}, "limit", "from 1 to 1000"),
        ({"limit": "²"}, "limit", "from 1 to 1000"),
        ({"lang": "tlh"}, "lang", "one of"),
    ],
)
def test_a_bad_parameter_is_named(follow: Follow, parameters: dict[str, str], field: str, reason: str) -> None:
    response = follow(**parameters)

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert reason in error["reason"]
