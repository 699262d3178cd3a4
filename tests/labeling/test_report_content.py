"""Reports by the public form: what is taken, folded, refused, told and erased."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time

from centers.models import Jurisdiction
from electioncenters import safe_http
from labeling.models import (
    ContentItem,
    Label,
    Platform,
    Report,
    ReviewAction,
    ReviewSignal,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.outside.links import UnknownLinkError, content_uri
from labeling.outside.throttle import WINDOW
from labeling.services.outside_erase import outside_erase
from labeling.services.outside_mail import GRACE, outside_mail
from labeling.services.outside_tend import unknown_tend
from labeling.services.policies_load import policies_load
from labeling.services.review_claim import task_claim
from labeling.services.review_close import review_sweep
from labeling.services.review_decide import Verdict, review_decide, review_undo
from tests.factories import CenterFactory
from tests.labeling.outside import filled_in, given_item, given_label, page_of, reported, the_report, the_task, token_in
from tests.labeling.tasks import given_moderator

pytestmark = pytest.mark.django_db
WRONG_DAY = Verdict(ReviewAction.APPLY, "wrong-day-or-time")
FINE = Verdict(ReviewAction.REJECT, "agrees-with-official")


@pytest.fixture(autouse=True)
def _known(here: Jurisdiction) -> None:
    policies_load()
    CenterFactory.create(jurisdiction=here)
    Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})


def test_report_becomes_a_task_of_its_policy_and_place(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    page = page_of(client, reported(client, said="It names Monday."))
    task = the_task()
    assert (task.kind, task.policy.key, task.jurisdiction, task.language) == (
        SignalKind.REPORT, "voting-information", here, "de",
    )  # fmt: skip
    assert "It names Monday." in task.signals.get().detail["said"]
    assert "Received. Nobody has looked at it yet." in page
    assert "Answer by" in page


def test_status_page_tells_each_stage_and_the_reason(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    where = reported(client).headers["Location"]
    moderator = given_moderator(here)
    task = task_claim(by=moderator, task=the_task())
    assert "Somebody is looking at it now." in client.get(where).content.decode()
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=WRONG_DAY)
    page = client.get(where).content.decode()
    assert "The moderators agree with your report and have acted on it." in page
    assert "It gives a wrong day or time for voting." in page
    review_undo(decision=decision, by=moderator, reason="Wrong key")
    assert "Nobody has looked at it yet" in client.get(where).content.decode()
    task.refresh_from_db()
    review_decide(task=task, by=moderator, version=task.version, verdict=FINE)
    assert "The moderators found no reason to act." in client.get(where).content.decode()


def test_reason_in_another_language_is_marked_as_such(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    where = reported(client, language="ur").headers["Location"]
    assert where.startswith("/ur/status/")
    task = the_task()
    task.policy.texts.exclude(language="en").delete()
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=FINE)
    page = client.get(where).content.decode()
    assert '<span lang="en" dir="ltr">It agrees with the official answers.</span>' in page


def test_five_hundred_reports_are_one_task_with_a_count(client: Client, here: Jurisdiction, settings: Any) -> None:
    settings.OUTSIDE_RATE = 10_000
    given_label(here)
    first = reported(client, said="It names Monday.")
    version = the_task().version
    for number in range(499):
        reported(client, said=f"It names Monday, says {number}.")
    assert Report.objects.count() == 500
    task = the_task()
    assert (task.signals.get().count, task.signal_count) == (500, 500)
    # A flood keeps nobody from deciding, and moderators read a handful.
    assert task.version == version
    assert len(task.signals.get().detail["texts"]) == 5
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=FINE)
    assert Report.objects.filter(outcome="rejected").count() == 500
    assert "no reason to act" in client.get(first.headers["Location"]).content.decode()


def test_more_reports_make_a_task_more_urgent(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    reported(client)
    before = the_task().rank
    for _ in range(3):
        reported(client)
    assert the_task().rank > before


def test_form_sent_twice_is_one_report(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    with freeze_time(timezone.now()) as clock:
        fields = {"token": token_in(client.get("/en/report/")), "link": "fictional:7312", "kind": "other"}
        clock.tick(10)
        answers = [client.post("/en/report/", fields) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Report.objects.count() == 1
    assert the_task().signals.get().count == 1


def test_page_sets_no_cookie_and_is_kept_by_nobody(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    answers = [client.get("/en/report/"), reported(client)]
    answers.append(client.get(answers[1].headers["Location"]))
    for answer in answers:
        assert not answer.cookies
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not client.cookies


def test_form_needs_no_cookie_but_its_own_token(here: Jurisdiction) -> None:
    strict = Client(enforce_csrf_checks=True)
    given_label(here)
    assert reported(strict).status_code == 303
    forged = strict.post("/en/report/", {"link": "fictional:7312", "kind": "other", "token": "forged"})
    assert forged.status_code == 422
    assert Report.objects.count() == 1


def test_token_of_another_form_is_refused(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    token = token_in(client.get(f"/en/labels/{label.public_id}/appeal/"))
    with freeze_time(timezone.now() + dt.timedelta(seconds=9)):
        answer = client.post("/en/report/", {"link": "fictional:7312", "kind": "other", "token": token})
    assert answer.status_code == 422
    assert not Report.objects.exists()


@pytest.mark.parametrize("after", [0, 1, 13 * 3600])
def test_form_sent_too_fast_or_too_late_is_shown_again_with_its_words(
    client: Client, here: Jurisdiction, after: float
) -> None:
    given_label(here)
    fields = {"link": "fictional:7312", "kind": "other", "said": "Words that stay."}
    answer = filled_in(client, "/en/report/", fields, after=after)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "look at what you wrote once more" in page
    assert "Words that stay." in page
    assert not Report.objects.exists()
    # The form that is shown again can be sent.
    with freeze_time(timezone.now() + dt.timedelta(seconds=after + 30)):
        again = client.post("/en/report/", fields | {"token": token_in(answer)})
    assert again.status_code == 303


def test_program_that_fills_in_everything_is_refused(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    assert reported(client, website="https://spam.example/").status_code == 422
    assert not Report.objects.exists()
    assert not ReviewTask.objects.exists()


def test_too_many_from_one_address_wait_and_no_address_is_kept(
    client: Client, here: Jurisdiction, settings: Any
) -> None:
    settings.OUTSIDE_RATE = 2
    given_label(here)
    with freeze_time("2026-12-01T10:00:01Z") as clock:
        assert [reported(client).status_code for _ in range(3)] == [303, 303, 429]
        refused = reported(client, said="Kept in the form.")
        assert refused.headers["Retry-After"] == "600"
        assert "Kept in the form." in refused.content.decode()
        clock.tick(WINDOW)
        assert reported(client).status_code == 303
    assert Report.objects.count() == 3
    # Nothing of the address is in the database.
    assert "127.0.0.1" not in repr(list(Report.objects.values()))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"link": ""}, "Please fill this in."),
        ({"link": "not a link"}, "This leads to no video or post"),
        ({"link": "http://127.0.0.1/admin"}, "This leads to no video or post"),
        ({"link": "http://169.254.169.254/latest/meta-data/"}, "This leads to no video or post"),
        ({"link": "fictional:\u202e1"}, "This leads to no video or post"),
        ({"link": "fictional:1\x00"}, "This leads to no video or post"),
        ({"link": "javascript:alert(1)"}, "This leads to no video or post"),
        ({"link": "https://user@www.tiktok.com/@a/video/7312000"}, "This leads to no video or post"),
        ({"kind": ""}, "Please choose one."),
        ({"kind": "invented"}, "Please choose one."),
        ({"place": "zz"}, "Please choose one."),
        ({"said": "x" * 2_001}, "Please use at most 2,000 characters."),
        ({"contact": "nobody"}, "This is no e-mail address."),
        ({"contact": "a@b.example\nBcc: c@d.example"}, "This is no e-mail address."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    client: Client, here: Jurisdiction, fields: dict[str, str], said: str
) -> None:
    given_label(here)
    given = {"link": "fictional:7312", "kind": "other"} | fields
    answer = filled_in(client, "/en/report/", given)
    page = answer.content.decode()
    name = next(iter(fields))
    assert answer.status_code == 422
    assert re.search(rf'id="id_{name}[^"]*_error">[^<]*{re.escape(said)}', page), page
    assert not Report.objects.exists()
    assert not ReviewTask.objects.exists()


def test_hostile_words_are_kept_as_words(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    said = '<script>alert(1)</script>\x00\u202egnp.exe\u2066 "quoted" {{ 7*7 }}'
    page = page_of(client, reported(client, said=said))
    assert "<script>alert" not in page
    kept = the_report().said
    assert kept == '<script>alert(1)</script>gnp.exe "quoted" {{ 7*7 }}'


def test_megabyte_is_refused_before_it_is_read(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    answer = client.post("/en/report/", {"said": "x" * 1_000_000, "link": "fictional:7312", "kind": "other"})
    assert answer.status_code == 413
    assert "Please use at most 2,000 characters." in answer.content.decode()
    assert not Report.objects.exists()


def test_unknown_language_is_no_page(client: Client) -> None:
    assert client.get("/xx/report/").status_code == 404
    assert client.get("/en/status/never-given/").status_code == 404


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        ("https://www.tiktok.com/@somebody/video/7312000000000000000", "tiktok:7312000000000000000"),
        ("https://www.youtube.com/watch?v=abcdefghijk&t=12", "youtube:abcdefghijk"),
        ("https://youtu.be/abcdefghijk?si=x", "youtube:abcdefghijk"),
        ("https://www.youtube.com/shorts/abcdefghijk", "youtube:abcdefghijk"),
        (
            "https://bsky.app/profile/did:plc:fictional1/post/3kfictional",
            "bluesky:at://did:plc:fictional1/app.bsky.feed.post/3kfictional",
        ),
        ("http://localhost:8000/de/watch/fictional/7312/", "fictional:7312"),
        (" fictional:7312 ", "fictional:7312"),
    ],
)
def test_links_of_platforms_name_their_content(link: str, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_http.Client, "request", lambda *_, **__: pytest.fail("a link was followed"))
    for key in ("tiktok", "youtube", "bluesky"):
        Platform.objects.create(key=key, name=key)
    assert content_uri(link) == uri


def test_link_to_a_label_names_its_content(here: Jurisdiction) -> None:
    label = given_label(here)
    assert content_uri(f"http://localhost:8000/fr/labels/{label.public_id}/") == "fictional:7312"


def test_platform_that_does_not_work_with_us_is_said_so() -> None:
    with pytest.raises(UnknownLinkError) as refused:
        content_uri("https://www.tiktok.com/@somebody/video/7312000000000000000")
    assert refused.value.platforms == ["Fictional platform"]


def test_unknown_content_is_taken_and_found_when_it_comes(client: Client, here: Jurisdiction) -> None:
    reported(client, link="fictional:new", place=here.code)
    task = the_task()
    assert (task.item, task.jurisdiction, task.language) == (None, here, "en")
    assert unknown_tend() == {"found": 0, "closed": 0}
    item = given_item("new")
    assert unknown_tend() == {"found": 1, "closed": 0}
    task.refresh_from_db()
    assert (task.item, task.language) == (item, "de")


def test_unknown_content_that_never_comes_is_closed_with_the_reason(client: Client, here: Jurisdiction) -> None:
    where = reported(client, link="fictional:never", place=here.code).headers["Location"]
    later = timezone.now() + dt.timedelta(days=7, minutes=1)
    assert unknown_tend(now=later) == {"found": 0, "closed": 1}
    assert the_task().state == TaskState.CLOSED
    page = client.get(where).content.decode()
    assert "The platform has not given us this content, so nobody could look at it." in page


def test_unknown_content_can_be_judged_by_its_link(client: Client, here: Jurisdiction) -> None:
    where = reported(client, link="fictional:never", place=here.code).headers["Location"]
    task = the_task()
    review_decide(task=task, by=given_moderator(here, "en"), version=task.version, verdict=FINE)
    assert "no reason to act" in client.get(where).content.decode()
    assert not Label.objects.exists()


def test_invented_content_does_not_fill_the_queue(
    client: Client, here: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeling.services.report_accept.MOST_UNKNOWN", 1)
    assert reported(client, link="fictional:a", place=here.code).status_code == 303
    assert reported(client, link="fictional:b", place=here.code).status_code == 429
    assert reported(client, link="fictional:a", place=here.code).status_code == 303
    assert ReviewTask.objects.count() == 1


def test_report_on_content_that_goes_is_closed_with_the_reason(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    where = reported(client).headers["Location"]
    ContentItem.objects.update(text="", erased_at=timezone.now())
    review_sweep()
    assert "The content is gone" in client.get(where).content.decode()


def test_receipt_and_outcome_are_mailed_without_anybodys_words(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    answer = reported(client, language="fr", contact="Anna@voter.example", said="Buy at https://spam.example")
    link = f"http://localhost:8000{answer.headers['Location']}"
    assert bytes(the_report().contact or b"").find(b"voter.example") < 0
    assert outside_mail() == 1
    assert outside_mail() == 0
    task = the_task()
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=FINE)
    assert outside_mail() == 0
    assert outside_mail(now=timezone.now() + GRACE * 2) == 1
    assert [(message.to, link in message.body) for message in mail.outbox] == [(["Anna@voter.example"], True)] * 2
    assert "Votre signalement" in mail.outbox[0].subject
    assert not any("spam" in str(message.body) for message in mail.outbox)


def test_nobodys_mailbox_is_filled_by_the_form(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    for _ in range(3):
        reported(client, contact="anna@voter.example")
    outside_mail()
    assert len(mail.outbox) == 1


def test_address_and_words_are_erased_in_time(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    reported(client, contact="anna@voter.example", said="My neighbour Anna wrote this.")
    now = timezone.now()
    assert outside_erase(now=now + dt.timedelta(days=400)) == (0, 0), "it waits: nothing is erased"
    task = the_task()
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=FINE)
    assert outside_erase(now=now + dt.timedelta(days=31)) == (1, 0)
    assert the_report().contact is None
    assert outside_erase(now=now + dt.timedelta(days=181)) == (0, 1)
    report = the_report()
    assert (report.said, report.outcome) == ("", "rejected")
    assert ReviewSignal.objects.get().detail == {}


def test_every_centre_and_the_foot_of_pages_lead_to_the_form(client: Client, here: Jurisdiction) -> None:
    page = client.get(f"/de/centers/{here.code}/").content.decode()
    assert f'href="/de/report/?place={here.code}"' in page
    assert 'href="/de/report/"' in client.get("/de/about/").content.decode()
    form = client.get(f"/de/report/?place={here.code}&link=fictional:7312").content.decode()
    assert f'<option value="{here.code}" selected>' in form
    assert 'value="fictional:7312"' in form


def test_report_is_never_answered_by_a_decision_about_something_else(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    wrong = reported(client).headers["Location"]
    hate = reported(client, kind="incitement").headers["Location"]
    task, moderator = the_task(), given_moderator(here)
    assert task.policy.key == "incitement"
    review_decide(
        task=task, by=moderator, version=task.version, verdict=Verdict(ReviewAction.REJECT, "harsh-but-allowed")
    )
    assert "no reason to act" in client.get(hate).content.decode()
    assert "Nobody has looked at it yet" in client.get(wrong).content.decode()
    task.refresh_from_db()
    assert (task.state, task.policy.key) == (TaskState.OPEN, "voting-information")
    review_decide(task=task, by=moderator, version=task.version, verdict=WRONG_DAY)
    assert "have acted on it" in client.get(wrong).content.decode()
    task.refresh_from_db()
    assert task.state == TaskState.DECIDED
