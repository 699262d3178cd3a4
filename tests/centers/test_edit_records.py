"""The desk's forms: what is curated, edited, previewed, drafted, compared and proposed."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from centers.curation import record_of
from centers.models import Answer, ElectionCenter, Proposal, RecordDraft
from centers.services.record_draft import record_draft_save, record_drafts_erase
from tests.centers.curators import person, proposed, wish
from tests.centers.forms import WHY, begun, error_of, fields_of
from tests.factories import (
    AnswerFactory,
    ElectionFactory,
    KeyDateFactory,
    OrganisationFactory,
    RoundFactory,
    TrustedSourceFactory,
)
from tests.members import client_of

ANSWER = "answer:xa/register"
RECORDS = "/staff/centers/xa/records/"
EDIT = f"/staff/centers/xa/edit/{ANSWER}/"


@pytest.fixture
def desk(curator: User) -> Client:
    return client_of(curator)


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Wer hier wohnt, steht im Verzeichnis.")


def test_change_is_proposed_from_the_form(desk: Client, answer: Answer, curator: User) -> None:
    form = begun(desk, EDIT)
    assert form["p0-body_de"] == answer.body_de
    assert {"p0-body_en", "p0-source_name", "p0-election"} <= set(form)
    assert "p0-body_fr" not in form

    sent = desk.post(EDIT, {**form, **WHY, "p0-body_de": "Neu.\r\n\r\nUnd mehr."})

    assert sent.status_code == 302, sent.content.decode()
    proposal = Proposal.objects.get()
    assert proposal.fields == {"body_de": "Neu.\n\nUnd mehr."}
    assert proposal.base == {"body_de": answer.body_de}
    assert (proposal.author, proposal.source, proposal.verified_on) == (curator, WHY["source"], dt.date(2026, 5, 1))
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."


def test_records_list_what_is_there_and_what_is_missing(desk: Client, answer: Answer) -> None:
    html = desk.get(RECORDS).content.decode()

    assert "Who can vote?" in html
    assert html.count("Answer it") == 19
    assert f'href="{EDIT}"' in html
    assert "missing: de" not in html
    assert "Nothing here is like that" in desk.get(RECORDS, {"q": "xyzzy"}).content.decode()
    only = desk.get(RECORDS, {"state": "missing", "q": "abroad"}).content.decode()
    assert only.count("Answer it") == 1


def test_preview_is_the_voters_page_and_writes_nothing(desk: Client, answer: Answer, client: Client) -> None:
    version = ElectionCenter.objects.get(pk=answer.center_id).version
    form = begun(desk, EDIT) | {"p0-body_de": "<b>Neu</b> für alle.", "do": "preview", "preview_language": "de"}

    shown = desk.post(EDIT, form)

    html = shown.content.decode()
    assert shown.status_code == 200
    assert "Preview – not published" in html
    assert "Neu für alle." in html
    assert "Markup was removed from: Answer (Deutsch)" in html
    assert 'id="register" open' in html
    assert not re.search(r"<a [^>]*\bhref=", html)
    assert "<script" not in html
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox allow-same-origin" in shown["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."
    assert ElectionCenter.objects.get(pk=answer.center_id).version == version
    assert not Proposal.objects.exists()
    assert "Neu für alle." not in client.get("/de/centers/xa/").content.decode()


def test_draft_is_kept_offered_and_gone_after_sending(desk: Client, answer: Answer) -> None:
    form = begun(desk, EDIT)
    written = {**form, "p0-body_de": "Halb fertig", "do": "autosave"}

    assert "saved" in desk.post(EDIT, written).json()
    draft = RecordDraft.objects.get()
    assert draft.record == ANSWER
    assert "You have a draft" in desk.get(EDIT).content.decode()
    assert "Halb fertig" not in desk.get(EDIT).content.decode()
    going_on = fields_of(desk.get(f"{EDIT}?draft=continue").content.decode())
    assert going_on["p0-body_de"] == "Halb fertig"
    assert json.loads(going_on["p0-base"])["body_de"] == answer.body_de
    assert desk.post(EDIT, {**going_on, **WHY}).status_code == 302
    assert not RecordDraft.objects.exists()
    assert desk.post(EDIT, {**written, "do": "save"})["Location"] == f"{EDIT}?draft=continue"
    desk.post(EDIT, {"do": "discard"})
    assert not RecordDraft.objects.exists()


def test_same_form_sent_twice_makes_one_proposal(desk: Client, answer: Answer) -> None:
    form = {**begun(desk, EDIT), **WHY, "p0-body_de": "Neu."}

    assert [desk.post(EDIT, form).status_code for _ in range(2)] == [302, 302]
    assert Proposal.objects.count() == 1
    again = desk.post(EDIT, {**form, "token": str(uuid.uuid4())})
    assert again.status_code == 409, "another form with the same content meets the first as a conflict"


def test_stale_form_is_shown_three_ways_before_anything_is_sent(desk: Client, answer: Answer) -> None:
    form = {**begun(desk, EDIT), **WHY, "p0-body_de": "Meins.", "p0-body_en": "Citizens are on the roll."}
    Answer.objects.filter(pk=answer.pk).update(body_de="Inzwischen anders.")

    stale = desk.post(EDIT, form)

    html = stale.content.decode()
    assert stale.status_code == 409
    assert not Proposal.objects.exists()
    for text in ("Wer hier wohnt, steht im Verzeichnis.", "Inzwischen anders.", "Meins."):
        assert text in html
    assert html.count('<fieldset class="conflict">') == 1, "what nobody else changed is no conflict"
    asked = fields_of(html)
    assert desk.post(EDIT, asked).status_code == 409, "no choice is no yes"
    Answer.objects.filter(pk=answer.pk).update(body_de="Noch einmal anders.")
    assert desk.post(EDIT, {**asked, "p0-choice-body_de": "mine"}).status_code == 409, "the choice was against another"
    asked = fields_of(desk.post(EDIT, asked).content.decode())
    assert desk.post(EDIT, {**asked, "p0-choice-body_de": "mine"}).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.base["body_de"] == "Noch einmal anders."
    assert proposal.fields == {"body_de": "Meins.", "body_en": "Citizens are on the roll."}


def test_field_left_to_others_is_not_proposed(desk: Client, answer: Answer, arcadia: ElectionCenter) -> None:
    other = person(Role.CONTRIBUTOR, arcadia.jurisdiction, kind="civil_society")
    proposed(other, wish(ANSWER, body_de="Ein Vorschlag."))
    form = {**begun(desk, EDIT), **WHY, "p0-body_de": "Meins.", "p0-body_en": "Citizens are on the roll."}

    asked = desk.post(EDIT, form)
    assert asked.status_code == 409
    assert "Ein Vorschlag." in asked.content.decode()
    sent = desk.post(EDIT, {**fields_of(asked.content.decode()), "p0-choice-body_de": "leave"})
    assert sent.status_code == 302
    assert Proposal.objects.get(author__email__startswith="curator").fields == {"body_en": "Citizens are on the roll."}


def test_what_nobody_touched_is_not_proposed_even_when_it_changed(desk: Client, answer: Answer) -> None:
    form = {**begun(desk, EDIT), **WHY, "p0-body_en": "Citizens are on the roll."}
    Answer.objects.filter(pk=answer.pk).update(body_de="Inzwischen anders.")

    assert desk.post(EDIT, form).status_code == 302
    assert Proposal.objects.get().fields == {"body_en": "Citizens are on the roll."}


def test_markup_is_said_to_be_removed_beside_what_is_wrong(desk: Client, answer: Answer) -> None:
    page = desk.post(EDIT, {**begun(desk, EDIT), "p0-body_de": "<b>Neu</b>"}).content.decode()

    assert "Markup was removed from: Answer (Deutsch)" in page
    assert fields_of(page)["p0-body_de"] == "Neu"
    assert "Say why" in error_of(page, "reason")


def test_markup_is_shown_removed_before_anything_is_sent(desk: Client, answer: Answer) -> None:
    form = {**begun(desk, EDIT), **WHY, "p0-body_de": "<p>Neu <script>alert(1)</script></p><p>Und mehr</p>"}

    shown = desk.post(EDIT, form)

    assert shown.status_code == 422
    assert "Markup was removed" in shown.content.decode()
    assert not Proposal.objects.exists()
    cleaned = fields_of(shown.content.decode())
    assert "<" not in cleaned["p0-body_de"]
    assert desk.post(EDIT, cleaned).status_code == 302
    assert "Und mehr" in Proposal.objects.get().fields["body_de"]


def test_records_take_few_queries_however_many_there_are(
    desk: Client, arcadia: ElectionCenter, django_assert_max_num_queries: Any
) -> None:
    for year in range(2031, 2037):
        election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key=f"xa.president.{year}")
        for number in (1, 2):
            RoundFactory(election=election, number=number, days=[dt.date(year, 6, number)])
        KeyDateFactory(election=election, day=dt.date(year, 5, 1))
        TrustedSourceFactory(center=arcadia, title=f"Source {year}")
    AnswerFactory(center=arcadia)
    desk.get(RECORDS)

    with django_assert_max_num_queries(20):
        assert desk.get(RECORDS).status_code == 200


def test_source_is_added_with_all_it_needs(desk: Client, arcadia: ElectionCenter) -> None:
    OrganisationFactory(key="watch", name="Wahlwacht")
    assert desk.get("/staff/centers/xa/new/source/")["Location"] == "/staff/centers/xa/edit/source:xa/new/"
    form = begun(desk, "/staff/centers/xa/edit/source:xa/new/")
    sent = desk.post(
        "/staff/centers/xa/edit/source:xa/new/",
        {
            **form, **WHY, "p0-url": "https://wacht.example/", "p0-title": "Wahlwacht", "p0-organisation": "watch",
            "p0-kind": "civil_society", "p0-languages": ["de"], "p0-languages-others": "hr, sl",
            "p0-purposes": ["results", "information"],
        },
    )  # fmt: skip

    assert sent.status_code == 302, sent.content.decode()
    made = Proposal.objects.get()
    assert (made.record, made.action) == ("source:xa/new", "create")
    assert made.fields["languages"] == ["de", "hr", "sl"]
    assert made.fields["purposes"] == ["results", "information"]
    another = {"p0-url": "https://wacht.example/2", "p0-title": "Wahlwacht 2", "p0-organisation": "watch"}
    path = "/staff/centers/xa/edit/source:xa/new/"
    sent = desk.post(path, {**begun(desk, path), **WHY, **another, "p0-kind": "civil_society"})
    assert sent.status_code == 302, "another new source is no rival of the first"


def test_moments_are_entered_in_the_places_own_time(desk: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)])
    path = "/staff/centers/xa/edit/date:xa.president.2031/xa/postal_application_deadline/everyone/"

    sent = desk.post(
        path,
        {**begun(desk, path), **WHY, "p0-instant": "2031-05-20T18:00", "publish_at": "2031-01-01T08:00",
         "expires_at": "2031-07-01T08:00"},
    )  # fmt: skip

    assert sent.status_code == 302, sent.content.decode()
    made = Proposal.objects.get()
    assert made.fields["instant"] == "2031-05-20T16:00:00+00:00"
    assert made.publish_at == dt.datetime(2031, 1, 1, 7, tzinfo=dt.UTC)
    assert made.expires_at == dt.datetime(2031, 7, 1, 6, tzinfo=dt.UTC)
    date = KeyDateFactory(
        election=election, kind="postal_return_deadline", instant=dt.datetime(2031, 5, 30, 16, 0, 30, tzinfo=dt.UTC)
    )
    form = begun(desk, f"/staff/centers/xa/edit/{record_of(date)}/")
    assert form["p0-instant"] == "2031-05-30T18:00"
    assert form["p0-time_zone"] == "Europe/Vienna"
    sent = desk.post(f"/staff/centers/xa/edit/{record_of(date)}/", {**form, **WHY, "p0-note_de": "Bis 18 Uhr."})
    assert Proposal.objects.get(record=str(record_of(date))).fields == {"note_de": "Bis 18 Uhr."}


def test_polling_days_are_rows(desk: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)], days__opens_at=dt.time(7))
    path = "/staff/centers/xa/edit/round:xa.president.2031/1/"
    form = begun(desk, path)
    assert (form["p0-polling_days-0-date"], form["p0-polling_days-0-opens_at"]) == ("2031-06-01", "07:00")

    more = desk.post(
        path, {**form, "do": "rows", "p0-polling_days-1-date": "2031-06-02", "p0-polling_days-2-date": "2031-06-03"}
    )
    assert "p0-polling_days-4-date" in fields_of(more.content.decode())
    assert not Proposal.objects.exists()
    sent = desk.post(path, {**fields_of(more.content.decode()), **WHY})
    assert sent.status_code == 302
    assert [day["date"] for day in Proposal.objects.get().fields["polling_days"]] == [
        "2031-06-01", "2031-06-02", "2031-06-03",
    ]  # fmt: skip


def test_new_elections_and_rounds_get_their_ids(desk: Client, arcadia: ElectionCenter) -> None:
    new = "/staff/centers/xa/new"
    edit = "/staff/centers/xa/edit"
    given = {"type": "president", "year": "2031", "go": "on"}
    assert desk.get(f"{new}/election/", given)["Location"] == f"{edit}/election:xa.president.2031/"
    rerun = desk.get(f"{new}/election/", given | {"part": "Rerun"})
    assert rerun["Location"] == f"{edit}/election:xa.president.2031-rerun/"
    region = desk.get(f"{new}/election/", given | {"type": "regional", "part": "lower-arcadia"})
    assert region["Location"] == f"{edit}/election:xa.regional.lower-arcadia.2031/"
    assert desk.get(f"{new}/election/", given | {"part": "not a word!"}).status_code == 422
    assert "no election yet" in desk.get(f"{new}/round/").content.decode()
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)])
    second = desk.get(f"{new}/round/", {"election": "xa.president.2031", "go": "on"})
    assert second["Location"] == f"{edit}/round:xa.president.2031/2/"
    date = desk.get(f"{new}/date/", {"election": election.key, "kind": "results", "audience": "abroad", "go": "on"})
    assert date["Location"] == f"{edit}/date:xa.president.2031/xa/results/abroad/"
    assert desk.get(f"{new}/user/").status_code == 404
    for path in (rerun["Location"], second["Location"], date["Location"]):
        assert desk.get(path).status_code == 200


def test_removal_is_proposed_after_asking(desk: Client, answer: Answer) -> None:
    path = f"/staff/centers/xa/remove/{ANSWER}/"
    assert "voters no longer find this" in desk.get(path).content.decode()
    assert desk.post(path, begun(desk, path)).status_code == 422
    assert desk.post(path, {**begun(desk, path), **WHY}).status_code == 302
    made = Proposal.objects.get()
    assert (made.record, made.action, made.expires_at) == (ANSWER, "remove", None)
    preview = desk.post(path, {**begun(desk, path), "do": "preview", "preview_language": "de"}).content.decode()
    assert "Wer hier wohnt" not in preview
    ElectionFactory(jurisdiction=answer.center.jurisdiction, key="xa.president.2031")
    assert desk.get("/staff/centers/xa/remove/election:xa.president.2031/").status_code == 404


def test_own_proposal_is_revised_in_the_same_form(desk: Client, curator: User, answer: Answer) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."), wish("center:xa", introduction_de="Willkommen."))
    path = f"/staff/centers/xa/proposals/{proposal.pk}/revise/"
    form = begun(desk, path)
    assert (form["p0-body_de"], form["p1-introduction_de"]) == ("Neu.", "Willkommen.")
    assert form["source"] == proposal.source

    sent = desk.post(path, {**form, "p1-introduction_de": "Guten Tag."})

    assert sent["Location"] == f"/staff/centers/xa/proposals/{proposal.pk}/"
    proposal.refresh_from_db()
    assert proposal.revision == 2
    assert proposal.fields == {"body_de": "Neu."}
    assert proposal.also[0]["fields"] == {"introduction_de": "Guten Tag."}
    stale = desk.post(path, {**form, "token": str(uuid.uuid4()), "p1-introduction_de": "Hallo."})
    assert stale.status_code == 422
    assert "another window" in stale.content.decode()
    assert "revise/" in desk.get(EDIT).content.decode()


def test_revision_meets_what_changed_since_the_proposal(desk: Client, curator: User, answer: Answer) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))
    Answer.objects.filter(pk=answer.pk).update(body_de="Inzwischen anders.")
    path = f"/staff/centers/xa/proposals/{proposal.pk}/revise/"

    asked = desk.post(path, begun(desk, path))

    assert asked.status_code == 409
    sent = desk.post(path, {**fields_of(asked.content.decode()), "p0-choice-body_de": "mine"})
    assert sent.status_code == 302
    proposal.refresh_from_db()
    assert proposal.base == {"body_de": "Inzwischen anders."}


def test_only_its_author_revises_a_proposal_that_is_open(desk: Client, answer: Answer) -> None:
    other = person(Role.PUBLISHER, answer.center.jurisdiction)
    proposal = proposed(other, wish(ANSWER, body_de="Neu."))
    path = f"/staff/centers/xa/proposals/{proposal.pk}/revise/"

    assert desk.get(path).status_code == 403
    Proposal.objects.filter(pk=proposal.pk).update(status="rejected")
    assert client_of(other).get(path)["Location"] == f"/staff/centers/xa/proposals/{proposal.pk}/"


def test_parts_that_depend_on_each_other_are_revised_together(
    desk: Client, curator: User, arcadia: ElectionCenter
) -> None:
    proposal = proposed(
        curator,
        wish("election:xa.president.2031", "create", name_de="Wahl", type="president", status="expected",
             expected_from="2031-05-01", expected_to="2031-06-30", date_basis="window"),
        wish("round:xa.president.2031/1", "create", polling_days=["2031-06-01"], status="expected"),
    )  # fmt: skip
    path = f"/staff/centers/xa/proposals/{proposal.pk}/revise/"
    form = begun(desk, path)
    assert form["p1-polling_days-0-date"] == "2031-06-01"

    assert desk.post(path, {**form, "p1-polling_days-0-date": "2031-06-08"}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.also[0]["fields"]["polling_days"][0]["date"] == "2031-06-08"


def test_what_the_loader_found_doubtful_is_taken_up(desk: Client, arcadia: ElectionCenter) -> None:
    material = Proposal.objects.create(
        jurisdiction=arcadia.jurisdiction, record="election:xa.local.2031", reason="Low confidence", source="A list",
        fields={"type": "local", "status": "expected", "expected_from": "2031-05-01", "expected_to": "2031-05-31",
                "date_basis": "window", "name_kind": "local", "polling_days": []},
    )  # fmt: skip
    page = desk.get(f"/staff/centers/xa/proposals/{material.pk}/").content.decode()
    path = f"/staff/centers/xa/edit/election:xa.local.2031/?takes_up={material.pk}"
    assert f'href="{path}"' in page
    form = begun(desk, path)
    assert (form["p0-type"], form["p0-expected_to"]) == ("local", "2031-05-31")

    sent = desk.post(path, {**form, **WHY, "p0-name_de": "Gemeindewahl"})

    assert sent.status_code == 302, sent.content.decode()
    material.refresh_from_db()
    assert material.status == "approved"
    assert desk.get(path).status_code == 404


def test_all_languages_are_shown_on_demand_with_what_was_written(desk: Client, answer: Answer) -> None:
    form = begun(desk, EDIT)
    shown = desk.post(EDIT, {**form, "p0-body_de": "Halb", "do": "languages"}).content.decode()
    fields = fields_of(shown)
    assert fields["p0-body_de"] == "Halb"
    assert {"p0-body_fr", "p0-body_ur"} <= set(fields)
    assert re.search(r'<textarea name="p0-body_ur"[^>]*lang="ur" dir="rtl"', shown)
    assert "p0-body_fr" in begun(desk, f"{EDIT}?languages=all")
    assert desk.post(EDIT, {**fields, **WHY, "p0-body_fr": "Bonjour."}).status_code == 302
    assert Proposal.objects.get().fields == {"body_de": "Halb", "body_fr": "Bonjour."}


def test_drafts_nobody_touches_are_forgotten(curator: User, arcadia: ElectionCenter) -> None:
    for days in (89, 91):
        draft = record_draft_save(user=curator, place=arcadia.jurisdiction, record=f"draft:{days}", entered={})
        RecordDraft.objects.filter(pk=draft.pk).update(updated_at=timezone.now() - dt.timedelta(days=days))

    record_drafts_erase()

    assert [draft.record for draft in RecordDraft.objects.all()] == ["draft:89"]


def test_draft_that_arrives_after_its_form_is_not_kept(desk: Client, answer: Answer) -> None:
    form = {**begun(desk, EDIT), **WHY, "p0-body_de": "Neu."}
    desk.post(EDIT, form)
    assert desk.post(EDIT, {**form, "do": "autosave"}).json() == {"saved": ""}
    assert not RecordDraft.objects.exists()


def test_preview_says_what_stands_in_its_way(desk: Client, answer: Answer) -> None:
    form = begun(desk, EDIT)
    shown = desk.post(EDIT, {**form, "do": "preview", "p0-body_de": "", "preview_language": "xx"})
    assert "in one of the centre&#x27;s languages" in shown.content.decode()
    assert "Nothing has been changed yet" in desk.post(EDIT, {**form, "do": "preview"}).content.decode()


def test_auditor_reads_the_records_and_edits_none(answer: Answer, arcadia: ElectionCenter) -> None:
    client = client_of(person(Role.AUDITOR, arcadia.jurisdiction))
    page = client.get(RECORDS).content.decode()
    assert "Answer it" not in page
    assert client.get(EDIT).status_code == 403
