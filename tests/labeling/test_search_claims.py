"""Content that repeats a claim is found in what is stored and in what comes in, and only proposed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from freezegun import freeze_time

from accounts.models import Role, User
from centers.models import Jurisdiction
from factcheck.models import Claim, ClaimSign
from factcheck.services.claim_merge import claim_merge
from factcheck.services.claim_sign import claim_phrases_set, claim_picture_add
from labeling import tasks
from labeling.claim_precision import precision_by_how
from labeling.claims.index import LIKE_FROM, Wanted, index_made
from labeling.models import ClaimMatch, ClaimSearch, ContentItem, Label, MatchState, ReviewTask, SearchCursor
from labeling.services import claims_search as searching
from labeling.services.claims_search import claims_search
from tests.factcheck.pictures import file_of, picture
from tests.labeling.claims import POST, SAID, checker_of, decided, followed, found, given_claim, given_desk, given_match
from tests.labeling.conftest import Post
from tests.labeling.conftest import item as item_handed_in
from tests.labeling.outside import given_item
from tests.labeling.tasks import given_moderator
from tests.members import client_of, given_member

OTHER = "Der Schulchor von Arkadien singt am Dienstag im großen Saal, Eintritt frei für alle."
NEAR_TEXTS = [
    SAID,
    SAID.upper(),
    POST,
    "Leute!! In Arkadien darf NUR wählen, wer am Sonntag einen blauen Ausweis dabei hat 😡 #wahl",
    f"{OTHER} {OTHER} Und dann: {SAID} {OTHER} {OTHER}",
]
FAR_TEXTS = [
    OTHER,
    "In Arkadien darf wählen, wer 18 Jahre alt ist.",
    "Am Sonntag wird in Arkadien gewählt, bringen Sie Ihren Ausweis mit.",
    "",
    "🗳️🗳️🗳️",
    " ".join(f"{OTHER} {number}" for number in range(60)),
]


def index_of(text: str = SAID, **more: Any) -> Any:
    return index_made([Wanted(1, text, **more)])


@pytest.mark.parametrize("text", NEAR_TEXTS)
def test_words_of_a_claim_are_found_with_other_words_around(text: str) -> None:
    (one,) = index_of().found(text)
    assert (one.claim, one.how) == (1, "text")
    assert one.likeness is not None
    assert one.likeness >= LIKE_FROM
    assert one.evidence == [{"likeness": one.likeness}]


@pytest.mark.parametrize("text", FAR_TEXTS)
def test_other_words_are_not(text: str) -> None:
    assert index_of().found(text) == []


def test_real_samples_repeat_none_of_each_other() -> None:
    """On posts that were written one by one nothing but the post itself is found."""
    import json
    from pathlib import Path

    lines = Path("labeling/data/evaluation/fresh/b_held_out.ndjson").read_text(encoding="utf-8").splitlines()
    texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    index = index_made(Wanted(number, text) for number, text in enumerate(texts))
    wrong = [
        (texts[one.claim], text)
        for number, text in enumerate(texts)
        for one in index.found(text)
        if one.claim != number
    ]
    assert wrong == []


def test_short_claim_is_known_by_its_phrases_alone() -> None:
    index = index_made([Wanted(1, "Blau zählt!", phrases=["blauer Ausweis"])])
    assert index.found("Blau zählt!") == []
    (one,) = index.found("Nur ein BLAUER   Ausweis!! zählt")
    assert (one.how, one.evidence) == ("phrase", [{"phrase": "blauer Ausweis"}])
    assert index.found("himmelblauer Ausweis") == []


def test_files_and_pictures_are_compared() -> None:
    index = index_of("", files=["ab" * 32], pictures=["00ff00ff00ff00ff"])
    (one,) = index.found("", [{"type": "image", "sha256": "AB" * 32}])
    assert (one.how, one.evidence) == ("media", [{"sha256": "ab" * 32}])
    (one,) = index.found("", [{"type": "image", "phash": "00FF00FF00FF0000"}])
    assert (one.how, one.evidence) == ("picture", [{"distance": 8}])
    assert index.found("", [{"type": "image", "phash": "00ff00ff00ff0100"}]) == []
    assert index.found("", [{"type": "image", "phash": ""}, {"type": "video"}]) == []


def test_all_that_says_so_is_evidence_and_the_surest_names_it() -> None:
    index = index_of(SAID, phrases=["blauen Ausweis"], files=["ab" * 32])
    (one,) = index.found(POST, [{"type": "image", "sha256": "ab" * 32}])
    assert one.how == "media"
    assert [next(iter(evidence)) for evidence in one.evidence] == ["sha256", "phrase", "likeness"]


@pytest.fixture
def claim(here: Jurisdiction) -> Claim:
    """Found to be false."""
    made = given_claim(here)
    found(made, given_desk(here))
    return made


@pytest.fixture
def moderator(here: Jurisdiction) -> User:
    """Who decides here."""
    return given_moderator(here)


pytestmark = pytest.mark.django_db


def matched() -> set[str]:
    return set(ClaimMatch.objects.values_list("item__external_id", flat=True))


def test_stored_content_is_found_and_moderators_are_asked(here: Jurisdiction, claim: Claim) -> None:
    given_item("copy", text=POST)
    given_item("other", text=OTHER)
    assert claims_search() == 1
    followed()
    match = ClaimMatch.objects.get()
    assert (match.state, match.how, match.item.external_id) == (MatchState.PROPOSED, "text", "copy")
    task = ReviewTask.objects.get()
    assert (task.kind, task.policy.key) == ("fact_check", "unverified")
    assert not Label.objects.exists(), "nothing is labelled by itself"
    search = ClaimSearch.objects.get()
    assert (search.compared, search.finished_at is not None) == (2, True)


def test_content_that_comes_in_later_is_found(here: Jurisdiction, claim: Claim) -> None:
    assert claims_search() == 0
    given_item("later", text=POST)
    given_item("other", text=OTHER)
    assert claims_search() == 1
    assert claims_search() == 0
    assert matched() == {"later"}


def test_nothing_is_read_while_no_claim_is_searched_for(here: Jurisdiction) -> None:
    given_claim(here)
    for number in range(3):
        given_item(str(number), text=POST)
    claims_search()
    with CaptureQueriesContext(connection) as queries:
        assert claims_search() == 0
    assert not [query for query in queries if '"labeling_contentitem"."text"' in query["sql"]]
    assert SearchCursor.objects.get(name="new").after_item == ContentItem.objects.latest("pk").pk


def test_what_was_committed_late_is_met_by_the_cursor_behind(here: Jurisdiction, claim: Claim) -> None:
    claims_search()
    late = given_item("late", text=POST)
    # As if its batch had been committed after items with higher ids had been looked at.
    SearchCursor.objects.filter(name="new").update(after_item=late.pk)
    assert claims_search() == 0
    ContentItem.objects.filter(pk=late.pk).update(first_seen_at=timezone.now() - dt.timedelta(minutes=6))
    assert claims_search() == 1


def test_claim_of_which_nothing_is_proposed_is_not_searched_for(here: Jurisdiction) -> None:
    made = given_claim(here)
    desk = given_desk(here)
    found(made, desk, "true")
    given_item("copy", text=POST)
    assert claims_search() == 0
    assert not ClaimSearch.objects.exists()
    found(made, desk, "false")
    assert claims_search() == 1


def test_new_phrase_searches_what_is_stored_anew(here: Jurisdiction, claim: Claim) -> None:
    given_item("foreign", text="La carte bleue est exigée, faites passer !", lang="fr")
    assert claims_search() == 0
    claim_phrases_set(claim=claim, by=checker_of(given_desk(here, "Other Desk")), phrases=["carte bleue est exigée"])
    assert claims_search() == 1
    assert ClaimMatch.objects.get().evidence == [{"phrase": "carte bleue est exigée"}]


def test_picture_finds_resized_copies_that_platforms_tell_of(here: Jurisdiction, claim: Claim) -> None:
    from factcheck.pictures import picture_read

    copy = picture_read(file_of(picture(5).resize((300, 200)), "JPEG", quality=40))
    given_item("copy", text="😱", media=[{"type": "image", "phash": copy.phash}])
    other = picture_read(file_of(picture(6)))
    given_item("other", text="😱", media=[{"type": "image", "phash": other.phash}])
    claim_picture_add(claim=claim, by=checker_of(given_desk(here, "Other Desk")), data=file_of(picture(5)))
    assert ClaimSign.objects.count() == 2
    assert claims_search() == 1
    assert matched() == {"copy"}
    assert ClaimMatch.objects.get().how == "picture"


def test_confirmed_copy_teaches_its_file(here: Jurisdiction, claim: Claim, moderator: User) -> None:
    media = [{"type": "video", "sha256": "ab" * 32}]
    copy = given_item("copy", text=POST, media=media)
    given_item("same-file", text="ohne Worte", media=media)
    claims_search()
    followed()
    assert matched() == {"copy"}
    decided(copy, moderator)
    given_item("new-file", text="ohne Worte", media=media)
    claims_search()
    assert matched() == {"copy", "new-file"}, "what comes in is compared at once"
    with freeze_time(timezone.now() + dt.timedelta(minutes=11)):
        claims_search()
    assert matched() == {"copy", "new-file", "same-file"}, "what is stored, a little later"


def test_words_of_its_copies_find_for_the_claim(here: Jurisdiction, claim: Claim) -> None:
    copy = given_claim(here, "Seulement les porteurs de la carte bleue peuvent voter dimanche en Arcadie.")
    claim_merge(claim=copy, into=claim, by=None)
    given_item("french", text="Info : seulement les porteurs de la carte bleue peuvent voter dimanche en Arcadie !")
    assert claims_search() == 1
    assert ClaimMatch.objects.get().claim == claim


def test_refused_content_is_not_proposed_again(here: Jurisdiction, claim: Claim, moderator: User) -> None:
    copy = given_item("copy", text=POST)
    claims_search()
    followed()
    decided(copy, moderator, "reject:not-the-claim")
    claim_phrases_set(claim=claim, by=checker_of(given_desk(here, "Other Desk")), phrases=["blauen Ausweis"])
    assert claims_search() == 0
    followed()
    assert not ReviewTask.objects.open().exists()


def test_search_goes_on_where_a_worker_was_killed(
    here: Jurisdiction, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        given_item(str(number), text=POST)
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    real, done = searching._propose, []

    def dying(*given: Any) -> int:
        made = real(*given)
        done.append(made)
        if len(done) == 4:
            raise SystemExit
        return made

    monkeypatch.setattr(searching, "_propose", dying)
    with pytest.raises(SystemExit):
        claims_search()
    monkeypatch.setattr(searching, "_propose", real)
    while ClaimSearch.objects.filter(finished_at=None).exists():
        claims_search()
    assert len(matched()) == ClaimMatch.objects.count() == 5


def test_work_is_bounded_by_its_slice(here: Jurisdiction, claim: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    claims_search()
    for number in range(5):
        given_item(str(number), text=POST)
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    assert claims_search(seconds=0) == 2
    assert claims_search(seconds=0) == 2


def test_claim_with_too_many_proposals_pauses_and_then_misses_nothing(
    here: Jurisdiction, claim: Claim, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_WAITING", 2)
    items = [given_item(str(number), text=POST) for number in range(2)]
    claims_search()
    given_item("meanwhile", text=POST)
    assert claims_search() == 0
    assert ClaimSearch.objects.get().is_paused
    followed()
    for one in items:
        decided(one, moderator)
    claims_search()
    claims_search()
    assert "meanwhile" in matched()


def test_erased_content_is_passed_by(here: Jurisdiction, claim: Claim) -> None:
    ContentItem.objects.filter(pk=given_item("gone", text=POST).pk).update(
        text="", media=[], hashtags=[], erased_at=timezone.now()
    )
    assert claims_search() == 0


def test_precision_is_measured_from_what_people_decided(here: Jurisdiction, claim: Claim, moderator: User) -> None:
    items = [given_item(str(number), text=POST) for number in range(4)]
    claims_search()
    followed()
    for one in items[:2]:
        decided(one, moderator)
    decided(items[2], moderator, "reject:not-the-claim")
    named = given_item("named", text=OTHER)
    given_match(claim, named)
    decided(named, moderator, "reject:not-the-claim")
    together, by_text, by_person = precision_by_how([claim.pk])
    assert (together.rate.hits, together.rate.n, together.waiting) == (2, 3, 1)
    assert (by_text.how, by_text.rate) == ("text", together.rate)
    assert (by_person.rate.hits, by_person.rate.n) == (0, 1)

    staff = client_of(given_member(Role.OPERATOR, here))
    page = staff.get(f"/staff/factcheck/claims/{claim.public_id}/").content.decode()
    assert "2 confirmed, 1 proposed; found rightly: 2 of 3 that people judged, too few for a share" in page
    page = staff.get(f"/staff/labeling/claims/{claim.public_id}/").content.decode()
    assert "too few: 3" in page
    assert "of the claim’s words stand in it" in page
    table = staff.get("/staff/labeling/figures/matches.csv").content.decode()
    assert "Similar words,3,2,1,0.6667" in table


def test_content_is_named_by_hand_on_the_claims_page(here: Jurisdiction, claim: Claim, moderator: User) -> None:
    given_item("copy", text="ohne Worte")
    address = f"/staff/labeling/claims/{claim.public_id}/"
    client = client_of(moderator)
    for uri, said in (("copy", "Name the content as platform:id"), ("fictional:nothing", "not known here")):
        answer = client.post(address, {"uri": uri})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert client.post(address, {"uri": "fictional:copy"}).status_code == 302
    assert ReviewTask.objects.get().kind == "fact_check"
    assert "named by a person" in client.get(address).content.decode()


def test_platforms_hand_in_what_a_picture_looks_like(post: Post, label_all: Any, client: Client) -> None:
    media = [{"type": "image", "phash": "00ff00ff00ff00ff"}]
    assert post([item_handed_in(media=media)]).status_code == 202
    bad = post([item_handed_in("bad", media=[{"type": "image", "phash": "xyz"}])])
    assert bad.json()["invalid"][0]["errors"][0]["reason"].startswith("Must be 16 hexadecimal digits")
    label_all()
    assert ContentItem.objects.get().media == media


def test_task_is_a_door(here: Jurisdiction, claim: Claim) -> None:
    given_item("copy", text=POST)
    tasks.claims_search()
    assert matched() == {"copy"}
