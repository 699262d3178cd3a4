"""One record in the workspace: what stands, its whole history, confirming it and taking changes back."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from centers.curation import CurationError
from centers.models import Answer, ElectionCenter, ProposalAction, PublishedChange, TrustedSource
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import person, proposed, wish
from tests.factories import AnswerFactory, CenterFactory, ElectionFactory, JurisdictionFactory, OrganisationFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

ANSWER = "answer:xa/register"
PAGE = f"/staff/centers/xa/record/{ANSWER}/"
CONFIRM = f"/staff/centers/xa/confirm/{ANSWER}/"


@pytest.fixture
def desk(publisher: User) -> Client:
    """The publisher's browser."""
    return client_of(publisher)


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Wer hier wohnt, steht im Verzeichnis.", evidence="Row 7 of the pack")


def published(author: User, by: User, **fields: object) -> PublishedChange:
    """A change of the answer that two people made."""
    proposal = proposed(author, wish(ANSWER, **fields))
    proposal_approve(proposal=proposal, by=by, revision=1)
    return PublishedChange.objects.get(proposal=proposal)


def html_of(client: Client, url: str = PAGE) -> str:
    return client.get(url).content.decode()


def seen_on(client: Client) -> str:
    """The values that the form on the page stands for."""
    return html_of(client).split('name="seen" value="')[1].split('"')[0]


def undo_of(change: PublishedChange) -> str:
    return f"/staff/centers/xa/changes/{change.pk}/undo/"


def test_page_tells_values_source_status_and_curators(desk: Client, answer: Answer) -> None:
    html = html_of(desk)

    assert 'lang="de" dir="ltr">Wer hier wohnt, steht im Verzeichnis.</p>' in html
    assert 'href="https://wahl.example.org/source"' in html
    assert "1 March 2031" in html
    assert "Row 7 of the pack" in html
    assert "Not yet confirmed" in html
    assert "Arkadische Wahlbehörde" in html, "who looks after the place"
    assert "Nobody has changed it since it was compiled." in html


def test_history_tells_newest_first_what_changed_and_who(
    desk: Client, answer: Answer, curator: User, publisher: User
) -> None:
    published(curator, publisher, body_de="Zweite Fassung.")
    published(curator, publisher, body_de="Dritte Fassung.")

    html = html_of(desk)

    assert html.index("Dritte") < html.index("History</h2>") < html.rindex("Zweite")
    history = html.partition("History</h2>")[2]
    assert history.index("Dritte") < history.index("wohnt")
    assert "removed: </span>Zweite" in history
    assert "added: </span>Dritte" in history
    assert "you, Arkadische Wahlbehörde" in history
    assert "publisher.xa@authority.example" in html_of(
        client_of(person(Role.AUDITOR, answer.center.jurisdiction))
    )  # fmt: skip


def test_contributor_reads_the_organisation_and_no_name(answer: Answer, curator: User, publisher: User) -> None:
    published(curator, publisher, body_de="Zweite Fassung.")
    contributor = client_of(person(Role.CONTRIBUTOR, answer.center.jurisdiction))

    history = html_of(contributor).partition("History</h2>")[2]

    assert "Arkadische Wahlbehörde" in history
    assert "@authority.example" not in history
    assert "take this back" not in history


def test_open_proposals_about_the_record_are_named(desk: Client, answer: Answer, curator: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))

    assert f'href="/staff/centers/xa/proposals/{proposal.pk}/"' in html_of(desk)


@pytest.mark.parametrize(
    "record",
    [
        "answer:xb/register", "answer:xa/nonsense", "nonsense:xa/register", "source:xa/999999", "source:xa/x", "xa",
        "center:xb", "election:nowhere", "round:xa.parliament.2031/0", "date:a/b", "source:xa/" + "9" * 40,
    ],
)  # fmt: skip
def test_records_of_another_place_or_of_none_are_not_found(desk: Client, answer: Answer, record: str) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    AnswerFactory(center=other, body_de="Fremd.")

    assert desk.get(f"/staff/centers/xa/record/{record}/").status_code == 404
    assert desk.post(f"/staff/centers/xa/confirm/{record}/", {"on": "2026-01-01"}).status_code == 404


