"""Urgent notices: up in two steps, down by themselves, looked at by a second person."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext
from freezegun import freeze_time

from accounts.models import Role, User
from centers.curation import CurationError
from centers.models import ElectionCenter, NoticeKind, PublishedChange, UrgentNotice
from centers.notice_words import SENTENCES, other_languages, sentence_filled, sentence_in
from centers.pagecache import cache_control, publications
from centers.services.change_undo import change_undo
from centers.services.notice_follow import notice_end, notice_prolong, notice_review, notice_withdraw
from centers.services.notice_publish import MOST_NOTICES
from centers.services.proposal_submit import Because, Wish, proposal_submit
from electioncenters.languages import LANGUAGE_CODES
from tests.centers.curators import BECAUSE, person
from tests.factories import ElectionFactory, JurisdictionFactory, RoundFactory, UrgentNoticeFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

DESK = "/staff/centers/xa/notice/"
NOON = dt.datetime(2031, 6, 1, 10, tzinfo=dt.UTC)
SOURCE = "https://wahl.example.org/aktuell"
MOVED = {
    "blank_old": "Alte Schule",
    "blank_new": "Turnhalle, Ringstraße 1",
    "text_de": sentence_in(NoticeKind.MOVED, "de"),
    "text_en": sentence_in(NoticeKind.MOVED, "en"),
    "source_url": SOURCE,
    "until": "day",
    "public_id": "6d4f1a52-4c1f-4e6b-9a67-0c5b1c2f7d11",
}


@pytest.fixture
def colleague(arcadia: ElectionCenter) -> User:
    return person(Role.PUBLISHER, arcadia.jurisdiction, name="colleague")


@pytest.fixture
def desk(publisher: User) -> Client:
    return client_of(publisher)


def page(client: Client, language: str = "de") -> str:
    publications.forget()
    return " ".join(client.get(f"/{language}/centers/xa/").content.decode().split())


def sent(desk: Client, kind: str = "moved", **given: Any) -> Any:
    """Preview, then put up what was previewed."""
    form = MOVED | given
    previewed = desk.post(f"{DESK}?kind={kind}", form)
    digest = previewed.context.get("digest", "")
    return desk.post(f"{DESK}?kind={kind}", form | {"put_up": digest}) if digest else previewed


def test_publisher_puts_up_a_notice_in_two_steps_and_every_language_has_it(
    desk: Client, client: Client, arcadia: ElectionCenter, publisher: User
) -> None:
    assert "notice-moved" not in page(client)
    assert desk.get(f"{DESK}?kind=moved").status_code == 200

    previewed = desk.post(f"{DESK}?kind=moved", MOVED)
    assert "Das Wahllokal Alte Schule kann nicht genutzt werden" in previewed.content.decode()
    assert not UrgentNotice.objects.exists(), "a preview changes nothing"
    answer = sent(desk)

    assert answer.status_code == 302
    html = page(client)
    assert "Das Wahllokal Alte Schule kann nicht genutzt werden. Bitte wählen Sie stattdessen hier: Turnhalle" in html
    assert 'role="status"' in html
    assert f'href="{SOURCE}"' in html
    assert "Ortszeit" in html
    assert "Wahlbehörde" in html
    assert "Translated by machine" not in page(client, "en")
    french = page(client, "fr")
    assert "Le bureau de vote Alte Schule ne peut pas être utilisé" in french
    with translation.override("fr"):
        assert gettext("Translated by machine, not yet checked by a person.") in french, "nobody here has read it"
    (line,) = PublishedChange.objects.all()
    notice = UrgentNotice.objects.get()
    assert (line.record, line.action, line.proposal) == (f"notice:xa/{notice.pk}", "create", None)
    assert line.after["text_de"].startswith("Das Wahllokal Alte Schule")
    assert (line.organisation, line.published_by, line.source) == (notice.organisation, publisher, SOURCE)


def test_changed_sentence_is_marked_in_other_languages(desk: Client, client: Client, arcadia: ElectionCenter) -> None:
    sent(desk, text_de="Das Wahllokal [1] brennt. Bitte gehen Sie zu [2].", text_en="")

    french = page(client, "fr")
    assert 'lang="de" dir="ltr"><p>Das Wahllokal Alte Schule brennt.' in french
    assert "allemand" in french, "it says in which language it is"


def test_nothing_goes_up_unseen(desk: Client) -> None:
    digest = desk.post(f"{DESK}?kind=moved", MOVED).context["digest"]

    answer = desk.post(f"{DESK}?kind=moved", MOVED | {"blank_new": "Another place", "put_up": digest})

    assert answer.status_code == 200
    assert "Another place" in answer.content.decode()
    assert not UrgentNotice.objects.exists()


def test_form_sent_twice_is_one_notice(desk: Client, publisher: User, colleague: User) -> None:
    assert sent(desk).status_code == 302
    assert sent(desk).status_code == 302
    assert UrgentNotice.objects.count() == 1
    assert PublishedChange.objects.count() == 1
    stolen = sent(client_of(colleague))
    assert stolen.status_code == 422
    assert "begin anew" in stolen.content.decode()


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"blank_new": ""}, "blank_new", "fill it in"),
        ({"text_de": "", "text_en": ""}, "text_de", "at least"),
        ({"text_de": "x" * 701}, "text_de", "700"),
        ({"text_de": "Vote at [9]."}, "text_de", "Fill in the blank"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "valid URL"),
        ({"source_url": "https://user:secret@wahl.example.org/"}, "source_url", "user name"),
        ({"source_url": ""}, "source_url", "required"),
        ({"until": "own"}, "expires_at", "Say until when"),
        ({"until": "own", "expires_at": "2001-01-01T10:00"}, "expires_at", "ended already"),
        ({"until": "own", "expires_at": "2099-01-01T10:00"}, "expires_at", "14 days"),
        ({"until": "own", "expires_at": "soon"}, "expires_at", "valid date"),
        ({"until": "never"}, "until", "valid choice"),
        ({"starts_at": "2099-01-01T10:00"}, "starts_at", "14 days"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(desk: Client, given: dict[str, str], field: str, said: str) -> None:
    answer = sent(desk, **given)

    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert not UrgentNotice.objects.exists()


def test_markup_and_turned_text_are_cleaned(desk: Client, client: Client, arcadia: ElectionCenter) -> None:
    sent(desk, kind="other", text_de="<b>Heute</b> <script>alert(1)</script>\u202egeschlossen", text_en="")

    html = page(client)
    assert "Heute geschlossen" in html
    assert "alert(1)" not in html


def test_administrator_of_no_organisation_speaks_for_nobody(arcadia: ElectionCenter) -> None:
    root = User.objects.create_superuser("root@fictional.example")
    answer = sent(client_of(root))
    assert answer.status_code == 422
    assert "member of an organisation" in answer.content.decode()


def test_fifth_notice_is_refused(desk: Client, arcadia: ElectionCenter) -> None:
    UrgentNoticeFactory.create_batch(MOST_NOTICES, center=arcadia)
    assert "end one of them first" in sent(desk).content.decode()


def test_end_of_polling_day_is_offered_when_it_is_near(arcadia: ElectionCenter, publisher: User) -> None:
    with freeze_time(NOON):
        RoundFactory(
            election=ElectionFactory(jurisdiction=arcadia.jurisdiction),
            days=[dt.date(2031, 6, 7), dt.date(2031, 6, 8)],
        )
        desk = client_of(publisher)
        sent(desk, until="polling")
    assert UrgentNotice.objects.get().expires_at == dt.datetime(2031, 6, 8, 21, 59, tzinfo=dt.UTC), "in Vienna's time"


def test_notice_is_shown_from_its_beginning_to_its_end_and_no_cache_keeps_it_longer(
    client: Client, arcadia: ElectionCenter
) -> None:
    """Nothing is published in between, and no task runs."""
    with freeze_time(NOON) as clock:
        UrgentNoticeFactory(
            center=arcadia, starts_at=NOON + dt.timedelta(minutes=10), expires_at=NOON + dt.timedelta(hours=2)
        )
        before = client.get("/de/centers/xa/")
        assert b"notice-moved" not in before.content
        assert before.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=540, stale-if-error=86400"

        clock.move_to(NOON + dt.timedelta(minutes=9, seconds=30))
        assert (
            client.get("/de/centers/xa/")
            .headers["Cache-Control"]
            .startswith("public, max-age=30, stale-while-revalidate=0,")
        )

        clock.move_to(NOON + dt.timedelta(minutes=10))
        during = client.get("/de/centers/xa/")
        assert b"notice-moved" in during.content
        assert "max-age=60, stale-while-revalidate=600" in during.headers["Cache-Control"]

        clock.move_to(NOON + dt.timedelta(hours=2, seconds=-1))
        assert b"notice-moved" in client.get("/de/centers/xa/").content
        clock.move_to(NOON + dt.timedelta(hours=2))
        after = client.get("/de/centers/xa/")
        assert b"notice-moved" not in after.content
        assert after.headers["ETag"] != during.headers["ETag"]


def test_notice_ends_while_the_database_is_away(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Any:
        raise OperationalError("the database is away")

    with freeze_time(NOON) as clock:
        UrgentNoticeFactory(center=arcadia, expires_at=NOON + dt.timedelta(hours=1))
        assert b"notice-moved" in client.get("/de/centers/xa/").content
        monkeypatch.setattr(publications, "_read", gone)
        publications._stale_at = 0.0
        clock.move_to(NOON + dt.timedelta(hours=1))
        assert b"notice-moved" not in client.get("/de/centers/xa/").content


@pytest.mark.parametrize(
    ("left", "fresh", "renewed"), [(None, 60, 600), (660, 60, 600), (659, 60, 599), (60, 60, 0), (5, 5, 0), (0, 0, 0)]
)
def test_nobody_may_keep_a_page_beyond_a_notice(left: int | None, fresh: int, renewed: int) -> None:
    said = cache_control(left)
    assert said == f"public, max-age={fresh}, stale-while-revalidate={renewed}, stale-if-error=86400"


def test_other_centres_do_not_show_it(client: Client, union: ElectionCenter, arcadia: ElectionCenter) -> None:
    UrgentNoticeFactory(center=arcadia)
    assert b"notice-moved" not in client.get("/de/centers/eu/").content


def test_calendar_says_nothing_of_it(client: Client, arcadia: ElectionCenter) -> None:
    calm = client.get("/de/centers/xa/calendar.ics").content
    UrgentNoticeFactory(center=arcadia)
    publications.forget()
    assert client.get("/de/centers/xa/calendar.ics").content == calm


def test_interface_tells_of_it_while_it_is_shown(client: Client, arcadia: ElectionCenter) -> None:
    with freeze_time(NOON) as clock:
        notice = UrgentNoticeFactory(center=arcadia, expires_at=NOON + dt.timedelta(seconds=40))
        UrgentNoticeFactory(center=arcadia, starts_at=NOON + dt.timedelta(days=1))
        answer = client.get("/api/v1/centers/xa/?lang=de")
        assert answer.headers["Cache-Control"] == "public, max-age=40"
        (told,) = answer.json()["notices"]
        assert told["id"] == str(notice.public_id)
        assert told["heading"] == "Wahllokale wurden verlegt"
        assert told["text"]["language"] == "de"
        assert len(client.get("/api/v1/centers/").json()["results"][1]["notices"]) == 1
        clock.move_to(NOON + dt.timedelta(seconds=40))
        assert client.get("/api/v1/centers/xa/").json()["notices"] == []


def test_second_person_checks_it_and_the_author_cannot(
    desk: Client, arcadia: ElectionCenter, publisher: User, colleague: User
) -> None:
    sent(desk)
    notice = UrgentNotice.objects.get()
    url = f"{DESK}{notice.pk}/"

    assert "somebody else checks it" in desk.get(url).content.decode()
    desk.post(url, {"do": "check"})
    notice.refresh_from_db()
    assert notice.reviewed_by is None

    other = client_of(colleague)
    assert "Urgent notices to check" in other.get("/staff/centers/xa/").content.decode()
    assert "to be checked" in other.get(DESK).content.decode()
    assert other.post(url, {"do": "check"}).status_code == 302
    notice.refresh_from_db()
    assert notice.reviewed_by == colleague
    assert "to be checked" not in other.get(DESK).content.decode()
    assert PublishedChange.objects.first().after.keys() == {"reviewed_at"}  # type: ignore[union-attr]
    with pytest.raises(CurationError):
        notice_review(notice=notice, by=colleague)


def test_wrong_notice_is_withdrawn_with_the_reason(client: Client, arcadia: ElectionCenter, colleague: User) -> None:
    notice = UrgentNoticeFactory(center=arcadia)
    assert "notice-moved" in page(client)
    other, url = client_of(colleague), f"{DESK}{notice.pk}/"

    assert other.post(url, {"do": "withdraw", "reason": " <b></b> "}).status_code == 422
    assert "notice-moved" in page(client)
    assert other.post(url, {"do": "withdraw", "reason": "The school is open."}).status_code == 302

    assert "notice-moved" not in page(client)
    line = PublishedChange.objects.first()
    assert line is not None
    assert (line.action, line.reason, line.after) == ("remove", "The school is open.", {})
    with pytest.raises(CurationError, match="any more"):
        notice_end(notice=notice, by=colleague)
    with pytest.raises(CurationError, match="not undone"):
        change_undo(change=line, by=colleague, reason="No.")


def test_notice_is_prolonged_and_ended_early(client: Client, arcadia: ElectionCenter, colleague: User) -> None:
    with freeze_time(NOON) as clock:
        notice = UrgentNoticeFactory(center=arcadia)
        clock.move_to(NOON + dt.timedelta(hours=20))
        for wrong in (NOON, NOON + dt.timedelta(days=15), notice.expires_at):
            with pytest.raises(CurationError):
                notice_prolong(notice=notice, by=colleague, expires_at=wrong)
        notice_prolong(notice=notice, by=colleague, expires_at=NOON + dt.timedelta(days=14, hours=12))
        clock.move_to(NOON + dt.timedelta(days=3))
        assert "notice-moved" in page(client)
        desk = client_of(colleague)
        assert desk.post(f"{DESK}{notice.pk}/", {"do": "end"}).status_code == 302
        assert "notice-moved" not in page(client)
    assert [line.action for line in PublishedChange.objects.all()] == ["change", "change"]


def test_notice_that_has_not_begun_is_withdrawn_instead_of_ended(arcadia: ElectionCenter, colleague: User) -> None:
    notice = UrgentNoticeFactory(center=arcadia, starts_at=timezone.now() + dt.timedelta(days=1))
    with pytest.raises(CurationError, match="withdraw"):
        notice_end(notice=notice, by=colleague)
    notice_withdraw(notice=notice, by=colleague, reason="Not needed.")


def test_notice_of_another_centre_cannot_be_reached(desk: Client, union: ElectionCenter) -> None:
    notice = UrgentNoticeFactory(center=union)
    assert desk.get(f"{DESK}{notice.pk}/").status_code == 404
    assert desk.post(f"/staff/centers/eu/notice/{notice.pk}/", {"do": "end"}).status_code == 403


def test_notices_are_nobodys_to_propose(arcadia: ElectionCenter, publisher: User) -> None:
    notice = UrgentNoticeFactory(center=arcadia)
    with pytest.raises(CurationError, match="not proposed"):
        proposal_submit(
            author=publisher, wishes=[Wish(f"notice:xa/{notice.pk}", "change", {"text_de": "Anders."})], because=BECAUSE
        )
    assert isinstance(BECAUSE, Because)


@pytest.mark.parametrize("kind", SENTENCES)
def test_sentence_has_its_blanks_in_every_language(kind: NoticeKind) -> None:
    wanted = {str(number) for number in range(1, len(SENTENCES[kind].blanks) + 1)}
    for code in LANGUAGE_CODES:
        assert set(re.findall(r"\[(\d)\]", sentence_in(kind, code))) == wanted, code


def test_dates_and_times_are_written_as_each_language_does() -> None:
    values = {"where": "Rathaus", "day": dt.date(2031, 6, 8), "opens": dt.time(7), "closes": dt.time(21, 30)}
    filled = sentence_filled(sentence_in(NoticeKind.HOURS, "fr"), NoticeKind.HOURS, values, "fr")
    assert "Rathaus, dimanche 8 juin 2031, 07:00–21:30." in filled


def test_other_languages_follow_only_the_sentence_as_it_is() -> None:
    shown = {code: sentence_in(NoticeKind.DISINFORMATION, code) for code in ("de", "en")}
    assert len(other_languages(shown, NoticeKind.DISINFORMATION)) == len(LANGUAGE_CODES) - 2
    assert other_languages(shown | {"de": "Etwas anderes."}, NoticeKind.DISINFORMATION) == []
    assert other_languages({"de": "Etwas."}, NoticeKind.OTHER) == []


def test_place_in_languages_the_portal_lacks_is_served_in_english(publisher: User) -> None:
    place = JurisdictionFactory(code="xc", languages=["ca"], name="Catalonia of fables")
    ElectionCenter.objects.create(jurisdiction=place)
    member = person(Role.PUBLISHER, place, name="other")
    answer = client_of(member).get("/staff/centers/xc/notice/?kind=other")
    assert answer.context["form"].languages == ["en"]
