"""Fills a portal's empty database: `python -m tests.browser.prepare`, a process of its own.

Schema, facts, demonstration logins and the shipped sample, labelled by the service that workers call; then the static
files. With the word `work`: what was asked of workers since. With `member EMAIL PASSWORD`: a moderator who has no
second factor yet. With `hook URL`: an address of the demonstration platform, told from now on. With
`reviews NUMBER`: so many posts that wait for a moderator. With `copies NAME TEXT`: two videos
about Ireland with these words.
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command

SAMPLE = "labeling/data/sample_posts.ndjson"


def main() -> None:
    """Everything before the web server starts, or what workers do meanwhile."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.browser.settings")
    django.setup()
    if sys.argv[1:] == ["work"]:
        back_tests_run()
        batches_label()
        pages_look()
        claims_tend()
        webhooks_tell()
        return
    if sys.argv[1:2] == ["hook"]:
        hook_add(sys.argv[2])
        return
    if sys.argv[1:2] == ["member"]:
        member_make(*sys.argv[2:])
        return
    if sys.argv[1:2] == ["reviews"]:
        reviews_make(int(sys.argv[2]))
        return
    if sys.argv[1:2] == ["copies"]:
        copies_make(*sys.argv[2:])
        return
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    call_command("load_facts", "--quiet")
    demo_users_ensure()
    sample_campaigns_ensure()
    claim_make()
    call_command("ingest", SAMPLE)
    batches_label()
    call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)


def demo_users_ensure() -> None:
    """Who can sign in."""
    # Models exist once Django is set up.
    from accounts import services

    services.demo_users_ensure()

    from factcheck.services.demo_desk import demo_desk_ensure

    demo_desk_ensure()


def sample_campaigns_ensure() -> None:
    """Invented campaigns with a video that plays."""
    from centers.services import sample_campaigns

    sample_campaigns.sample_campaigns_ensure()


def claim_make() -> None:
    """An invented claim of which two organisations found different things, one of them after a correction."""
    from django.db import transaction

    from accounts.audit import acting
    from factcheck.models import FactCheckPartner, Origin
    from factcheck.services.assessment_stand import Finding, assessment_stand
    from factcheck.services.claim_open import claim_open

    claim = claim_open(
        by=None, origin=Origin.OPERATOR, text="Sans stylo bleu, le bulletin est nul (exemple inventé).", language="fr",
        countries=["fr"], seen_at="https://videos.example/1",
    )  # fmt: skip
    one, other = FactCheckPartner.objects.filter(countries__contains=["fr"]).named()[:2]
    for partner, rating in ((one, "false"), (other, "true"), (one, "missing_context")):
        finding = Finding(rating, "Exemple inventé.", "fr", "https://desk.example/1", ["https://law.example/"])
        with transaction.atomic(), acting(by=None, reason="Invented"):
            assessment_stand(claim=claim, partner=partner, by=None, finding=finding)


def member_make(email: str, password: str) -> None:
    """As if an invitation had just been taken up."""
    from accounts.models import Membership, Organisation, Role, User

    user = User.objects.create_user(email, password)
    organisation, _ = Organisation.objects.get_or_create(
        key="fictional", defaults={"kind": "civil_society", "name": "Fictional", "name_en": "Fictional"}
    )
    Membership.objects.create(user=user, organisation=organisation, role=Role.MODERATOR)


def hook_add(url: str) -> None:
    """As an operator would."""
    from labeling.models import Platform
    from labeling.services.webhook_endpoint import endpoint_add

    endpoint_add(platform=Platform.objects.get(key="demo"), url=url, user=None)


def claims_tend() -> None:
    """What is found by searching for claims, and what follows from findings."""
    from labeling.services.claims_follow import claims_follow
    from labeling.services.claims_search import claims_search

    claims_search()
    while claims_follow():
        pass


def copies_make(name: str, text: str) -> None:
    """Two accounts posted the same film, the second one with a word more."""
    from django.utils import timezone

    from labeling.models import ContentItem, Platform

    platform = Platform.objects.get(key="demo")
    for number, said in enumerate((text, f"{text} Share!"), 1):
        ContentItem.objects.create(
            platform=platform, external_id=f"{name}-{number}", text=said, lang="en", region="IE",
            url=f"https://videos.example/{name}-{number}", created_at=timezone.now(),
        )  # fmt: skip


def webhooks_tell() -> None:
    """What a courier does."""
    from labeling.services.webhook_deliver import webhooks_deliver

    webhooks_deliver()


def reviews_make(number: int) -> None:
    """Posts in German about Austria, each with a label that waits, and two copies of the last; all flagged."""
    from hashlib import blake2b

    from django.utils import timezone

    from centers.models import Jurisdiction
    from labeling.models import ContentItem, Label, Platform, SignalKind
    from labeling.services.review_join import Signal, signals_join
    from labeling.services.review_similar import sketches_make

    now, place = timezone.now(), Jurisdiction.objects.get(code="at")
    platform = Platform.objects.get(key="demo")
    former = ContentItem.objects.filter(external_id__startswith="fictional-review-").count()
    signals = []
    for index in range(number):
        copied = min(index, number - 3) + former
        # Nothing like each other but for the copies.
        told = blake2b(str(copied).encode(), digest_size=24).hexdigest()
        text = f"Erfundener Beitrag {told}: hier wird gewählt."
        item = ContentItem.objects.create(
            platform=platform, external_id=f"fictional-review-{former + index}", text=text, lang="de", created_at=now,
            metrics={"views": 10 * index},
        )  # fmt: skip
        sign = {"rule": "fictional", "kind": "phrase", "text": "gewählt", "start": len(text) - 8, "end": len(text) - 1}
        label = Label.objects.create(
            item=item, kind="election", jurisdiction=place, state="review", confidence=0.6, evidence=[sign],
            decided_at=now,
        )  # fmt: skip
        kind, source = SignalKind.TRUSTED_FLAGGER, f"label:{label.pk}"
        signals.append(Signal(item.uri, item.pk, place.pk, "de", kind, source, label=label.pk))
    signals_join(signals=signals, now=now)
    sketches_make()


def back_tests_run() -> None:
    """Slice after slice, to their ends."""
    from labeling.models import BackTest
    from labeling.services.back_test import back_test_run

    for test in BackTest.objects.unfinished():
        while back_test_run(test.pk) is not None:
            pass


def pages_look() -> None:
    """Addresses somebody pasted at a desk."""
    from centers.models import PageLook
    from centers.services.page_look import page_look_run

    for look in PageLook.objects.filter(finished_at=None):
        page_look_run(public_id=look.public_id)


def batches_label() -> None:
    """What workers do with the batches that were handed in, here and now."""
    # Models exist once Django is set up.
    from labeling.models import BatchState, IntakeBatch
    from labeling.services.batch_label import batch_label

    for public_id in IntakeBatch.objects.unfinished().order_by("id").values_list("public_id", flat=True):
        batch_label(public_id=public_id)
    if IntakeBatch.objects.exclude(state=BatchState.DONE).exists():
        raise RuntimeError("a batch of the sample was not labelled")


if __name__ == "__main__":
    main()
