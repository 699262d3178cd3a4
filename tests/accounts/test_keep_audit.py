"""The audit in the database: who changed what, by whatever way, in rows that nobody can change."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.audit import EVENTS, FLUSH_SETTING, acting
from accounts.models import Invitation, Membership, Organisation, Role, User
from accounts.services import membership_end
from centers.models import Answer, ElectionCenter, Jurisdiction, PollingDay, Proposal
from centers.pagecache import center_touch
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import person, proposed, wish
from tests.factories import AnswerFactory, CenterFactory, JurisdictionFactory, OrganisationFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def center() -> ElectionCenter:
    return CenterFactory.create()


def events(model: type[Any], **wanted: Any) -> list[Any]:
    return list(EVENTS[model].objects.filter(**wanted).order_by("pgh_id"))


def labels(model: type[Any], **wanted: Any) -> list[str]:
    return [one.pgh_label for one in events(model, **wanted)]


def test_every_way_of_changing_a_record_is_kept(center: ElectionCenter) -> None:
    answer = AnswerFactory.create(center=center, body_en="One.")
    Answer.objects.filter(pk=answer.pk).update(body_en="Two.")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE centers_answer SET body_en = 'Three.' WHERE id = %s", [answer.pk])
    Answer.objects.filter(pk=answer.pk).delete()
    kept = events(Answer, pgh_obj=answer.pk)
    assert [(one.pgh_label, one.body_en) for one in kept] == [
        ("added", "One."), ("changed", "Two."), ("changed", "Three."), ("removed", "Three."),
    ]  # fmt: skip


def test_writing_the_same_again_is_no_change(center: ElectionCenter) -> None:
    answer = AnswerFactory.create(center=center)
    answer.save()
    Answer.objects.bulk_create([answer], update_conflicts=True, unique_fields=["pk"], update_fields=["body_en"])
    center_touch(codes=[center.jurisdiction.code])
    assert labels(Answer) == ["added"]
    assert labels(ElectionCenter) == ["added"], "a publication changes no word"


def test_what_a_service_does_names_who_and_why(center: ElectionCenter) -> None:
    AnswerFactory.create(center=center, body_en="One.", body_de="Eins.")
    curator, publisher = person(Role.CURATOR, center.jurisdiction), person(Role.PUBLISHER, center.jurisdiction)
    proposal = proposed(curator, wish("answer:xa/register", body_en="Two."))
    assert labels(Answer) == ["added"], "trying a change out leaves nothing behind"
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    changed = events(Answer)[-1]
    assert changed.pgh_context == {"user": publisher.pk, "reason": f"Proposal {proposal.pk}"}
    assert changed.body_en == "Two."
    User.objects.filter(pk=curator.pk).update(is_active=False)
    assert events(User, pgh_obj=curator.pk)[-1].pgh_context is None, "what follows is not theirs"


def test_request_tells_who_and_where_and_nothing_else() -> None:
    place = JurisdictionFactory.create()
    publisher = given_member(Role.PUBLISHER, place)
    colleague = given_member(Role.CURATOR, place, email="colleague@fictional.example")
    held = Membership.objects.get(user=colleague)
    Membership.objects.filter(pk=held.pk).update(organisation=publisher.memberships_held[0].organisation)

    client_of(publisher).post(reverse("membership-remove", args=[held.pk]), headers={"user-agent": "spy"})
    removed = events(Membership, pgh_obj=held.pk)[-1]
    assert (removed.pgh_label, removed.role, removed.user_id) == ("removed", "curator", colleague.pk)
    assert removed.pgh_context == {"user": publisher.pk, "url": "membership-remove", "reason": "Role taken back"}


def test_roles_given_and_taken_back_are_kept_also_from_the_admin() -> None:
    root = given_member(is_staff=True, is_superuser=True, email="root@fictional.example")
    member = given_member(email="member@fictional.example")
    organisation = OrganisationFactory.create()
    form = {
        "email": member.email, "name": "", "is_active": "on", "is_staff": "on",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-MIN_NUM_FORMS": "0",
        "memberships-MAX_NUM_FORMS": "1000", "memberships-0-organisation": str(organisation.pk),
        "memberships-0-role": "publisher", "memberships-0-jurisdiction": "", "memberships-0-user": str(member.pk),
    }  # fmt: skip
    answer = client_of(root).post(f"/admin/accounts/user/{member.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()[:2_000]
    given = events(Membership)[-1]
    assert (given.pgh_label, given.role, given.user_id) == ("added", "publisher", member.pk)
    assert given.pgh_context == {"user": root.pk, "url": "admin:accounts_user_change"}
    assert [one.is_staff for one in events(User, pgh_obj=member.pk)] == [False, True]


def test_sign_ins_and_passwords_leave_nothing_in_the_audit() -> None:
    member = given_member()
    member.last_login = timezone.now()
    member.set_password("a long fictional password")
    member.name, member.email = "Anna", "anna.new@fictional.example"
    member.save()
    assert labels(User, pgh_obj=member.pk) == ["added"]


def test_audit_holds_no_addresses_names_or_secrets() -> None:
    columns = {
        (event._meta.model_name, one.name)
        for model, event in EVENTS.items()
        if model._meta.app_label in {"accounts", "labeling"}
        for one in event._meta.concrete_fields
    }
    # The digest of a rule set is no secret; that of a key is.
    told = {name for kind, name in columns if (kind, name) != ("rulesetaudit", "digest")}
    assert not told & {"email", "password", "last_login", "nonce", "public_id", "digest", "prefix"}
    assert [name for kind, name in columns if kind == "useraudit" and "name" in name] == []


def test_account_that_is_erased_leaves_a_number_only() -> None:
    member = given_member(Role.CURATOR, JurisdictionFactory.create())
    number = member.pk
    member.delete()
    assert labels(User, pgh_obj=number) == ["added", "removed"]
    assert [one.user_id for one in events(Membership)] == [number, number]


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_nothing_changes_the_audit(statement: str) -> None:
    given_member(Role.CURATOR, CenterFactory.create().jurisdiction)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [FLUSH_SETTING])
    tables = [EVENTS[model]._meta.db_table for model in (Membership, Organisation, User, Jurisdiction, ElectionCenter)]
    refused = pytest.raises(DatabaseError, match=r"Cannot (update|delete)|append-only")
    for table in [*tables, *(["centers_publishedchange"] if "TRUNCATE" in statement else [])]:
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))


def test_every_event_model_is_guarded_and_in_no_admin() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgtype FROM pg_trigger WHERE NOT tgisinternal")
        guarded: dict[str, int] = {}
        for table, kind in cursor.fetchall():
            guarded[table] = guarded.get(table, 0) | kind
    update, delete, truncate = 16, 8, 32
    for event in EVENTS.values():
        assert guarded[event._meta.db_table] & (update | delete | truncate) == update | delete | truncate, event
        assert not admin.site.is_registered(event)
    assert not [one for one in admin.site._registry if one._meta.app_label in {"pghistory", "pgtrigger"}]


def test_what_people_curate_is_tracked() -> None:
    # Loaders' and machines' notes, drafts that belong to one person, and what is a history itself.
    not_curated = {
        "LoadedRecord", "PublishedChange", "ProposalComment", "RecordDraft", "Link", "LinkCheck", "PageLook",
        "HeldUpload", "UpkeepTold", "VideoStarts",
    }  # fmt: skip
    tracked = {model.__name__ for model in EVENTS}
    ours = {one.__name__ for one in apps.get_app_config("centers").get_models() if not one.__name__.endswith("Audit")}
    assert ours - tracked == not_curated, "a new model is tracked, or named here"
    assert {"Membership", "Invitation", "User", "Organisation", "Ruleset", "Platform", "ApiKey"} <= tracked


def test_acting_inside_another_adds_to_it_and_gives_it_back() -> None:
    anna = given_member()
    with acting(by=anna, reason="Outer"):
        with acting(reason="Inner"):
            OrganisationFactory.create(key="inner")
        OrganisationFactory.create(key="outer")
    OrganisationFactory.create(key="nobody")
    told = {one.key: one.pgh_context for one in events(Organisation)}
    assert told["inner"] == {"user": anna.pk, "reason": "Inner"}
    assert told["outer"] == {"user": anna.pk, "reason": "Outer"}
    assert told["nobody"] is None


def test_facts_loaded_again_leave_nothing_in_the_audit() -> None:
    call_command("load_facts", quiet=True)
    counts = {event: event.objects.count() for event in EVENTS.values()}
    assert counts[EVENTS[Answer]] == Answer.objects.count()
    assert EVENTS[Answer].objects.first().pgh_context == {"reason": "Facts pack"}
    assert counts[EVENTS[PollingDay]] == PollingDay.objects.count()
    call_command("load_facts", quiet=True)
    assert {event: event.objects.count() for event in EVENTS.values()} == counts


# How it is read.


def test_auditor_reads_who_did_what(center: ElectionCenter) -> None:
    answer = AnswerFactory.create(center=center, body_en="Old words.")
    elsewhere = AnswerFactory.create(
        center=CenterFactory(jurisdiction=JurisdictionFactory(code="xb")), body_en="Not of here."
    )
    publisher = person(Role.PUBLISHER, center.jurisdiction)
    with acting(by=publisher, reason="Proposal 12"):
        Answer.objects.filter(pk__in=[answer.pk, elsewhere.pk]).update(body_en="<b>New</b> words.")
    client = client_of(given_member(Role.AUDITOR, center.jurisdiction))

    page = client.get("/staff/centers/xa/audit/").content.decode()
    assert "<del>Old words.</del> <ins>&lt;b&gt;New&lt;/b&gt; words.</ins>" in page
    assert publisher.email in page
    assert "Proposal 12" in page
    assert "outside the workspace" in page, "the factory is no member"
    assert "Not of here." not in page

    only = client.get("/staff/centers/xa/audit/", {"noun": "answer", "user": publisher.pk}).content.decode()
    assert only.count("data-row") == 1
    today = timezone.now().date()
    for query, rows in (
        ({"noun": "answer", "since": today, "until": today}, 2),
        ({"noun": "answer", "until": today - dt.timedelta(days=1)}, 0),
        ({"noun": "answer", "since": today + dt.timedelta(days=1)}, 0),
    ):
        found = client.get("/staff/centers/xa/audit/", query).content.decode()
        assert found.count("data-row") == rows, query
    assert "Enter a valid date" in client.get("/staff/centers/xa/audit/", {"since": "yesterday"}).content.decode()


def test_audit_page_takes_few_queries(center: ElectionCenter, django_assert_max_num_queries: Any) -> None:
    for question in ("register", "when", "where", "online"):
        answer = AnswerFactory.create(center=center, question=question)
        for number in range(20):
            Answer.objects.filter(pk=answer.pk).update(body_en=f"Version {number}")
    client = client_of(given_member(Role.AUDITOR, center.jurisdiction))
    client.get("/staff/centers/xa/audit/")
    with django_assert_max_num_queries(22):
        page = client.get("/staff/centers/xa/audit/", {"page": 2}).content.decode()
    assert page.count("data-row") > 30


def test_audit_needs_the_role(center: ElectionCenter) -> None:
    for role, status in ((Role.AUDITOR, 200), (Role.PUBLISHER, 200), (Role.CURATOR, 403), (Role.CONTRIBUTOR, 403)):
        client = client_of(given_member(role, center.jurisdiction, email=f"{role}@fictional.example"))
        assert client.get("/staff/centers/xa/audit/").status_code == status, role
        assert client.post("/staff/centers/xa/audit/").status_code in {403, 405}


def test_publisher_reads_the_history_of_own_members_only() -> None:
    place = JurisdictionFactory.create()
    publisher = given_member(Role.PUBLISHER, place, email="lead@fictional.example")
    own = publisher.memberships_held[0].organisation
    gone = given_member(email="gone@fictional.example")
    held = Membership.objects.create(user=gone, organisation=own, role=Role.CURATOR, jurisdiction=place)
    membership_end(actor=publisher, membership=held)
    Invitation.objects.create(
        organisation=own, role=Role.AUDITOR, email="new@fictional.example", expires_at=timezone.now()
    )
    given_member(Role.MODERATOR, place, email="stranger@fictional.example")

    page = client_of(publisher).get(reverse("members-history")).content.decode()
    assert f"Curator of account {gone.pk}" in page
    assert "Role taken back" in page
    assert "to be auditor" in page
    assert "stranger@fictional.example" not in page
    assert "Moderator" not in page

    root = given_member(is_staff=True, is_superuser=True, email="root@fictional.example")
    assert "Curator of gone@fictional.example" in client_of(root).get(reverse("members-history")).content.decode()


def test_proposals_are_tracked_too(center: ElectionCenter) -> None:
    AnswerFactory.create(center=center, body_de="Eins.")
    curator = person(Role.CURATOR, center.jurisdiction)
    proposal = proposed(curator, wish("answer:xa/register", body_en="Two."))
    assert labels(Proposal, pgh_obj=proposal.pk) == ["added"]
