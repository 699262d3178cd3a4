"""What spares moderators: hidden, blurred and muted content, breaks, and counts nobody else is told."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from freezegun import freeze_time

from accounts.models import Role, User
from centers.models import Jurisdiction
from labeling.models import ReviewDecision, ReviewerProfile, ReviewExposure, ReviewTask, SignalKind
from labeling.review.media import media_read, media_resolved
from labeling.services.review_claim import task_next
from labeling.services.review_exposure import (
    Exposure,
    exposure_note,
    exposure_of_all,
    exposure_own,
    exposures_erase,
    working_minutes,
)
from labeling.services.review_join import Signal, signals_join
from labeling.staff import review_media
from tests.labeling.tasks import APPLY, given_moderator, given_task
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
QUEUES = "/staff/labeling/reviews/"
PICTURE = "https://pictures.example/1.jpg"


def given_sensitive(here: Jurisdiction, name: str = "1", **item: Any) -> ReviewTask:
    task = given_task(here, name, **item)
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, f"report:{name}", "incitement")
    signals_join(signals=[signal], now=timezone.now())
    task.refresh_from_db()
    return task


def test_sensitive_content_is_sent_only_to_who_asks_for_it(here: Jurisdiction) -> None:
    task = given_sensitive(here)
    moderator = given_moderator(here)
    client = client_of(moderator)
    page = f"{QUEUES}{task.public_id}/"
    assert "Eine erfundene" not in client.get(QUEUES).content.decode()
    assert "Eine erfundene" not in client.get(page).content.decode()
    assert exposure_own(moderator) == Exposure(0, 0)
    assert "Eine erfundene" in client.post(f"{page}reveal/", follow=True).content.decode()
    client.post(f"{page}reveal/")
    assert exposure_own(moderator) == Exposure(1, 1)
    client.get(page)
    assert exposure_own(moderator) == Exposure(1, 1)
    # To others it is hidden as before.
    assert "Eine erfundene" not in client_of(given_moderator(here, name="ben")).get(page).content.decode()


def test_sensitive_media_is_not_embedded_before_it_was_asked_for(
    here: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_media, "resolver", lambda name: ["93.184.215.14"])
    task = given_sensitive(here, media=[{"type": "video", "url": "https://videos.example/1.mp4"}])
    client = client_of(given_moderator(here))
    frame = f"{QUEUES}{task.public_id}/media/0/"
    assert "<video" not in client.get(frame).content.decode()
    client.post(f"{QUEUES}{task.public_id}/reveal/")
    assert "<video" in client.get(frame).content.decode()


def test_sensitive_stays_sensitive_whatever_joins(here: Jurisdiction) -> None:
    task = given_sensitive(here)
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.RAPID_RESPONSE, "notice:1", "other")
    signals_join(signals=[signal], now=timezone.now())
    task.refresh_from_db()
    assert (task.policy.key, task.is_sensitive) == ("other", True)


def test_who_wants_nothing_hidden_is_counted_too(here: Jurisdiction) -> None:
    given_sensitive(here)
    moderator = given_moderator(here)
    ReviewerProfile.objects.update(hide_sensitive=False)
    client = client_of(moderator)
    body = client.post(f"{QUEUES}next/", {"queue": "1"}, follow=True).content.decode()
    assert "Eine erfundene" in body
    assert exposure_own(moderator).today == 1


def test_own_count_is_shown_to_nobody_else(here: Jurisdiction) -> None:
    task = given_sensitive(here)
    anna = given_moderator(here, name="anna")
    exposure_note(user=anna, task=task)
    own = client_of(anna).get(f"{QUEUES}profile/").content.decode()
    assert "Sensitive items today: <strong>1</strong>" in own
    others = [
        given_moderator(here, name="ben"), given_member(Role.AUDITOR, here, email="auditor@fictional.example"),
        given_member(Role.OPERATOR, email="operator@fictional.example"),
        User.objects.create_superuser("admin@fictional.example"),
    ]  # fmt: skip
    for other in others:
        client = client_of(other)
        profile = client.get(f"{QUEUES}profile/")
        assert profile.status_code == HTTPStatus.FORBIDDEN or "<strong>0</strong>" in profile.content.decode()
        if client.get(f"{QUEUES}overview/").status_code == HTTPStatus.OK:
            overview = client.get(f"{QUEUES}overview/").content.decode()
            assert "saw 1 " not in overview
            assert "sensitive items in the last 7 days" not in overview


def test_sums_are_told_of_five_people_or_more(here: Jurisdiction) -> None:
    operator = given_member(Role.OPERATOR)
    tasks = [given_sensitive(here, str(number)) for number in range(2)]
    people = [given_moderator(here, name=f"mod-{number}") for number in range(5)]
    for one in people[:4]:
        for task in tasks:
            exposure_note(user=one, task=task)
    assert exposure_of_all(operator) is None
    with freeze_time(timezone.now() - dt.timedelta(days=3)):
        exposure_note(user=people[4], task=tasks[0])
    told = exposure_of_all(operator)
    # Four of them today: the day is not told.
    assert told == (5, 0, 9)
    with pytest.raises(PermissionDenied):
        exposure_of_all(people[0])
    with pytest.raises(PermissionDenied):
        exposure_of_all(given_member(Role.AUDITOR, email="auditor@fictional.example"))


def test_counts_are_forgotten_after_a_month(here: Jurisdiction) -> None:
    task, moderator = given_sensitive(here), given_moderator(here)
    with freeze_time(timezone.now() - dt.timedelta(days=31)):
        exposure_note(user=moderator, task=task)
    assert (exposures_erase(), ReviewExposure.objects.count()) == (1, 0)


def test_break_is_proposed_after_the_chosen_minutes_and_ends_with_a_pause(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    ReviewerProfile.objects.update(break_after=20)
    start = timezone.now() - dt.timedelta(hours=5)
    for minute in range(0, 24, 3):
        ReviewDecision.objects.create(
            task=task, action="apply", policy=task.policy, reason="about-election", user=moderator, version=1,
            decided_at=start + dt.timedelta(minutes=minute),
        )  # fmt: skip
    client = client_of(moderator)
    with freeze_time(start + dt.timedelta(minutes=22)):
        assert working_minutes(moderator) == 22
    with freeze_time(start + dt.timedelta(minutes=40)):
        assert working_minutes(moderator) == 0
    assert "You have been deciding for" not in client.get(f"{QUEUES}{task.public_id}/").content.decode()


def test_what_is_left_out_comes_only_by_its_queue(here: Jurisdiction) -> None:
    given_sensitive(here)
    moderator = given_moderator(here)
    client = client_of(moderator)
    answer = client.post(f"{QUEUES}profile/", {"languages": ["de"], "left_out": ["incitement"], "break_after": 50})
    assert answer.status_code == HTTPStatus.FOUND
    assert task_next(by=moderator) is None
    body = client.post(f"{QUEUES}next/", {"queue": "1", "policy": "incitement"}, follow=True).content.decode()
    assert "Incitement around an election" in body


def test_further_languages_are_codes_that_there_are(here: Jurisdiction) -> None:
    client = client_of(given_moderator(here))
    form = {"languages": ["de"], "break_after": 50}
    wrong = client.post(f"{QUEUES}profile/", form | {"other_languages": "ar zz9"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "No language has the code zz9." in wrong.content.decode()
    client.post(f"{QUEUES}profile/", form | {"other_languages": "ar, uk"})
    assert ReviewerProfile.objects.get().languages == ["de", "ar", "uk"]
    assert 'value="ar uk"' in client.get(f"{QUEUES}profile/").content.decode()


# Media


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/1.jpg", "https://127.0.0.1/1.jpg", "https://10.1.2.3/", "https://169.254.169.254/",
        "https://[::1]/1.jpg", "https://[fd00::1]/", "https://localhost/1.jpg", "https://intranet/1.jpg",
        "https://2130706433/", "https://0x7f.1/", "javascript:alert(1)", "data:text/html,<script>", "file:///etc/passwd",
        "blob:https://x", "//pictures.example/1.jpg", "https://user@pictures.example/", "https://pictures.example:22/",
        "https://pictures.example\\@10.0.0.1/", "ftp://pictures.example/1.jpg", "", "https://a b/",
        "https://pictures.example/;script-src *",
    ],
)  # fmt: skip
def test_address_that_leads_inward_or_has_an_odd_scheme_is_not_embedded(url: str) -> None:
    media = media_read(0, {"type": "video", "url": url})
    assert media.problem
    assert media.source == ""


def test_public_name_that_leads_inward_is_not_embedded() -> None:
    media = media_read(0, {"type": "video", "url": PICTURE})
    assert media_resolved(media, lambda name: ["93.184.215.14"]).problem == ""
    assert "not public" in media_resolved(media, lambda name: ["93.184.215.14", "10.0.0.7"]).problem
    assert "not public" in media_resolved(media, lambda name: []).problem

    def nobody(name: str) -> list[str]:
        raise OSError

    assert "Nobody knows" in media_resolved(media, nobody).problem


def test_media_stand_in_a_frame_and_nothing_is_fetched_before_the_click(
    here: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_media, "resolver", lambda name: ["93.184.215.14"])
    media = [{"type": "image", "url": PICTURE}, {"type": "video", "url": "https://10.0.0.1/x.mp4"}]
    task = given_task(here, media=media)
    client = client_of(given_moderator(here))
    answer = client.get(f"{QUEUES}{task.public_id}/")
    body = answer.content.decode()
    assert PICTURE not in body
    assert "10.0.0.1" not in body
    assert "not one of the public Internet" in body
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    assert "pictures.example" not in answer["Content-Security-Policy"]
    framed = client.get(f"{QUEUES}{task.public_id}/media/0/")
    policy = framed["Content-Security-Policy"]
    assert "img-src https://pictures.example:443" in policy
    assert "script-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert (framed["Referrer-Policy"], framed["X-Frame-Options"]) == ("no-referrer", "SAMEORIGIN")
    assert 'class="media-clear"' in framed.content.decode()
    inward = client.get(f"{QUEUES}{task.public_id}/media/1/")
    assert "<video" not in inward.content.decode()
    assert "10.0.0.1" not in inward["Content-Security-Policy"]
    assert client.get(f"{QUEUES}{task.public_id}/media/2/").status_code == HTTPStatus.NOT_FOUND


def test_video_is_blurred_grey_and_muted_as_the_moderator_likes_it(
    here: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_media, "resolver", lambda name: ["93.184.215.14"])
    task = given_task(here, media=[{"type": "video", "url": "https://videos.example/1.mp4"}])
    client = client_of(given_moderator(here))
    first = client.get(f"{QUEUES}{task.public_id}/media/0/").content.decode()
    assert ("media-clear" in first, " muted" in first, "media-grey" in first) == (True, True, False)
    ReviewerProfile.objects.update(blur=False, greyscale=True, muted=False)
    second = client.get(f"{QUEUES}{task.public_id}/media/0/").content.decode()
    assert ("media-clear" in second, " muted" in second, "media-grey" in second) == (False, False, True)
    assert APPLY.reason in client.get(f"{QUEUES}{task.public_id}/").content.decode()
