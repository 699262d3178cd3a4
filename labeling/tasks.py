"""Doors for Celery: what arrives here is only ever a nudge, the table says what there is to do."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_init
from django.db import DatabaseError, connections

from electioncenters.collector import collector_settle
from labeling.models import BackTest, RelabelJob
from labeling.services.atproto_erase import withdrawals_erase
from labeling.services.author_erase import authors_erase as erase_authors
from labeling.services.author_erase import erasures_forget, erasures_send
from labeling.services.back_test import back_test_run
from labeling.services.batch_label import batch_label as label
from labeling.services.brake_engage import brakes_engage_by_overturns, brakes_engage_by_share
from labeling.services.candidate_list import previews_erase
from labeling.services.changes_erase import changes_erase
from labeling.services.changes_sequence import changes_sequence as sequence
from labeling.services.claim_source import links_let_go
from labeling.services.claims_follow import claims_follow as follow_claims
from labeling.services.claims_follow import claims_nudge
from labeling.services.claims_search import claims_search as search_claims
from labeling.services.content_erase import content_erase
from labeling.services.hashtags_count import hashtags_count
from labeling.services.hashtags_propose import hashtags_propose
from labeling.services.intake_erase import intake_erase as erase
from labeling.services.intake_sweep import intake_sweep as sweep
from labeling.services.job_send import job_send
from labeling.services.job_send import jobs_sweep as sweep_jobs
from labeling.services.matcher import matcher_prepare
from labeling.services.official_follow import official_follow
from labeling.services.outside_erase import outside_erase
from labeling.services.outside_mail import outside_mail
from labeling.services.outside_tend import unknown_tend
from labeling.services.quality_check import quality_sweep
from labeling.services.quality_golden import goldens_forget
from labeling.services.relabel import relabel_run
from labeling.services.review_close import review_sweep as sweep_reviews
from labeling.services.review_close import review_weigh_again
from labeling.services.review_exposure import exposures_erase
from labeling.services.review_similar import sketches_make
from labeling.services.rules_erase import rules_erase
from labeling.services.shadow import shadow_fold as fold
from labeling.services.standings_tell import standings_tell as tell_standings
from labeling.services.webhook_deliver import webhooks_deliver as deliver
from labeling.services.webhook_wake import webhooks_wake as wake
from labeling.services.webhook_wake import webhooks_woken
from labeling.services.webhooks_erase import webhooks_erase
from labeling.text import guess_language

logger = logging.getLogger(__name__)

#: Long enough for the language model to be asked.
_ANY_SENTENCE = "This sentence has a language."


@worker_init.connect
def _prepare(sender: Any, **kwargs: Any) -> None:
    """Load the language model and compile the rules before the worker's processes are forked: they share both.

    Otherwise each would spend seconds on it within its first batches. A database that is away is no reason not to
    start: the first batch then compiles. A courier, which labels nothing, needs neither.
    """
    if "celery" not in sender.app.amqp.queues.consume_from:
        return
    guess_language(_ANY_SENTENCE)
    try:
        matcher_prepare()
    except DatabaseError as error:
        logger.warning("Rules are compiled with the first batch: %s", type(error).__name__)
    finally:
        # No process may go on with a connection that another one holds, too.
        connections.close_all()
    collector_settle()


# A batch takes a fraction of a second. One that takes minutes is stuck: its process is killed, which counts as an
# attempt, and after a few of those it is set aside.
@shared_task(time_limit=180)
def batch_label(public_id: str) -> None:
    """Label the batch."""
    label(public_id=UUID(public_id))


# A sweep that waited behind a long queue is not worth doing: the next one is on its way.
@shared_task(expires=10)
def intake_sweep() -> None:
    """Wake workers for what waits."""
    sweep()


@shared_task(expires=5)
def brakes_engage() -> None:
    """Stop rules that label too much."""
    brakes_engage_by_share()


@shared_task(expires=60)
def overturned_brakes_engage() -> None:
    """Stop rules that people overturn too often."""
    brakes_engage_by_overturns()


@shared_task(expires=10)
def shadow_fold() -> None:
    """Keep what the shadow counted small."""
    fold()


@shared_task(expires=5)
def jobs_sweep() -> None:
    """Wake workers for jobs."""
    sweep_jobs()


# A slice takes seconds; one that takes minutes is stuck, and is followed by another when its lease ends.
@shared_task(time_limit=180)
def back_test(pk: int) -> None:
    """Do a slice of a back-test, and see that the next one follows."""
    if (wait := back_test_run(pk)) is not None:
        job_send(BackTest, pk, wait=wait)


@shared_task(time_limit=180)
def relabel(pk: int) -> None:
    """Do a slice of labelling anew, and see that the next one follows."""
    if (wait := relabel_run(pk)) is not None:
        job_send(RelabelJob, pk, wait=wait)


@shared_task(expires=30)
def review_sweep() -> None:
    """Keep moderators' tasks true to what they are about."""
    sweep_reviews()
    goldens_forget()
    quality_sweep()


# Slices of its own; what a killed one leaves, the next one does.
@shared_task(expires=60, time_limit=600)
def official_follow_all() -> None:
    """Bring labels on kept content to what was decided about official accounts."""
    official_follow()


@shared_task(expires=60)
def outside_tend() -> None:
    """Look again for reported content that nobody had handed in, mail receipts and outcomes, let addresses go."""
    unknown_tend()
    outside_mail()
    links_let_go()


@shared_task(expires=1800)
def review_weigh() -> None:
    """Order moderators' tasks by today's calendar and audience."""
    review_weigh_again()


# Seconds at most: a week of 28 places with as many hashtags as are kept is scored in five.
@shared_task(expires=240)
def hashtags_watch() -> None:
    """Count hashtags by the hour and propose those that suddenly rise."""
    hashtags_count()
    hashtags_propose()


@shared_task(expires=30)
def authors_erase() -> None:
    """Erase what accounts posted that are gone, and see that the next slice follows."""
    if erase_authors():
        erasures_send()


@shared_task(expires=3600)
def intake_erase() -> None:
    """Erase what was kept long enough."""
    erase()
    content_erase()
    erasures_forget()
    changes_erase()
    webhooks_erase()
    rules_erase()
    withdrawals_erase()
    outside_erase()
    previews_erase()


@shared_task(expires=5)
def changes_sequence() -> None:
    """Number what whoever wrote it could not."""
    sequence()


@shared_task(expires=5, time_limit=60)
def standings_tell() -> None:
    """Tell platforms of labels whose election was called off, or stands again."""
    tell_standings()


@shared_task(expires=30, time_limit=120)
def claims_follow() -> None:
    """Labels follow what fact-checkers find; what is left goes on at once."""
    if follow_claims():
        claims_nudge(0)


# What waited behind a long queue is not worth doing: the next one is on its way.
@shared_task(expires=15, time_limit=120)
def claims_search() -> None:
    """Compare stored items with claims, for moderators to look at."""
    search_claims()


@shared_task(expires=5)
def webhooks_wake() -> None:
    """Wake a courier when there is something to tell."""
    wake()


@shared_task(expires=60)
def webhooks_deliver() -> None:
    """Tell platforms what changed. In a queue of its own: labelling never waits for a platform's server."""
    webhooks_woken()
    deliver()


# What waits is sketched beside the stream; the next run takes what this one leaves.
@shared_task(expires=30)
def review_sketch() -> None:
    """Make what waits comparable with what is similar."""
    sketches_make()


@shared_task
def review_forget() -> None:
    """Forget who saw what a month ago."""
    exposures_erase()
