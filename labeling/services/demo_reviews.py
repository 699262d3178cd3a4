"""Fictional work of moderators for a portal that is tried out; made by the ordinary services, never in production."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple
from unittest import mock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from accounts.models import Membership, Organisation, OrganisationKind, Role, User
from centers.models import Jurisdiction
from labeling.models import (
    ContentItem,
    Label,
    LabelState,
    Platform,
    ReviewAction,
    ReviewDecision,
    ReviewerProfile,
    ReviewTask,
    SignalKind,
)
from labeling.quality import pairs_agreed
from labeling.services.quality_golden import golden_mark
from labeling.services.review_claim import task_claim, task_next
from labeling.services.review_decide import Verdict, review_decide
from labeling.services.review_join import Signal, labels_join, signals_join

DAYS: Final = 28
_PLATFORM: Final = "demo-reviews"
#: How often each decides otherwise than most would.
_PEOPLE: Final = {"ada": 0.04, "bela": 0.06, "carlo": 0.05, "dunja": 0.2}
_PLACES: Final = {"de": "de", "fr": "fr", "it": "it", "pl": "pl"}
_TEXTS: Final = {
    "de": ("Fiktiver Beitrag: Wer darf am Sonntag wählen?", "Fiktiver Beitrag: Welche Farbe soll ich wählen?"),
    "fr": ("Message fictif : où voter dimanche ?", "Message fictif : votez pour ma recette !"),
    "it": ("Post fittizio: dove si vota domenica?", "Post fittizio: votate la mia canzone!"),
    "pl": ("Fikcyjny wpis: gdzie głosować w niedzielę?", "Fikcyjny wpis: głosujcie na mojego kota!"),
}
_APPLY: Final = Verdict(ReviewAction.APPLY, "about-election")
_REJECT: Final = Verdict(ReviewAction.REJECT, "not-about-election")


class DemoDone(NamedTuple):
    """What there is now."""

    decisions: int
    people: int
    waiting: int


def demo_reviews(*, tasks: int) -> DemoDone:
    """Four weeks of work on `tasks` items, with blind second decisions, appeals and a few golden items.

    Raises `ImproperlyConfigured` in production. Once made it is not made again.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("Fictional decisions are never made in production.")
    platform, is_new = Platform.objects.get_or_create(key=_PLATFORM, defaults={"name": "Demo platform (fictional)"})
    people = _people()
    if is_new:
        # More than usual is made again, so that there is something to compare.
        with mock.patch.multiple(settings, REVIEW_SECOND_SHARE=30, REVIEW_GOLDEN_SHARE=5):
            _month(platform, people, tasks)
    return DemoDone(
        ReviewDecision.objects.filter(user__in=people).count(), len(people), ReviewTask.objects.open().count()
    )


def _people() -> list[User]:
    body, _ = Organisation.objects.get_or_create(
        key="demo-organisation",
        defaults={
            "kind": OrganisationKind.CIVIL_SOCIETY,
            "name": "Demo organisation (fictional)",
            "name_en": "Demo organisation (fictional)",
        },
    )
    people = []
    for name in _PEOPLE:
        email = f"{name}@demo.example"
        # Nobody can sign in as them: they have no password.
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        Membership.objects.get_or_create(user=user, organisation=body, role=Role.MODERATOR, jurisdiction=None)
        ReviewerProfile.objects.get_or_create(user=user, defaults={"languages": list(_PLACES)})
        people.append(user)
    return people


def _month(platform: Platform, people: list[User], tasks: int) -> None:
    """Day by day: content comes, and people decide most of what waits."""
    chance = random.Random(2029)  # noqa: S311 -- fiction
    places = dict(Jurisdiction.objects.filter(code__in=_PLACES.values()).values_list("code", "pk"))
    today = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0)
    number = 0
    for day in range(DAYS, -1, -1):
        morning = today - dt.timedelta(days=day)
        with _at(min(morning, timezone.now())):
            for _ in range(tasks // DAYS):
                number += 1
                _arrives(platform, number, chance, places)
        clock = morning + dt.timedelta(hours=2)
        for _ in range(int(tasks / DAYS * chance.uniform(0.9, 1.8))):
            clock = _decides(chance.choice(people), clock, chance) or clock
        if day == DAYS // 2:
            _golden()


def _arrives(platform: Platform, number: int, chance: random.Random, places: dict[str, int]) -> None:
    now = timezone.now()
    language = chance.choices(list(_PLACES), (5, 3, 2, 2))[0]
    is_about = chance.random() < 0.7  # noqa: PLR2004 -- most of what waits is about an election
    item = ContentItem.objects.create(
        platform=platform, external_id=f"demo-{number}", text=_TEXTS[language][not is_about], lang=language,
        created_at=now, metrics={"views": chance.randrange(100_000)},
    )  # fmt: skip
    label = Label.objects.create(
        item=item, kind="election", jurisdiction_id=places[_PLACES[language]], state=LabelState.REVIEW,
        confidence=0.6, decided_at=now,
    )  # fmt: skip
    labels_join(labels=[label.pk], now=now)


def _decides(user: User, clock: dt.datetime, chance: random.Random) -> dt.datetime | None:
    """One decision, some seconds after taking the task up; and now and then an appeal an hour later."""
    if clock > timezone.now():
        return None
    with _at(clock):
        task = task_next(by=user)
    if task is None:
        return None
    clock += dt.timedelta(seconds=chance.lognormvariate(1.8, 0.6))
    is_wrong = chance.random() < _PEOPLE[user.email.split("@")[0]]
    is_about = bool(task.item and task.item.text in {texts[0] for texts in _TEXTS.values()})
    with _at(clock):
        task_claim(by=user, task=task)
        verdict = _APPLY if is_about != is_wrong else _REJECT
        review_decide(task=task, by=user, version=task.version, verdict=verdict)
    if not task.is_blind and chance.random() < (0.15 if is_wrong else 0.02):
        _appeals(task, user, clock + dt.timedelta(hours=1))
    return clock + dt.timedelta(seconds=2)


def _appeals(task: ReviewTask, user: User, moment: dt.datetime) -> None:
    label = Label.objects.filter(item=task.item_id).values_list("pk", flat=True).first()
    signal = Signal(
        task.uri, task.item_id, task.jurisdiction_id, task.language, SignalKind.APPEAL, f"demo:{task.pk}",
        label=label, barred=(user.pk,),
    )  # fmt: skip
    with _at(moment):
        signals_join(signals=[signal], now=moment)


def _golden() -> None:
    """Some of what two people decided alike."""
    lead = User.objects.filter(is_superuser=True).first() or User.objects.filter(email="operator@demo.example").first()
    if lead is None:
        return
    for check in pairs_agreed().order_by("pk")[:6]:
        if check.first is not None:
            golden_mark(decision=check.first, by=lead, why="A clear case: the text names what it is about.")


@contextmanager
def _at(moment: dt.datetime) -> Iterator[None]:
    """What is done within is done at that moment."""
    with mock.patch.object(timezone, "now", return_value=moment):
        yield
