"""Labels looked up over HTTP: one item a request, as a player asks, and a hundred, as a feed does."""

from __future__ import annotations

import random
from urllib.parse import urlencode

from bench.bench_end_to_end import await_labelled
from bench.intake import Intake
from bench.load import throughput
from bench.posts import bodies, posts
from bench.result import Result
from bench.stack import PLATFORM, Stack, stack

_ITEMS = 100_000
_GOAL = 50_000  # labels a second
_SECONDS = 8.0
_ADDRESSES = 500


def run() -> list[Result]:
    """Requests for items that carry a label, each address once in a while so that nobody's cache answers."""
    with stack() as portal:
        portal.start_web()
        portal.start_worker(processes=2)
        Intake(portal.port, portal.key).hand_in_all(bodies(posts(_ITEMS, prefix="look"), 5_000))
        await_labelled(portal)
        portal.stop("worker")
        labelled = _labelled(portal)
        one, _ = _rate(portal, labelled, 1)
        hundred, spent = _rate(portal, labelled, 100)
    asked = "label look-up, 100 uris a request"
    return [
        Result(f"{asked} ({spent})", "labels/s", hundred * 100, "goal", _GOAL, 1.0),
        Result(asked, "labels/s", hundred * 100, "1 uri a request", one),
    ]


def _rate(portal: Stack, labelled: list[str], uris: int) -> tuple[float, str]:
    """Answers a second, and what one costs in processor time: on a machine with other work that is what counts."""
    chance = random.Random(uris)
    paths = []
    for _ in range(_ADDRESSES):
        query = [("uri", f"{PLATFORM}:{external_id}") for external_id in chance.sample(labelled, uris)]
        paths.append(f"/api/v1/labels/?{urlencode([*query, ('lang', 'fr'), ('country', 'fr')])}")
    throughput(portal.port, paths, seconds=2.0, accept="application/json")  # warm
    before = portal.cpu()
    rate = throughput(portal.port, paths, seconds=_SECONDS, accept="application/json")
    after = portal.cpu()
    each = {name: (after[name] - before[name]) / (rate * _SECONDS) * 1000 for name in ("web", "postgres")}
    return rate, ", ".join(f"{name} {spent:.1f} ms" for name, spent in each.items()) + " each"


def _labelled(portal: Stack) -> list[str]:
    """Ids of items with exactly one label that viewers see."""
    one_label = (
        "SELECT item.external_id FROM labeling_label AS label "
        "JOIN labeling_contentitem AS item ON item.id = label.item_id "
        "GROUP BY item.id HAVING count(*) FILTER (WHERE label.state = 'applied') = 1 ORDER BY item.id"
    )
    with portal.database() as database:
        return [str(external_id) for (external_id,) in database.execute(one_label).fetchall()]