def test_record_that_is_not_given_yet_has_a_page(desk: Client, arcadia: ElectionCenter) -> None:
    assert "Voters read nothing about this yet." in html_of(desk, "/staff/centers/xa/record/answer:xa/where/")


def test_authority_confirms_what_it_saw_and_voters_read_so(desk: Client, answer: Answer, client: Client) -> None:
    today = timezone.now().date()

    done = desk.post(CONFIRM, {"on": today.isoformat(), "seen": seen_on(desk)}, follow=True).content.decode()

    assert "Confirmed: voters read that the authority stands behind it." in done
    answer.refresh_from_db()
    assert (answer.confirmation, answer.confirmed_on) == ("confirmed", today)
    assert "Arkadische Wahlbehörde" in html_of(desk)
    assert PublishedChange.objects.get().action == ProposalAction.CONFIRM
    assert "take this back" not in html_of(desk), "a confirmation is not undone"


def test_confirmation_of_what_was_changed_meanwhile_is_refused(
    desk: Client, answer: Answer, curator: User, publisher: User
) -> None:
    seen = seen_on(desk)
    published(curator, publisher, body_de="Anders.")

    refused = desk.post(CONFIRM, {"on": timezone.now().date().isoformat(), "seen": seen})

    assert refused.status_code == 409
    assert "changed meanwhile" in refused.content.decode()
    assert "Anders." in refused.content.decode()
    answer.refresh_from_db()
    assert answer.confirmation == "compiled"


@pytest.mark.parametrize("on", ["", "yesterday", "2019-01-01", "2099-01-01"])
def test_confirmation_on_an_impossible_day_is_refused(desk: Client, answer: Answer, on: str) -> None:
    assert desk.post(CONFIRM, {"on": on, "seen": seen_on(desk)}).status_code == 422
    answer.refresh_from_db()
    assert answer.confirmation == "compiled"


def test_who_is_no_authority_confirms_nothing(answer: Answer) -> None:
    other = person(Role.CURATOR, answer.center.jurisdiction, kind="civil_society")
    # In the authority too, but only to read.
    person(Role.AUDITOR, answer.center.jurisdiction)
    client = client_of(other)

    html = html_of(client)

    assert f'action="{CONFIRM}"' not in html
    assert "Only members of the electoral authority" in html
    assert client.post(CONFIRM, {"on": timezone.now().date().isoformat(), "seen": "x"}).status_code == 409


def test_change_is_taken_back_after_asking_with_a_reason(
    desk: Client, answer: Answer, curator: User, publisher: User, client: Client
) -> None:
    change = published(curator, publisher, body_de="Ein Irrtum.")
    assert f'href="{undo_of(change)}"' in html_of(desk)

    asked = html_of(desk, undo_of(change))
    assert "removed: </span>Ein Irrtum<" in asked
    assert desk.post(undo_of(change), {"reason": " "}).status_code == 422
    done = desk.post(undo_of(change), {"reason": "It was a mistake."}, follow=True).content.decode()

    assert "Taken back: voters see it as it was before." in done
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."
    latest = PublishedChange.objects.first()
    assert latest is not None
    assert (latest.reason, latest.published_by) == ("It was a mistake.", publisher)
    again = desk.post(undo_of(change), {"reason": "Twice."})
    assert again.status_code == 409
    assert "taken back already" in again.content.decode()
    assert PublishedChange.objects.count() == 2


def test_change_that_was_changed_again_cannot_be_taken_back(
    desk: Client, answer: Answer, curator: User, publisher: User
) -> None:
    first = published(curator, publisher, body_de="Zweite Fassung.")
    published(curator, publisher, body_de="Dritte Fassung.")

    assert undo_of(first) not in html_of(desk)
    refused = desk.post(undo_of(first), {"reason": "No."})
    assert refused.status_code == 409
    assert "changed again since" in refused.content.decode()


