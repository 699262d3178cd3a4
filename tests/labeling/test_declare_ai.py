"""Content says how it was made: by its creator, by its platform, by its file; and what labels and tasks follow."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.api.provenance import ProvenanceView
from labeling.models import (
    AiEvidence,
    AiSays,
    AiSource,
    ContentItem,
    CredentialsState,
    IntakeBatch,
    Label,
    LabelDecision,
    LabelState,
    Platform,
    ReviewAction,
    ReviewTask,
)
from labeling.services import ai_evidence
from labeling.services.ai_evidence import Told, standing_of
from labeling.services.api_key import api_key_create
from labeling.services.review_close import review_sweep
from labeling.services.review_decide import Verdict, review_decide
from tests.labeling.conftest import Post, item
from tests.labeling.credentials import CAMERA, action, picture, signed, tampered, trust
from tests.labeling.tasks import given_moderator

Work = Callable[[], None]
Send = Callable[..., HttpResponse]


@pytest.fixture
def trusted(settings: Any, tmp_path: Path) -> None:
    settings.PROVENANCE_TRUST = trust(tmp_path)


@pytest.fixture
def upload(client: Client, key: str) -> Send:
    def send(data: bytes, uri: str = "clips:7312", **headers: str) -> HttpResponse:
        named = {"Authorization": f"Api-Key {key}"} | headers
        address = f"/api/v1/content/{uri}/provenance/"
        return client.post(address, data, content_type="application/octet-stream", headers=named)  # type: ignore[return-value]

    return send


@pytest.fixture
def declare(client: Client, key: str) -> Send:
    def send(said: Any, uri: str = "clips:7312") -> HttpResponse:
        headers = {"Authorization": f"Api-Key {key}"}
        address = f"/api/v1/content/{uri}/declaration/"
        return client.post(address, {"ai_generated": said}, content_type="application/json", headers=headers)  # type: ignore[return-value]

    return send


@pytest.fixture
def labelled(post: Post, label_all: Work) -> ContentItem:
    """An item with a label about an election, which no one said anything else of."""
    post([item()])
    label_all()
    return ContentItem.objects.get()


def ai_label() -> Label | None:
    return Label.objects.filter(kind="ai_generated").first()


def the_ai_label() -> Label:
    return Label.objects.get(kind="ai_generated")


def open_task() -> ReviewTask | None:
    return ReviewTask.objects.open().select_related("policy").first()


def test_a_creators_declaration_gives_the_label(
    labelled: ContentItem, declare: Send, client: Client, world: dict[str, Jurisdiction]
) -> None:
    answer = declare("partly")
    assert answer.status_code == 200
    label = the_ai_label()
    assert answer.json() == {
        "uri": "clips:7312", "ai_generated": "partly", "label": {"id": label.public_id, "state": "applied"},
    }  # fmt: skip
    assert (label.state, label.jurisdiction, label.decided_by) == ("applied", world["de"], "machine")
    assert label.evidence == [{"kind": "ai", "basis": "creator", "says": "partly"}]
    assert list(label.decisions.values_list("action", "reason")) == [("applied", "ai_evidence")]
    assert open_task() is None
    shown = client.get("/api/v1/labels/?uri=clips:7312").json()["items"][0]["labels"]
    assert [(one["kind"], one.get("rests_on")) for one in shown] == [("election", []), ("ai_generated", ["creator"])]


def test_the_same_declaration_again_changes_nothing(labelled: ContentItem, declare: Send) -> None:
    first = declare(True).json()
    assert declare("generated").json() == first
    assert AiEvidence.objects.count() == 1
    assert LabelDecision.objects.filter(label__kind="ai_generated").count() == 1


def test_the_last_declaration_counts(labelled: ContentItem, declare: Send, client: Client) -> None:
    declare(True)
    assert declare(False).json()["label"]["state"] == "withdrawn"
    assert client.get("/api/v1/labels/?uri=clips:7312").json()["items"][0]["labels"][-1]["kind"] == "election"
    assert declare(True).json()["label"]["state"] == "applied"
    said = list(LabelDecision.objects.filter(label__kind="ai_generated").values_list("action", "reason"))
    assert said == [("applied", "ai_evidence"), ("withdrawn", "ai_evidence_gone"), ("applied", "ai_evidence")]


@pytest.mark.parametrize("said", ["maybe", 1, None, ["generated"]])
def test_a_declaration_that_says_nothing_known_is_refused(labelled: ContentItem, declare: Send, said: Any) -> None:
    answer = declare(said)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "ai_generated"
    assert not AiEvidence.objects.exists()


def test_only_own_known_items_are_declared(labelled: ContentItem, declare: Send, client: Client) -> None:
    assert declare(True, "clips:other").status_code == 404
    assert declare(True, "others:7312").status_code == 404
    assert client.post("/api/v1/content/clips:7312/declaration/", {}, "application/json").status_code == 401
    other = api_key_create(platform=Platform.objects.create(key="others", name="Others"), name="test")
    headers = {"Authorization": f"Api-Key {other}"}
    body = {"ai_generated": True}
    assert (
        client.post("/api/v1/content/clips:7312/declaration/", body, "application/json", headers=headers).status_code
        == 404
    )
    assert not AiEvidence.objects.exists()


@pytest.mark.usefixtures("trusted")
def test_trusted_credentials_give_the_label_and_ask_why_nobody_said_so(
    labelled: ContentItem, upload: Send, world: dict[str, Jurisdiction]
) -> None:
    answer = upload(signed())
    assert answer.status_code == 200
    read = answer.json()
    label = the_ai_label()
    assert (read["state"], read["says"], read["media_type"], read["known"]) == (
        "valid",
        "generated",
        "image/jpeg",
        True,
    )
    assert read["signer"] == "Studio Arcadia (Fictional Pictures)"
    assert read["label"] == {"id": label.public_id, "state": "applied"}
    assert label.evidence == [
        {
            "kind": "ai",
            "basis": "content_credentials",
            "says": "generated",
            "text": "Studio Arcadia (Fictional Pictures)",
        }
    ]
    task = open_task()
    assert task is not None
    assert (task.policy.key, task.kind, task.jurisdiction) == ("undisclosed-ai", "unsure", world["de"])
    # The label stands, so nothing waits: the task stays nevertheless until somebody decides.
    review_sweep()
    assert open_task() == task
    by = given_moderator(world["de"])
    review_decide(task=task, by=by, version=task.version, verdict=Verdict(ReviewAction.APPLY, "provenance"))
    label.refresh_from_db()
    assert (label.state, label.decided_by) == ("applied", "person")
    # What a person confirmed is not asked again, and the reasons for the restriction are stated.
    upload(signed())
    assert open_task() is None
    assert label.statements.count() == 1


@pytest.mark.usefixtures("trusted")
def test_who_declares_afterwards_is_asked_no_more(labelled: ContentItem, upload: Send, declare: Send) -> None:
    upload(signed())
    assert open_task() is not None
    declare(True)
    review_sweep()
    assert open_task() is None
    assert {sign["basis"] for sign in the_ai_label().evidence} == {"creator", "content_credentials"}


@pytest.mark.usefixtures("trusted")
def test_who_denies_what_the_file_says_is_asked(labelled: ContentItem, upload: Send, declare: Send) -> None:
    declare(False)
    upload(signed())
    review_sweep()
    assert the_ai_label().state == "applied"
    assert open_task() is not None


def test_a_stranger_signature_only_asks_a_moderator(labelled: ContentItem, upload: Send, client: Client) -> None:
    assert upload(signed()).json()["label"]["state"] == "review"
    task = open_task()
    assert task is not None
    assert task.policy.key == "undisclosed-ai"
    kinds = [one["kind"] for one in client.get("/api/v1/labels/?uri=clips:7312").json()["items"][0]["labels"]]
    assert kinds == ["election"]


@pytest.mark.usefixtures("trusted")
def test_a_broken_manifest_proves_nothing_and_is_shown(
    labelled: ContentItem, upload: Send, world: dict[str, Jurisdiction]
) -> None:
    read = upload(tampered(signed())).json()
    assert (read["state"], read["says"], read["label"]) == ("invalid", "nothing", None)
    assert "assertion.dataHash.mismatch" in read["problems"]
    assert (ai_label(), open_task()) == (None, None)
    kept = AiEvidence.objects.get()
    assert (kept.state, kept.says) == ("invalid", "nothing")


@pytest.mark.usefixtures("trusted")
def test_files_that_are_not_ai_give_no_label(labelled: ContentItem, upload: Send) -> None:
    assert upload(signed(action(source=CAMERA))).json()["says"] == "not_ai"
    assert upload(picture()).json()["state"] == "none"
    assert ai_label() is None
    assert AiEvidence.objects.count() == 2


@pytest.mark.usefixtures("trusted")
def test_the_same_file_again_changes_nothing(labelled: ContentItem, upload: Send) -> None:
    data = signed()
    first = upload(data).json()
    assert upload(data).json() == first
    assert AiEvidence.objects.count() == 1


def test_whom_one_trusts_later_counts_from_the_next_reading_on(
    labelled: ContentItem, upload: Send, settings: Any, tmp_path: Path
) -> None:
    data = signed()
    assert upload(data).json()["label"]["state"] == "review"
    settings.PROVENANCE_TRUST = trust(tmp_path)
    assert upload(data).json()["label"]["state"] == "applied"


def test_an_item_not_known_here_keeps_nothing(upload: Send, platform: Platform) -> None:
    read = upload(signed(), "clips:unknown").json()
    assert (read["says"], read["known"], read["label"]) == ("generated", False, None)
    assert not AiEvidence.objects.exists()


def test_uploads_are_bounded_and_sniffed(labelled: ContentItem, upload: Send, settings: Any) -> None:
    assert upload(b"<html>not media</html>" * 9).status_code == 415
    assert upload(b"").status_code == 400
    settings.PROVENANCE_MAX_BYTES = 500
    assert upload(signed()).status_code == 413
    assert upload(picture()[:100] + bytes(500)).json()["type"] == "urn:election-centers:problem:too-large"
    assert not AiEvidence.objects.exists()


def test_a_body_of_unknown_length_is_refused(labelled: ContentItem, key: str) -> None:
    headers = {"Authorization": f"Api-Key {key}", "Transfer-Encoding": "chunked"}
    request = RequestFactory().generic("POST", "/", b"", "application/octet-stream", headers=headers)
    request.META.pop("CONTENT_LENGTH", None)
    answer = ProvenanceView.as_view()(request, uri="clips:7312")
    assert answer.status_code == 411


def test_no_file_is_left_behind(
    labelled: ContentItem, upload: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for data in (signed(), tampered(signed()), b"no media at all, just words", signed()[:500]):
        upload(data)
        assert list(tmp_path.iterdir()) == []


def test_more_than_a_minute_allows_is_refused(labelled: ContentItem, upload: Send, settings: Any) -> None:
    settings.PROVENANCE_PER_MINUTE = 0
    answer = upload(signed())
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert not AiEvidence.objects.exists()


def test_a_list_of_trust_that_is_none_says_so(
    labelled: ContentItem, upload: Send, settings: Any, tmp_path: Path
) -> None:
    settings.PROVENANCE_TRUST = tmp_path / "bad.pem"
    settings.PROVENANCE_TRUST.write_text("no certificate")
    assert upload(signed()).status_code == 503


@pytest.mark.parametrize(
    ("more", "basis"),
    [
        ({"ai": {"declared": "generated"}}, {"creator"}),
        ({"ai": {"flagged": "partly"}}, {"platform"}),
        ({"ai": {"declared": "partly", "flagged": "generated"}}, {"creator", "platform"}),
        ({"media": [{"type": "video", "ai_generated": True}]}, {"platform"}),
        ({"media": [{"type": "video", "ai_generated": True}], "ai": {"flagged": "generated"}}, {"platform"}),
    ],
)
def test_flags_come_with_the_item(post: Post, label_all: Work, more: dict[str, Any], basis: set[str]) -> None:
    assert post([item(**more)]).status_code == 202
    label_all()
    label = the_ai_label()
    assert label.state == "applied"
    assert {sign["basis"] for sign in label.evidence} == basis
    assert open_task() is None


def test_a_flag_that_is_taken_back_takes_the_label_with_it(post: Post, label_all: Work) -> None:
    for revision, flag in ((1, True), (2, None), (3, False)):
        post([item(revision=revision, media=[{"type": "video", "ai_generated": flag}])])
        label_all()
        assert the_ai_label().state == ("withdrawn" if flag is False else "applied"), flag


def test_items_without_flags_cost_nothing_more(
    post: Post, label_all: Work, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(**_: Any) -> None:
        raise AssertionError("nothing was said of how it was made")

    monkeypatch.setattr(ai_evidence, "ai_evidence_take", never)
    post([item(str(number), media=[{"type": "video", "ai_generated": False}]) for number in range(5)])
    label_all()
    assert not AiEvidence.objects.exists()
    assert IntakeBatch.objects.get().error == ""


def test_flags_of_content_that_matches_nothing_are_not_kept(post: Post, label_all: Work) -> None:
    post([item(text="Kuchen", ai={"declared": "generated"})])
    label_all()
    assert not AiEvidence.objects.exists()
    assert not Label.objects.exists()


def test_flags_that_are_none_are_refused(post: Post) -> None:
    answer = post([item(ai={"declared": "surely"})])
    assert answer.status_code == 422
    assert answer.json()["invalid"][0]["errors"][0]["field"] == "ai.declared"


def test_what_a_person_rejected_comes_back_to_people(
    labelled: ContentItem, upload: Send, declare: Send, world: dict[str, Jurisdiction]
) -> None:
    upload(signed())
    task = open_task()
    assert task is not None
    by = given_moderator(world["de"])
    review_decide(task=task, by=by, version=task.version, verdict=Verdict(ReviewAction.REJECT, "no-evidence"))
    declare(True)
    assert the_ai_label().state == "withdrawn"
    again = open_task()
    assert again is not None
    assert again != task
    review_sweep()
    assert open_task() == again


def test_what_was_said_goes_with_the_content(labelled: ContentItem, upload: Send, post: Post, label_all: Work) -> None:
    upload(signed())
    post([{"external_id": "7312", "deleted": True}])
    label_all()
    assert not AiEvidence.objects.exists()
    label = the_ai_label()
    assert label.state == "withdrawn"
    assert label.evidence == [{"kind": "ai", "basis": "content_credentials", "says": "generated"}]


def test_the_rule_itself() -> None:
    creator, file = AiSource.CREATOR, AiSource.CREDENTIALS
    generated, valid, invalid = AiSays.GENERATED, CredentialsState.VALID, CredentialsState.INVALID
    assert standing_of([]).state is None
    assert standing_of([Told(creator, AiSays.NOT_AI, "", "")]).state is None
    assert standing_of([Told(file, AiSays.NOTHING, invalid, "")]).state is None
    firm = standing_of([Told(file, generated, valid, "A"), Told(file, generated, "untrusted", "B")])
    assert (firm.state, [sign["text"] for sign in firm.signs]) == (LabelState.APPLIED, ["A"])


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"source": "rumour", "state": "", "digest": ""}, "ai_evidence_source_is_known"),
        ({"says": "surely"}, "ai_evidence_says_what_is_known"),
        ({"digest": ""}, "ai_evidence_of_files_names_them"),
        ({"digest": "not-a-digest"}, "ai_evidence_of_files_names_them"),
        ({"state": ""}, "ai_evidence_of_files_names_them"),
        ({"source": "creator"}, "ai_evidence_of_files_names_them"),
        ({"state": "invalid"}, "ai_evidence_of_broken_files_says_nothing"),
    ],
)
def test_evidence_is_refused(labelled: ContentItem, changed: dict[str, Any], constraint: str) -> None:
    said = {"source": "content_credentials", "says": "generated", "state": "valid", "digest": "a" * 64}
    AiEvidence.objects.create(item=labelled, given_at=timezone.now(), **said)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AiEvidence.objects.update(**changed)
    with pytest.raises(IntegrityError, match="ai_evidence_is_given_once"), transaction.atomic():
        AiEvidence.objects.create(item=labelled, given_at=timezone.now(), **said)
