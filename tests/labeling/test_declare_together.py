"""Two say at the same moment how content was made, or two verify the same account: it happens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.models import (
    AiEvidence,
    AiSays,
    ContentItem,
    Label,
    LabelDecision,
    LabelState,
    OfficialAccount,
    OfficialStep,
    Platform,
)
from labeling.services.ai_statement import declaration_take
from labeling.services.official_account import OfficialConflict, account_propose, account_verify
from tests.labeling.officials import draft, proposer, verifier

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act: Callable[[int], object], times: int) -> list[object]:
    """What each answered, or the error it raised; each in a thread with a connection of its own."""

    def one(number: int) -> object:
        try:
            return act(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_declarations_at_once_give_one_label(here: Jurisdiction) -> None:
    platform = Platform.objects.create(key="clips", name="Clips")
    now = timezone.now()
    item = ContentItem.objects.create(platform=platform, external_id="1", text="Eine erfundene Wahl", created_at=now)
    Label.objects.create(
        item=item, kind="election", jurisdiction=here, state=LabelState.APPLIED, confidence=0.9, decided_at=now
    )
    answers = at_once(lambda _: declaration_take(platform=platform, external_id="1", says=AiSays.GENERATED), 6)
    assert len(set(answers)) == 1
    assert AiEvidence.objects.count() == 1
    assert Label.objects.filter(kind="ai_generated", state="applied").count() == 1
    assert LabelDecision.objects.count() == 1


def test_an_account_is_verified_once(here: Jurisdiction) -> None:
    platform = Platform.objects.create(key="clips", name="Clips")
    account = account_propose(draft=draft(platform, here), by=proposer(here), reason="Its own site links to it.")
    people = [verifier(here, f"verifier-{number}") for number in range(4)]
    answers = at_once(lambda number: account_verify(account=account, by=people[number], reason="Seen."), 4)
    assert sorted(type(one) is OfficialConflict for one in answers) == [False, True, True, True]
    assert OfficialStep.objects.filter(state="verified").count() == 1
    assert OfficialAccount.objects.get().state == "verified"