def test_proposal_with_several_changes_is_taken_back_as_a_whole(
    desk: Client, answer: Answer, curator: User, publisher: User
) -> None:
    AnswerFactory(center=answer.center, question="where", body_de="Im Rathaus.")
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."), wish("answer:xa/where", body_de="In der Schule."))
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    change = PublishedChange.objects.get(record=ANSWER)
    url = f"/staff/centers/xa/proposals/{proposal.pk}/undo/"

    assert f'href="{url}"' in html_of(desk, undo_of(change))
    assert f'href="{url}"' in html_of(desk, f"/staff/centers/xa/proposals/{proposal.pk}/")
    asked = html_of(desk, url)
    assert "Take back these 2 changes?" in asked
    assert "added: </span>Im Rathaus" in asked
    desk.post(url, {"reason": "Both were wrong."})

    bodies = dict(Answer.objects.values_list("question", "body_de"))
    assert bodies == {"register": "Wer hier wohnt, steht im Verzeichnis.", "where": "Im Rathaus."}
    assert desk.post(url, {"reason": "Twice."}).status_code == 409


def test_proposal_that_published_nothing_is_not_taken_back(desk: Client, answer: Answer, curator: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))

    assert desk.get(f"/staff/centers/xa/proposals/{proposal.pk}/undo/").status_code == 404


def test_change_of_another_place_is_not_found(desk: Client, answer: Answer, curator: User, publisher: User) -> None:
    change = published(curator, publisher, body_de="Neu.")
    CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    everywhere = client_of(person(Role.PUBLISHER, None))

    assert everywhere.get(undo_of(change).replace("xa", "xb")).status_code == 404
    assert everywhere.post(undo_of(change).replace("xa", "xb"), {"reason": "No."}).status_code == 404
    assert PublishedChange.objects.count() == 1


def test_removed_source_keeps_its_history(
    desk: Client, arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    source = TrustedSource.objects.get(center=arcadia)
    record = f"source:xa/{source.pk}"
    proposal_approve(proposal=proposed(curator, wish(record, "remove")), by=publisher, revision=1)

    html = html_of(desk, f"/staff/centers/xa/record/{record}/")

    assert "It was removed: voters no longer see it." in html
    desk.post(undo_of(PublishedChange.objects.get()), {"reason": "Still needed."})
    assert TrustedSource.objects.get(center=arcadia).title == source.title


def test_election_has_a_page_with_its_reference_in_words(desk: Client, arcadia: ElectionCenter) -> None:
    ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.parliament.2031")

    html = html_of(desk, "/staff/centers/xa/record/election:xa.parliament.2031/")

    assert "Election: Parliamentary election of Arcadia" in html
    assert "National parliament" in html
    assert "Scheduled" in html


def test_record_takes_a_bounded_number_of_queries(
    desk: Client, answer: Answer, curator: User, publisher: User, django_assert_max_num_queries: object
) -> None:
    for number in range(6):
        published(curator, publisher, body_de=f"Fassung {number}.")

    with django_assert_max_num_queries(22):  # type: ignore[operator]
        desk.get(PAGE)


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_one_field_approved_at_once_do_not_overwrite_each_other(union: ElectionCenter) -> None:
    center = CenterFactory(jurisdiction=JurisdictionFactory(parent=union.jurisdiction))
    AnswerFactory(center=center, body_de="Alt.")
    OrganisationFactory()
    curator = person(Role.CURATOR, center.jurisdiction)
    publishers = [person(Role.PUBLISHER, center.jurisdiction, name=f"p{number}") for number in range(3)]
    proposals = [proposed(curator, wish(ANSWER, body_de=f"Neu {number}.")) for number in range(3)]
    outcomes: list[str] = []

    def approve(number: int) -> None:
        try:
            outcomes.append(proposal_approve(proposal=proposals[number], by=publishers[number], revision=1).status)
        except CurationError:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["approved", "conflict", "conflict"]
    assert PublishedChange.objects.count() == 1
