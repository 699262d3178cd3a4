"""Organisations on a desk: what its people may change of them, with four eyes, and what administrators alone decide."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Organisation, Role, User
from centers.curation import CurationError
from centers.models import ElectionCenter, Proposal, PublishedChange, TrustedSource
from centers.pagecache import publications
from centers.services.change_undo import change_undo
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import person, proposed, wish
from tests.centers.forms import WHY, begun, error_of
from tests.factories import CenterFactory, JurisdictionFactory, OrganisationFactory, TrustedSourceFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

RECORD = "organisation:board"
INSIDE = (
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "169.254.169.254",
    "[::1]",
    "[fd00::1]",
    "[::ffff:10.0.0.1]",
    "localhost",
    "printer.local",
    "db.internal",
)
EDIT = f"/staff/centers/xa/edit/{RECORD}/"
PAGE = f"/staff/centers/xa/record/{RECORD}/"


@pytest.fixture
def board(arcadia: ElectionCenter) -> Organisation:
    body = OrganisationFactory(key="board", jurisdiction=arcadia.jurisdiction, languages=["de"])
    TrustedSource.objects.update(organisation=body)
    return body


def test_organisation_is_edited_approved_and_told(
    board: Organisation, curator: User, publisher: User, client: Client
) -> None:
    desk = client_of(curator)
    listed = desk.get("/staff/centers/xa/records/").content.decode()
    assert f"/staff/centers/xa/record/{RECORD}/" in listed
    assert "Not yet checked" in listed
    assert "An administrator checks who an organisation is" in desk.get(PAGE).content.decode()
    client.get("/de/centers/xa/")

    form = begun(desk, EDIT)
    assert set(form) >= {"p0-name", "p0-name_en", "p0-url", "p0-languages"}
    assert not {"p0-vetting", "p0-kind", "p0-jurisdiction", "p0-key"} & set(form)
    changed = {"p0-name": "Wahlamt Arkadien", "p0-url": "https://wahlamt.example.org/"}
    assert desk.post(EDIT, form | WHY | changed | {"do": "submit"}).status_code == 302
    proposal = Proposal.objects.get()
    html = client_of(publisher).get(f"/staff/centers/xa/proposals/{proposal.pk}/").content.decode()
    assert "Organisation: Arkadische Wahlbehörde" in html
    assert "Wahlamt Arkadien" in html
    proposal_approve(proposal=proposal, by=publisher, revision=1)

    board.refresh_from_db()
    assert (board.name, board.vetting) == ("Wahlamt Arkadien", "unvetted")
    publications.forget()
    assert "Wahlamt Arkadien" in client.get("/de/centers/xa/").content.decode(), "voters read it at once"
    history = client.get("/en/centers/xa/history/").content.decode()
    assert "Wahlamt Arkadien" in history
    audited = client_of(publisher).get("/staff/centers/xa/audit/?noun=organisation").content.decode()
    assert "Wahlamt Arkadien" in audited

    change_undo(change=PublishedChange.objects.get(), by=publisher, reason="Doch der alte Name.")
    board.refresh_from_db()
    assert board.name == "Arkadische Wahlbehörde"


def test_other_centres_that_show_it_are_made_current(
    board: Organisation, curator: User, publisher: User, union: ElectionCenter
) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb", parent=union.jurisdiction))
    TrustedSourceFactory(center=other, organisation=board)
    version = other.version

    proposal_approve(proposal=proposed(curator, wish(RECORD, name="Wahlamt")), by=publisher, revision=1)

    other.refresh_from_db()
    assert other.version > version


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("url", "javascript:alert(1)", "begins with https:// or http://"),
        ("url", "data:text/html,<b>x</b>", "begins with https:// or http://"),
        *(("url", f"http://{host}/", "inside a network") for host in INSIDE),
        ("url", "https://wahl.example.org:8443/", "without a port"),
        ("url", "https://anna@wahl.example.org/", "Leave the user name out"),
        ("name", "", ""),
        ("name", "x" * 251, "250"),
        ("languages", "deutsch, xx-!", "Not a language code"),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    board: Organisation, curator: User, field: str, value: str, said: str
) -> None:
    desk = client_of(curator)

    answer = desk.post(EDIT, begun(desk, EDIT) | WHY | {f"p0-{field}": value, "do": "submit"})

    assert answer.status_code == 422
    told = error_of(answer.content.decode(), f"p0-{field}")
    assert told
    assert said in told
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("name", ["vetting", "kind", "key", "jurisdiction"])
def test_what_administrators_decide_is_not_proposed(board: Organisation, curator: User, name: str) -> None:
    with pytest.raises(CurationError, match="has no field"):
        proposed(curator, wish(RECORD, **{name: "vetted"}))


def test_organisations_are_neither_added_nor_removed_here(board: Organisation, curator: User) -> None:
    with pytest.raises(CurationError, match="never removed"):
        proposed(curator, wish(RECORD, "remove"))
    with pytest.raises(CurationError, match="added by administrators"):
        proposed(curator, wish("organisation:new-body", "create", name="Neu", name_en="New"))
    assert client_of(curator).get("/staff/centers/xa/edit/organisation:new-body/").status_code == 404


def test_organisations_of_elsewhere_or_of_no_place_are_not_found(board: Organisation, union: ElectionCenter) -> None:
    CenterFactory(jurisdiction=JurisdictionFactory(code="xb", parent=union.jurisdiction))
    other = client_of(person(Role.CURATOR, board.jurisdiction, name="other"))
    OrganisationFactory(key="nowhere")
    for path in (f"/staff/centers/xb/record/{RECORD}/", "/staff/centers/xa/record/organisation:nowhere/"):
        assert other.get(path).status_code in (403, 404), path
    assert other.get("/staff/centers/xa/edit/organisation:nowhere/").status_code == 404


def test_who_confirms_facts_cannot_be_changed_by_renaming(board: Organisation, curator: User, publisher: User) -> None:
    proposal_approve(proposal=proposed(curator, wish(RECORD, name_en="Ministry")), by=publisher, revision=1)
    board.refresh_from_db()
    assert (board.kind, board.name_en) == ("electoral_authority", "Ministry")
