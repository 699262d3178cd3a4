"""Health of links: polite, patient, and nobody's fault when it is ours."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Role
from centers.links.probe import Caller
from centers.models import ElectionCenter, Link, LinkCheck, PageLook
from centers.pagecache import publications
from centers.services import links_check as checking
from centers.services.links_check import OFFLINE_KEY, links_ask, links_check
from centers.services.links_register import links_erase, links_register
from centers.services.links_wake import links_wake, links_woken
from tests.centers.curators import person
from tests.centers.links import given_link, local_caller
from tests.factories import AnswerFactory
from tests.members import client_of
from tests.servers import Answering, Received, Server, http_server

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2031, 6, 1, 12, tzinfo=dt.UTC)
AtHour = Callable[[int], None]
NOBODY = "http://gone.example.org:9/"


@pytest.fixture
def server() -> Iterator[Server]:
    with http_server() as running:
        yield running


@pytest.fixture
def caller() -> Caller:
    return local_caller()


@pytest.fixture
def at_hour(monkeypatch: pytest.MonkeyPatch) -> AtHour:
    """Sets the time Django tells; the one by which answers are waited for goes on."""
    return lambda hours: monkeypatch.setattr(timezone, "now", lambda: NOON + dt.timedelta(hours=hours))


def at(server: Server, host: str = "wahl.example.org", path: str = "/") -> str:
    return f"http://{host}:{server.port}{path}"


def check(caller: Caller) -> int:
    """Everything that is due."""
    return links_check(caller=caller)


def voters_page(client: Client, language: str = "en") -> str:
    publications.forget()
    return " ".join(client.get(f"/{language}/centers/xa/").content.decode().split())


def silent(language: str, day: str) -> str:
    with translation.override(language):
        return gettext("This page did not answer when we last checked it, on %(date)s.") % {"date": day}


def test_link_is_read_once_then_only_asked_for_with_conditions(
    server: Server, arcadia: ElectionCenter, caller: Caller
) -> None:
    page = b"<html lang=de><title>Wahl</title>"
    server.answering = Answering(headers={"ETag": '"v1"', "Content-Type": "text/html"}, body=page)
    link = given_link(arcadia, at(server))

    assert check(caller) == 1
    link.refresh_from_db()
    assert (link.outcome, link.status, link.content_language, link.failures) == ("ok", 200, "de", 0)
    assert link.due_at > timezone.now() + dt.timedelta(hours=23)
    assert check(caller) == 0, "it is not due"
    links_ask(of=Link.objects.all())
    server.answering.status = 304
    assert check(caller) == 1
    link.refresh_from_db()
    assert (link.outcome, link.status, link.asked_at) == ("ok", 304, None)
    first, second = server.received
    assert (first.method, second.method) == ("GET", "HEAD")
    assert second.headers["if-none-match"] == '"v1"'
    assert [one.status for one in LinkCheck.objects.filter(link=link)] == [304, 200]


def test_server_that_dislikes_head_is_asked_as_browsers_do(
    server: Server, arcadia: ElectionCenter, caller: Caller
) -> None:
    def status(got: Received) -> int:
        return 405 if got.method == "HEAD" else 200

    server.answering = Answering(status=status)
    link = given_link(arcadia, at(server), page_read_at=timezone.now())
    check(caller)
    link.refresh_from_db()
    assert (link.outcome, [got.method for got in server.received]) == ("ok", ["HEAD", "GET"])


def test_page_in_another_language_than_was_said_is_doubted(
    server: Server, arcadia: ElectionCenter, caller: Caller
) -> None:
    server.answering = Answering(headers={"Content-Type": "text/html"}, body=b"<html lang=ru>")
    link = given_link(arcadia, at(server))
    check(caller)
    link.refresh_from_db()
    assert (link.outcome, link.detail, link.failures) == ("language", "says it is in ru", 0)


def test_link_is_broken_after_three_failures_over_a_day_and_voters_are_told_a_week_later(
    server: Server, arcadia: ElectionCenter, caller: Caller, at_hour: AtHour
) -> None:
    client = Client()
    at_hour(0)
    other = given_link(arcadia, at(server, "andere.example.org"))
    link = given_link(arcadia, NOBODY)
    for hours in (0, 1, 2):
        at_hour(hours)
        links_ask(of=Link.objects.all())
        check(caller)
    link.refresh_from_db()
    assert (link.outcome, link.failures, link.broken_since) == ("unreachable", 3, None), "one bad day is not enough"
    at_hour(25)
    check(caller)
    link.refresh_from_db()
    other.refresh_from_db()
    assert link.broken_since is not None
    assert other.failures == 0
    assert "did not answer" not in voters_page(client), "curators can mend it first"

    at_hour(8 * 24 + 2)
    told = silent("en", "2 June 2031")
    assert told in voters_page(client), "by the date alone, without any task"
    assert silent("de", "2. Juni 2031") in voters_page(client, "de")
    check(caller)
    assert silent("en", "9 June 2031") in voters_page(client)

    Link.objects.filter(pk=link.pk).update(url=at(server), host="wahl.example.org")
    arcadia.sources.filter(url=NOBODY).update(url=at(server))
    links_ask(of=Link.objects.all())
    check(caller)
    link.refresh_from_db()
    assert (link.outcome, link.failures, link.failing_since, link.broken_since) == ("ok", 0, None, None)
    assert "did not answer" not in voters_page(client)


def test_answer_whose_source_is_silent_says_so(arcadia: ElectionCenter, client: Client) -> None:
    AnswerFactory(center=arcadia, source_url="https://gone.example.org/law")
    links_register()
    long_ago = timezone.now() - dt.timedelta(days=30)
    Link.objects.filter(host="gone.example.org").update(
        outcome="status", failures=9, failing_since=long_ago, broken_since=long_ago, checked_at=timezone.now()
    )
    assert voters_page(client).count('class="silent"') == 1


def test_nobody_is_blamed_while_the_checker_is_offline(arcadia: ElectionCenter, caller: Caller) -> None:
    links = [given_link(arcadia, url) for url in (NOBODY, "http://weg.example.org:9/", "http://fort.example.org:9/")]
    links_ask(of=Link.objects.all())

    assert check(caller) == 0

    for link in links:
        link.refresh_from_db()
        assert (link.outcome, link.failures, link.checked_at, link.asked_at) == ("", 0, None, None)
        assert link.due_at > timezone.now() + dt.timedelta(minutes=50)
    assert not LinkCheck.objects.exists()
    assert cache.get(OFFLINE_KEY)


def test_witness_tells_that_we_are_online(server: Server, arcadia: ElectionCenter, caller: Caller) -> None:
    later = timezone.now() + dt.timedelta(days=1)
    given_link(arcadia, at(server), due_at=later, answered_at=timezone.now() - dt.timedelta(days=1))
    gone = given_link(arcadia, NOBODY)
    assert check(caller) == 1
    gone.refresh_from_db()
    assert (gone.outcome, gone.failures) == ("unreachable", 1)
    assert len(server.received) == 1


def test_host_gets_one_request_at_a_time(server: Server, arcadia: ElectionCenter, caller: Caller) -> None:
    inside, most, lock = [0], [0], threading.Lock()

    def status(got: Received) -> int:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.05)
        with lock:
            inside[0] -= 1
        return 200

    server.answering = Answering(status=status)
    for number in range(4):
        given_link(arcadia, at(server, path=f"/{number}"))
    assert check(caller) == 4
    assert most[0] == 1


def test_host_that_another_worker_asks_is_left_alone(server: Server, arcadia: ElectionCenter, caller: Caller) -> None:
    now = timezone.now()
    given_link(arcadia, at(server, path="/1"), leased_until=now + dt.timedelta(minutes=1))
    given_link(arcadia, at(server, path="/2"))
    assert check(caller) == 0
    Link.objects.filter(leased_until__isnull=False).update(leased_until=now - dt.timedelta(minutes=1))
    assert check(caller) == 2, "who had it is dead"


def test_links_come_and_go_with_the_facts(arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, source_url="https://law.example.org/")
    assert links_register() == (2, 0)
    assert links_register() == (0, 0)
    assert set(Link.objects.values_list("host", flat=True)) == {"wahl.example.org", "law.example.org"}
    due = Link.objects.get(host="law.example.org").due_at
    assert timezone.now() < due < timezone.now() + dt.timedelta(days=1), "not everybody at once"
    arcadia.answers.all().delete()
    assert links_register() == (0, 1)


def test_old_checks_are_erased(arcadia: ElectionCenter) -> None:
    link = given_link(arcadia, "https://wahl.example.org/")
    for days in (1, 89, 91):
        LinkCheck.objects.create(link=link, outcome="ok", checked_at=timezone.now() - dt.timedelta(days=days))
    PageLook.objects.create(
        jurisdiction=arcadia.jurisdiction,
        asked_by=person(Role.CURATOR, arcadia.jurisdiction),
        asked_at=timezone.now() - dt.timedelta(days=3),
        url="https://wahl.example.org/",
    )
    assert links_erase() == 1
    assert not PageLook.objects.exists()


def test_workers_are_woken_once_and_only_when_something_is_due(
    arcadia: ElectionCenter, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("centers.services.links_wake.links_send", lambda: sent.append("sent") or True)
    assert not links_wake()
    given_link(arcadia, "https://wahl.example.org/")
    assert links_wake()
    assert not links_wake(), "one is on its way"
    links_woken()
    settings.LINK_CHECKS = False  # type: ignore[attr-defined]
    assert not links_wake()
    assert sent == ["sent"]


def test_command_checks_one_centre(
    server: Server, arcadia: ElectionCenter, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "default_caller", lambda: caller)
    arcadia.sources.all().delete()
    given_link(arcadia, at(server), due_at=timezone.now() + dt.timedelta(days=1))
    out = io.StringIO()
    call_command("links_check", "--center", "xa", "--due", stdout=out)
    assert "0 checked" in out.getvalue()
    call_command("links_check", "--center", "xa", stdout=out)
    assert "1  Answers\n1 checked" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("links_check", "--center", "zz")


def test_curator_sees_how_links_are_and_has_them_checked(arcadia: ElectionCenter) -> None:
    desk = client_of(person(Role.CURATOR, arcadia.jurisdiction))
    now = timezone.now()
    link = given_link(
        arcadia, NOBODY, outcome="unreachable", failures=4, failing_since=now - dt.timedelta(days=3),
        broken_since=now - dt.timedelta(days=2), checked_at=now, detail="the name cannot be found",
    )  # fmt: skip
    LinkCheck.objects.create(link=link, outcome="unreachable", checked_at=now)
    assert "Broken links" in desk.get("/staff/centers/xa/").content.decode()
    html = desk.get("/staff/centers/xa/sources/").content.decode()
    assert "Does not answer" in html
    assert "Voters will be told from" in html
    assert "Not yet checked" in html, "the organisation's vetting"
    assert desk.get(f"/staff/centers/xa/sources/links/{link.pk}/").status_code == 200

    assert desk.post("/staff/centers/xa/sources/", {"do": "check"}).status_code == 302
    assert Link.objects.filter(asked_at__isnull=False).count() == 2
    assert 'data-follow="2"' in desk.get("/staff/centers/xa/sources/").content.decode()


def test_link_of_another_centre_cannot_be_reached(arcadia: ElectionCenter, union: ElectionCenter) -> None:
    link = given_link(union, "https://union.example.org/")
    desk = client_of(person(Role.CURATOR, arcadia.jurisdiction))
    assert desk.get(f"/staff/centers/xa/sources/links/{link.pk}/").status_code == 404
