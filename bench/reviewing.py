"""Fills a moderators' queue and works in it, as processes of their own: `python -m bench.reviewing WHAT …`.

`fill COUNT` makes fictional content that waits in the queue, and eight moderators; `work NAME SECONDS` takes and
decides one task after the other as one of them, ten times as fast as a person, and prints for each the milliseconds
until the next task was there, the processor time it took of them, and the milliseconds until it was decided; `page`
prints how many queries the queue page takes. Whoever calls gives the
database.
"""

from __future__ import annotations

import os
import random
import sys
import time
from typing import Any, Final

import django

#: Languages of what waits, each half as frequent as the one before, down to a thousandth.
LANGUAGES: Final = ("de", "fr", "it", "es", "pl", "ro", "nl", "el", "hu", "pt", "sv", "mt")
#: Who works: places (all for ""), and the languages they read. Some read only what is rare.
MODERATORS: Final = {
    "anna": ("", ("de", "fr")),
    "ben": ("", ("it", "es")),
    "cleo": ("", ("pl", "ro", "nl", "hu")),
    "dora": ("", ("mt",)),
    "emil": ("", LANGUAGES),
    "finn": ("de", ("de",)),
    "gaia": ("it", ("it", "fr")),
    "hugo": ("eu", ("el", "pt")),
}
_PLACES: Final = ("de", "fr", "it", "es", "pl", "ro", "nl", "gr", "hu", "pt", "se", "mt", "eu")
_CHUNK: Final = 5_000
#: Seconds for which a task is looked at: a tenth of what a clear case takes a person.
_LOOKED_AT: Final = 0.5


def main(words: list[str]) -> None:
    """Do one of the three."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
    django.setup()
    match words:
        case ["fill", count]:
            fill(int(count))
        case ["work", name, seconds]:
            work(name, float(seconds))
        case ["page"]:
            print(page_queries())
        case _:
            raise SystemExit(__doc__)


def fill(count: int) -> None:
    """The queue, through the service that labelling uses; and its moderators."""
    # Models exist once Django is set up.
    from centers.models import Jurisdiction
    from labeling.models import Platform

    places = dict(Jurisdiction.objects.filter(code__in=_PLACES).values_list("code", "pk"))
    platform, _ = Platform.objects.get_or_create(key="queue", defaults={"name": "Queue"})
    chance = random.Random(0)
    for start in range(0, count, _CHUNK):
        _fill_chunk(platform, range(start, min(start + _CHUNK, count)), places, chance)
    for name, (code, languages) in MODERATORS.items():
        _moderator(name, places[code] if code else None, languages)
    _analyze()


def _fill_chunk(platform: Any, numbers: range, places: dict[str, int], chance: random.Random) -> None:
    from django.utils import timezone

    from labeling.models import ContentItem, Label, LabelState
    from labeling.services.review_join import labels_join

    now = timezone.now()
    weights = [2.0**-rank for rank in range(len(LANGUAGES))]
    languages = chance.choices(LANGUAGES, weights, k=len(numbers))
    items = ContentItem.objects.bulk_create(
        ContentItem(
            platform=platform, external_id=f"waits-{number}", text=f"A fictional post about a vote, number {number}",
            lang=language, created_at=now, metrics={"views": int(10 ** (chance.random() * 6))},
        )
        for number, language in zip(numbers, languages, strict=True)
    )  # fmt: skip
    codes = chance.choices(list(places), k=len(items))
    labels = Label.objects.bulk_create(
        Label(
            item=item, kind="election", jurisdiction_id=places[code], state=LabelState.REVIEW, confidence=0.6,
            decided_at=now,
        )
        for item, code in zip(items, codes, strict=True)
    )  # fmt: skip
    labels_join(labels=[label.pk for label in labels], now=now)


def _moderator(name: str, place: int | None, languages: tuple[str, ...]) -> None:
    from accounts.models import Membership, Organisation, Role, User
    from labeling.models import ReviewerProfile

    body, _ = Organisation.objects.get_or_create(
        key="bench-moderators",
        defaults={"kind": "electoral_authority", "name": "Fictional moderators", "name_en": "Fictional moderators"},
    )
    user = User.objects.create_user(f"{name}@bench.example")
    Membership.objects.create(user=user, organisation=body, role=Role.MODERATOR, jurisdiction_id=place)
    ReviewerProfile.objects.create(user=user, languages=list(languages))


def _analyze() -> None:
    """What autovacuum does within minutes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def work(name: str, seconds: float) -> None:
    """Take and decide until the time is over or nothing waits."""
    from accounts.models import User
    from labeling.models import ReviewAction
    from labeling.services.review_claim import task_next
    from labeling.services.review_decide import Verdict, review_decide

    user = User.objects.get(email=f"{name}@bench.example")
    verdicts = (Verdict(ReviewAction.APPLY, "about-election"), Verdict(ReviewAction.REJECT, "not-about-election"))
    chance = random.Random(name)
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began, worked = time.perf_counter(), time.process_time()
        task = task_next(by=user)
        waited, spent = time.perf_counter() - began, time.process_time() - worked
        if task is None:
            return
        time.sleep(_LOOKED_AT * chance.uniform(0.5, 1.5))
        began = time.perf_counter()
        verdict = verdicts[chance.random() < 0.2]
        review_decide(task=task, by=user, version=task.version, verdict=verdict)
        print(f"{waited * 1000:.2f} {spent * 1000:.2f} {(time.perf_counter() - began) * 1000:.2f}")


def page_queries() -> int:
    """Queries of the queue page for a moderator of everything, signed in as anybody else is."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.gate import SET_UP_HERE
    from accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client, user = _client(), User.objects.get(email="emil@bench.example")
    client.force_login(user)
    session = client.session
    session[SET_UP_HERE] = user.pk
    session.save()
    path = "/staff/labeling/reviews/"
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return len(queries)


def _client() -> Any:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.test import Client

    from accounts.models import User

    TOTP.activate(User.objects.get(email="emil@bench.example"), generate_totp_secret())
    return Client()


if __name__ == "__main__":
    main(sys.argv[1:])
