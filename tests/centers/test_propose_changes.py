"""A curator's change: proposed by one, decided by another, published with its history, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from centers.curation import CurationError
from centers.curation.parts import proposal_conflicts, proposal_differences
from centers.models import (
    Answer,
    Election,
    ElectionCenter,
    KeyDate,
    PollingDay,
    Proposal,
    ProposalAction,
    PublishedChange,
    Round,
    TrustedSource,
)
from centers.services import proposal_submit as submitting
from centers.services.change_undo import change_undo
from centers.services.fact_confirm import fact_confirm
from centers.services.proposal_decide import (
    proposal_approve,
    proposal_comment,
    proposal_reject,
    proposal_send_back,
    proposal_unschedule,
    proposals_approve,
)
from centers.services.proposal_submit import Because, Wish, proposal_revise, proposal_submit, proposal_withdraw
from centers.services.publish import proposals_publish_due
from tests.centers.curators import BECAUSE, SOURCE, person, proposed, wish
from tests.factories import (
    AnswerFactory,
    CenterFactory,
    ElectionFactory,
    JurisdictionFactory,
    KeyDateFactory,
    OrganisationFactory,
    RoundFactory,
)

ANSWER = "answer:xa/register"


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Wer hier wohnt, steht im Verzeichnis.")


def approved(proposal: Proposal, by: User) -> Proposal:
    return proposal_approve(proposal=proposal, by=by, revision=proposal.revision)


def errors_of(call: Callable[[], Any]) -> dict[str, list[str]]:
    with pytest.raises(CurationError) as caught:
        call()
    return caught.value.errors


def test_nothing_is_public_before_somebody_else_approves(
    answer: Answer, curator: User, publisher: User, client: Client
) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu: Anmeldung bis 1. Mai."))

    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."
    assert [(one.field, one.before, one.after) for one in proposal_differences(proposal)] == [
        ("body_de", "Wer hier wohnt, steht im Verzeichnis.", "Neu: Anmeldung bis 1. Mai.")
    ]
    before = answer.center.version
    approved(proposal, publisher)

    answer.refresh_from_db()
    answer.center.refresh_from_db()
    assert answer.body_de == "Neu: Anmeldung bis 1. Mai."
    assert (answer.source_url, answer.verified_on, answer.confidence) == (SOURCE, dt.date(2026, 5, 1), "high")
    assert answer.translation_origin == {"en": "source", "de": "source"}
    assert answer.center.version == before + 1, "pages are made anew"
    assert "Neu: Anmeldung bis 1. Mai." in client.get("/de/centers/xa/").content.decode()
    (line,) = PublishedChange.objects.all()
    assert (line.record, line.action, line.published_by) == (ANSWER, "change", publisher)
    assert line.before == {"body_de": "Wer hier wohnt, steht im Verzeichnis."}
    assert line.after == {"body_de": "Neu: Anmeldung bis 1. Mai."}
    assert line.organisation == proposal.organisation


def test_a_confirmed_fact_that_changes_is_confirmed_no_more(answer: Answer, curator: User, publisher: User) -> None:
    fact_confirm(record=ANSWER, by=publisher, seen={"body_de": answer.body_de})

    approved(proposed(curator, wish(ANSWER, body_de="Anders.")), publisher)

    answer.refresh_from_db()
    assert (answer.confirmation, answer.confirmed_by, answer.confirmed_on) == ("compiled", None, None)


def test_nobody_decides_on_their_own(answer: Answer, publisher: User) -> None:
    proposal = proposed(publisher, wish(ANSWER, body_de="Anders."))

    for decide in (proposal_approve, proposal_reject, proposal_send_back):
        with pytest.raises(PermissionDenied):
            decide(proposal=proposal, by=publisher, revision=1, note="ja")
    with pytest.raises(IntegrityError, match="proposal_is_decided_by_another"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(decided_by=publisher, status="approved")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MODERATOR, Role.OPERATOR, Role.FACT_CHECKER])
def test_other_roles_propose_nothing(answer: Answer, arcadia: ElectionCenter, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        proposed(person(role, arcadia.jurisdiction), wish(ANSWER, body_de="Anders."))
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.CURATOR, Role.AUDITOR])
def test_only_publishers_publish(answer: Answer, curator: User, arcadia: ElectionCenter, role: Role) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Anders."))

    with pytest.raises(PermissionDenied):
        approved(proposal, person(role, arcadia.jurisdiction, name="other"))


def test_other_countries_are_out_of_reach(answer: Answer, union: ElectionCenter, curator: User) -> None:
    neighbour = CenterFactory(
        jurisdiction=JurisdictionFactory(code="xb", name="Borduria", parent=union.jurisdiction, languages=["fr"])
    )
    AnswerFactory(center=neighbour, body_fr="Oui.")

    with pytest.raises(PermissionDenied):
        proposed(curator, wish("answer:xb/register", body_fr="Non."))
    with pytest.raises(PermissionDenied):
        proposed(curator, wish(ANSWER, body_de="Anders."), wish("answer:xb/register", body_fr="Non."))
    with pytest.raises(PermissionDenied):
        approved(proposed(curator, wish(ANSWER, body_de="Anders.")), person(Role.PUBLISHER, neighbour.jurisdiction))
    assert Answer.objects.get(center=neighbour).body_fr == "Oui."


@pytest.mark.parametrize(
    ("because", "field"),
    [
        (Because("", SOURCE), "reason"),
        (Because("  <b></b> ", SOURCE), "reason"),
        (Because("x" * 2_001, SOURCE), "reason"),
        (Because("Why", ""), "source"),
        (Because("Why", "javascript:alert(1)"), "source"),
        (Because("Why", "data:text/html,x"), "source"),
        (Because("Why", "https://anna:secret@wahl.example.org/"), "source"),
        (Because("Why", "https://wahl.example.org:8443/"), "source"),
        (Because("Why", "https://wahl.example.org/" + "x" * 500), "source"),
        (Because("Why", SOURCE, dt.date(2999, 1, 1)), "verified_on"),
    ],
)
def test_a_change_says_why_and_on_what_source(answer: Answer, curator: User, because: Because, field: str) -> None:
    wishes = [wish(ANSWER, body_de="Anders.")]

    assert set(errors_of(lambda: proposal_submit(author=curator, wishes=wishes, because=because))) == {field}
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"body_de": "x" * 8_001}, "body_de", "8,001 characters"),
        ({"body_de": 5}, "body_de", "Give a text"),
        ({"body_de": "", "body_en": ""}, "body_de", "one of the centre's languages: de"),
        ({"source_name": ""}, "source_name", "Give a text"),
        ({"election": "xa.parliament.1999"}, "election", "There is no election"),
        ({"body_xx": "?"}, "body_xx", "no field 'body_xx'"),
        ({"confirmation": "confirmed"}, "confirmation", "no field"),
        ({"center": "xb"}, "center", "no field"),
        ({"body_de": "Wer hier wohnt, steht im  Verzeichnis."}, "", "Nothing would change"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    answer: Answer, curator: User, fields: dict[str, Any], field: str, sentence: str
) -> None:
    errors = errors_of(lambda: proposed(curator, wish(ANSWER, **fields)))

    assert sentence in errors[field][0]
    assert not Proposal.objects.exists()
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."


@pytest.mark.parametrize(
    "record", ["answer", "answer:", "wish:xa", "answer:xa/nonsense", "answer:zz/when", "round:x", ":"]
)
def test_a_record_that_is_none_is_refused(arcadia: ElectionCenter, curator: User, record: str) -> None:
    errors_of(lambda: proposed(curator, wish(record, body_de="x")))


def test_pasted_markup_becomes_text(answer: Answer, curator: User) -> None:
    pasted = '<h1>Wahl</h1><script>alert("x")</script><p>Von <b>8</b> bis 18 Uhr &amp; länger</p>\u202e!'

    proposal = proposed(curator, wish(ANSWER, body_de=pasted))

    assert proposal.fields["body_de"] == "Wahl\nVon 8 bis 18 Uhr & länger\n!"


def test_text_that_only_looks_like_markup_stays(answer: Answer, curator: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Alter < 18: nein; 5 > 3 & 2 < 4"))

    assert proposal.fields["body_de"] == "Alter < 18: nein; 5 > 3 & 2 < 4"


def test_an_answer_to_an_open_question_is_added(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    new = wish("answer:xa/what_id", ProposalAction.CREATE, body_de="Ausweis.", source_name="Wahlbehörde")

    approved(proposed(curator, new), publisher)

    created = Answer.objects.get(center=arcadia, question="what_id")
    assert (created.body_de, created.source_url) == ("Ausweis.", SOURCE)
    assert "exists already" in errors_of(lambda: proposed(curator, new))[""][0]
    undone = change_undo(change=PublishedChange.objects.get(), by=publisher, reason="Too early")
    assert undone.action == "remove"
    assert not Answer.objects.exists()


def test_what_others_published_meanwhile_is_not_overwritten(answer: Answer, curator: User, publisher: User) -> None:
    mine = proposed(curator, wish(ANSWER, body_de="Meins.", source_name="Amt"))
    theirs = proposed(person(Role.CONTRIBUTOR, answer.center.jurisdiction), wish(ANSWER, body_de="Ihres."))
    approved(theirs, publisher)

    (conflict,) = proposal_conflicts(mine)
    assert (conflict.base, conflict.current, conflict.proposed) == (
        "Wer hier wohnt, steht im Verzeichnis.", "Ihres.", "Meins.",
    )  # fmt: skip
    assert set(errors_of(lambda: approved(mine, publisher))) == {"body_de"}
    answer.refresh_from_db()
    assert (answer.body_de, answer.source_name) == ("Ihres.", "Arcadian Electoral Board"), "all or nothing"

    again = proposal_revise(proposal=mine, author=curator, wishes=[wish(ANSWER, body_de="Beides.")], because=BECAUSE)
    approved(again, publisher)
    answer.refresh_from_db()
    assert answer.body_de == "Beides."


def test_a_stale_form_is_no_silent_overwrite(answer: Answer, curator: User, publisher: User) -> None:
    seen = {"body_de": "Wer hier wohnt, steht im Verzeichnis."}
    approved(proposed(curator, wish(ANSWER, body_de="Ihres.")), publisher)

    late = proposal_submit(
        author=curator, wishes=[Wish(ANSWER, "change", {"body_de": "Meins."}, seen)], because=BECAUSE
    )

    assert len(proposal_conflicts(late)) == 1
    errors_of(lambda: approved(late, publisher))


def test_two_who_agree_do_not_conflict(answer: Answer, curator: User, publisher: User) -> None:
    one = proposed(curator, wish(ANSWER, body_de="Gleich.", source_name="Amt"))
    approved(proposed(curator, wish(ANSWER, body_de="Gleich.")), publisher)

    assert proposal_conflicts(one) == []
    approved(one, publisher)
    answer.refresh_from_db()
    assert answer.source_name == "Amt"


def test_a_proposal_is_decided_once_and_as_it_was_seen(answer: Answer, curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Eins."))
    proposal_revise(proposal=proposal, author=curator, wishes=[wish(ANSWER, body_de="Zwei.")], because=BECAUSE)

    assert "changed it meanwhile" in errors_of(lambda: approved(proposal, publisher))[""][0]
    proposal.refresh_from_db()
    approved(proposal, publisher)
    proposal.refresh_from_db()
    assert "decided already" in errors_of(lambda: approved(proposal, publisher))[""][0]
    assert PublishedChange.objects.count() == 1
    with pytest.raises(CurationError):
        proposal_withdraw(proposal=proposal, author=curator)


def test_sent_back_revised_rejected(answer: Answer, curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Eins."))

    assert "note" in errors_of(lambda: proposal_send_back(proposal=proposal, by=publisher, revision=1, note=" "))
    proposal_send_back(proposal=proposal, by=publisher, revision=1, note="Wo steht das?")
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decision, proposal.decided_by) == ("sent_back", "Wo steht das?", publisher)
    proposal_revise(proposal=proposal, author=curator, wishes=[wish(ANSWER, body_de="Zwei.")], because=BECAUSE)
    proposal_reject(proposal=proposal, by=publisher, revision=2, note="Nicht belegt.")
    proposal.refresh_from_db()
    assert proposal.status == "rejected"
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."


def test_only_the_author_takes_back(answer: Answer, curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Eins."))

    with pytest.raises(PermissionDenied):
        proposal_withdraw(proposal=proposal, author=publisher)
    assert proposal_withdraw(proposal=proposal, author=curator).status == "withdrawn"


def test_comments_stay_as_they_were_said(
    answer: Answer, curator: User, publisher: User, arcadia: ElectionCenter
) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Eins."))

    comment = proposal_comment(proposal=proposal, by=publisher, text=" <i>Gut</i> ")

    assert comment.text == "Gut"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        proposal.comments.update(text="Schlecht")
    with pytest.raises(PermissionDenied):
        proposal_comment(proposal=proposal, by=person(Role.MODERATOR, arcadia.jurisdiction), text="?")


def test_publication_waits_for_its_moment(
    answer: Answer, curator: User, publisher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now() + dt.timedelta(hours=2)
    proposal = proposed(curator, wish(ANSWER, body_de="Später."), publish_at=moment)

    assert approved(proposal, publisher).status == "scheduled"
    assert proposals_publish_due() == 0
    answer.refresh_from_db()
    assert answer.body_de != "Später."
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert proposals_publish_due() == 1
    assert proposals_publish_due() == 0
    answer.refresh_from_db()
    assert answer.body_de == "Später."


def test_what_cannot_be_published_at_its_moment_goes_back(
    answer: Answer, curator: User, publisher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now() + dt.timedelta(hours=2)
    later = proposed(curator, wish(ANSWER, body_de="Später."), publish_at=moment)
    approved(later, publisher)
    approved(proposed(curator, wish(ANSWER, body_de="Früher.")), publisher)

    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert proposals_publish_due() == 0

    later.refresh_from_db()
    assert later.status == "sent_back"
    assert "has been changed since" in later.decision
    answer.refresh_from_db()
    assert answer.body_de == "Früher."


def test_an_approval_is_taken_back_before_its_moment(answer: Answer, curator: User, publisher: User) -> None:
    moment = timezone.now() + dt.timedelta(hours=2)
    proposal = proposed(curator, wish(ANSWER, body_de="Später."), publish_at=moment)
    approved(proposal, publisher)

    assert proposal_unschedule(proposal=proposal, by=publisher).status == "open"
    assert "publish_at" in errors_of(
        lambda: proposed(curator, wish(ANSWER, body_de="x"), publish_at=timezone.now() - dt.timedelta(minutes=1))
    )


def test_several_are_approved_each_by_itself(answer: Answer, curator: User, publisher: User) -> None:
    good = proposed(curator, wish(ANSWER, body_de="Gut."))
    late = proposed(curator, wish(ANSWER, body_de="Auch."))
    own = proposed(publisher, wish(ANSWER, source_name="Amt"))

    decided = proposals_approve(proposals=[(good, 1), (late, 1), (own, 1)], by=publisher)

    assert decided.approved == 1
    assert set(decided.refused) == {late.pk, own.pk}
    assert "own proposal" in decided.refused[own.pk]


def test_a_publication_is_taken_back_and_that_is_recorded(answer: Answer, curator: User, publisher: User) -> None:
    approved(proposed(curator, wish(ANSWER, body_de="Falsch.", body_fr="Faux.")), publisher)
    line = PublishedChange.objects.get()

    assert "reason" in errors_of(lambda: change_undo(change=line, by=publisher, reason=""))
    with pytest.raises(PermissionDenied):
        change_undo(change=line, by=curator, reason="Falsch")
    change_undo(change=line, by=publisher, reason="Falsch")

    answer.refresh_from_db()
    assert (answer.body_de, answer.body_fr) == ("Wer hier wohnt, steht im Verzeichnis.", None)
    newest = PublishedChange.objects.first()
    assert newest is not None
    assert (newest.reason, newest.after["body_de"]) == ("Falsch", "Wer hier wohnt, steht im Verzeichnis.")
    assert (
        "taken back already" in errors_of(lambda: change_undo(change=line, by=publisher, reason="Noch einmal"))[""][0]
    )


def test_history_cannot_be_edited(answer: Answer, curator: User, publisher: User) -> None:
    approved(proposed(curator, wish(ANSWER, body_de="Neu.")), publisher)

    for change in (
        lambda: PublishedChange.objects.update(reason="Anders"),
        lambda: PublishedChange.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_the_authority_confirms_what_it_saw(answer: Answer, publisher: User, arcadia: ElectionCenter) -> None:
    seen = {"body_de": answer.body_de}

    line = fact_confirm(record=ANSWER, by=publisher, seen=seen, on=dt.date(2026, 5, 1))

    answer.refresh_from_db()
    assert (answer.confirmation, answer.confirmed_on) == ("confirmed", dt.date(2026, 5, 1))
    assert answer.confirmed_by == line.organisation
    assert (
        "changed meanwhile"
        in errors_of(lambda: fact_confirm(record=ANSWER, by=publisher, seen={"body_de": "Etwas anderes"}))[""][0]
    )
    with pytest.raises(PermissionDenied, match="authority itself"):
        fact_confirm(record=ANSWER, by=person(Role.CURATOR, arcadia.jurisdiction, kind="civil_society"), seen=seen)
    with pytest.raises(PermissionDenied):
        fact_confirm(record=ANSWER, by=person(Role.CONTRIBUTOR, arcadia.jurisdiction), seen=seen)


def test_a_round_changes_with_its_days(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)])
    RoundFactory(election=election, number=2, days=[dt.date(2031, 6, 15)])
    days = [{"date": "2031-06-08", "opens_at": "07:00", "closes_at": "18:00"}, {"date": "2031-06-07"}]

    approved(proposed(curator, wish("round:xa.president.2031/1", polling_days=days)), publisher)

    stored = PollingDay.objects.filter(round__election=election, round__number=1).values_list("date", "opens_at")
    assert list(stored) == [(dt.date(2031, 6, 7), None), (dt.date(2031, 6, 8), dt.time(7))]
    for wrong, sentence in (
        (["2031-06-15"], "Round 2 begins on 2031-06-15"),
        (["2031-06-09", "2031-06-09"], "listed twice"),
        ([], "at least one"),
        (["9 June"], "YYYY-MM-DD"),
        ([{"date": "2031-06-08", "opens_at": "18:00", "closes_at": "07:00"}], "open before they close"),
        ("2031-06-08", "at least one"),
    ):
        errors = errors_of(lambda wrong=wrong: proposed(curator, wish("round:xa.president.2031/1", polling_days=wrong)))
        assert sentence in errors["polling_days"][0]


def test_dates_keep_their_order(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")
    RoundFactory(election=election, days=[dt.date(2031, 6, 1)])
    deadline = "date:xa.president.2031/xa/registration_deadline/everyone"

    errors = errors_of(lambda: proposed(curator, wish(deadline, ProposalAction.CREATE, day="2031-06-02")))
    assert "after the vote" in errors["day"][0]
    approved(proposed(curator, wish(deadline, ProposalAction.CREATE, day="2031-05-20")), publisher)
    opens = "date:xa.president.2031/xa/registration_opens/everyone"
    errors = errors_of(lambda: proposed(curator, wish(opens, ProposalAction.CREATE, day="2031-05-21")))
    assert "Last day to register" in errors["day"][0]
    for fields, field in (
        ({"day": "2031-05-20", "instant": "2031-05-20T12:00:00+02:00"}, "day"),
        ({}, "day"),
        ({"day": "2031-05-20", "time_zone": "America/New_York"}, "time_zone"),
        ({"instant": "2031-05-20T12:00:00"}, "instant"),
    ):
        assert field in errors_of(lambda f=fields: proposed(curator, wish(opens, ProposalAction.CREATE, **f)))
    moved = errors_of(lambda: proposed(curator, wish("round:xa.president.2031/1", polling_days=["2031-05-01"])))
    assert "Change that date first" in moved["polling_days"][0]


def test_a_source_keeps_its_identity_when_its_address_changes(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    OrganisationFactory(key="watch", kind="civil_society", name="Wahlwacht")
    new = wish(
        "source:xa/new", ProposalAction.CREATE,
        url="https://wacht.example.org/", title="Wahlwacht", organisation="watch", kind="civil_society",
        languages=["de", "xx-bad-code!"],
    )  # fmt: skip

    assert "Not a language code" in errors_of(lambda: proposed(curator, new))["languages"][0]
    approved(proposed(curator, wish(new.record, new.action, **{**new.fields, "languages": "de, fr"})), publisher)
    made = TrustedSource.objects.get(title="Wahlwacht")
    assert made.languages == ["de", "fr"]
    name = f"source:xa/{made.pk}"
    approved(proposed(curator, wish(name, url="https://neu.example.org/")), publisher)
    made.refresh_from_db()
    assert made.url == "https://neu.example.org/"
    assert list(PublishedChange.objects.values_list("record", flat=True)) == [name, name]
    approved(proposed(curator, wish(name, ProposalAction.REMOVE)), publisher)
    assert not TrustedSource.objects.filter(pk=made.pk).exists()
    line = PublishedChange.objects.first()
    assert line is not None
    change_undo(change=line, by=publisher, reason="It is back")
    assert TrustedSource.objects.get(title="Wahlwacht").url == "https://neu.example.org/"
    for foreign in ("source:xb/new", f"source:xb/{made.pk}", "source:xa/999999999"):
        errors_of(lambda foreign=foreign: proposed(curator, wish(foreign, title="?")))


def test_changes_that_belong_together_come_together(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    old = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031", type="president")
    RoundFactory(election=old, days=[dt.date(2031, 6, 1)])
    KeyDateFactory(election=old, day=dt.date(2031, 5, 1))
    rerun = wish(
        "election:xa.president.2031-rerun", ProposalAction.CREATE, name_de="Präsidentenwahl (Wiederholung)",
        name_en="Presidential election (rerun)", type="president", status="expected", replaces=old.key,
        expected_from="2031-09-01", expected_to="2031-10-31", date_basis="window",
    )  # fmt: skip
    annulled = wish("election:xa.president.2031", status="annulled")

    assert "must be annulled" in errors_of(lambda: proposed(curator, rerun))["replaces"][0]
    proposal = proposed(curator, annulled, rerun)
    assert not Election.objects.filter(key__endswith="rerun").exists(), "a rehearsal leaves nothing"
    approved(proposal, publisher)

    new = Election.objects.get(key="xa.president.2031-rerun")
    assert new.replaces == Election.objects.get(key=old.key, status="annulled")
    assert PublishedChange.objects.filter(proposal=proposal).count() == 2
    scheduled = [
        wish("round:xa.president.2031-rerun/1", ProposalAction.CREATE, polling_days=["2031-09-14"], status="scheduled"),
        wish("election:xa.president.2031-rerun", status="scheduled"),
    ]
    approved(proposed(curator, *scheduled), publisher)
    new.refresh_from_db()
    assert new.status == "scheduled"
    assert Round.objects.get(election=new).polling_days.get().date == dt.date(2031, 9, 14)
    assert KeyDate.objects.get().election == old


def test_an_election_is_never_removed(arcadia: ElectionCenter, curator: User) -> None:
    ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031")

    assert (
        "never removed"
        in errors_of(lambda: proposed(curator, wish("election:xa.president.2031", ProposalAction.REMOVE)))[""][0]
    )


def test_material_of_the_loader_is_taken_up_or_dismissed(answer: Answer, curator: User, publisher: User) -> None:
    place = answer.center.jurisdiction
    materials = [
        Proposal.objects.create(
            jurisdiction=place, record=f"election:xa.local.{year}", fields={}, reason="Low", source="?"
        )
        for year in (2031, 2032)
    ]

    assert "take it up" in errors_of(lambda: approved(materials[0], publisher))[""][0]
    proposed(curator, wish(ANSWER, body_de="Neu."), takes_up=materials[0])
    materials[0].refresh_from_db()
    assert materials[0].status == "approved"
    proposal_reject(proposal=materials[1], by=publisher, revision=1, note="There is no such election.")
    materials[1].refresh_from_db()
    assert materials[1].status == "rejected"


@pytest.mark.django_db(transaction=True)
def test_two_publishers_at_once_publish_once(union: ElectionCenter) -> None:
    import threading

    center = CenterFactory(jurisdiction=JurisdictionFactory(parent=union.jurisdiction))
    AnswerFactory(center=center, body_de="Alt.")
    curator = person(Role.CURATOR, center.jurisdiction)
    publishers = [person(Role.PUBLISHER, center.jurisdiction, name=f"p{number}") for number in range(4)]
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))
    outcomes: list[str] = []

    def approve(by: User) -> None:
        try:
            outcomes.append(proposal_approve(proposal=proposal, by=by, revision=1).status)
        except CurationError:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[by]) for by in publishers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["approved", "too late", "too late", "too late"]
    assert PublishedChange.objects.count() == 1


def test_most_parts(answer: Answer, curator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "MOST_PARTS", 1)

    errors_of(lambda: proposed(curator, wish(ANSWER, body_de="x"), wish(ANSWER, body_fr="y")))
    errors_of(lambda: proposed(curator))
