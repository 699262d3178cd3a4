"""`manage.py pipeline`: how the pipeline is doing, for people and for monitoring."""

from __future__ import annotations

import json
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.table import Table
from rich.text import Text

from labeling.models import BatchState
from labeling.pipeline import FLOW_MINUTES, Pipeline, pipeline_read

#: Seconds the oldest unfinished batch may have waited.
MAX_AGE = 300
_POISON = 20


class Command(BaseCommand):
    """Reads only."""

    help = "Show batches by state, the backlog's age, the flow, batches set aside, and the worker's sign of life."

    def add_arguments(self, parser: CommandParser) -> None:
        """How to show it, and whether to judge it."""
        parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
        parser.add_argument(
            "--check", action="store_true", help="exit with 1 when batches are set aside or the backlog is too old"
        )
        parser.add_argument(
            "--max-age", type=int, default=MAX_AGE, metavar="SECONDS", help=f"for --check; default {MAX_AGE}"
        )
        parser.add_argument(
            "--poison", type=int, default=_POISON, metavar="N", help=f"list so many set aside; default {_POISON}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show, then judge."""
        pipeline = pipeline_read(poison=max(0, options["poison"]))
        if options["json"]:
            self.stdout.write(json.dumps(pipeline.document(), cls=DjangoJSONEncoder, indent=2))
        else:
            self._show(pipeline)
        if options["check"] and (problems := _problems(pipeline, options["max_age"])):
            raise CommandError(" ".join(problems))

    def _show(self, pipeline: Pipeline) -> None:
        console = Console(file=cast("IO[str]", self.stdout))
        console.print(_states(pipeline))
        console.print(_figures(pipeline))
        if pipeline.poison:
            console.print(_set_aside(pipeline))


def _problems(pipeline: Pipeline, max_age: int) -> list[str]:
    problems = []
    if poison := pipeline.states[BatchState.POISON].batches:
        problems.append(f"Batches set aside: {poison}.")
    if pipeline.backlog.age > max_age:
        problems.append(f"The oldest unfinished batch has waited {pipeline.backlog.age:.0f} s (limit {max_age} s).")
    return problems


def _states(pipeline: Pipeline) -> Table:
    table = Table("State", title="Batches", title_justify="left")
    table.add_column("Batches", justify="right")
    table.add_column("Items", justify="right")
    for name, standing in pipeline.states.items():
        table.add_row(name, f"{standing.batches:,}", f"{standing.items:,}")
    return table


def _figures(pipeline: Pipeline) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("Backlog", f"{pipeline.backlog.items:,} items, the oldest waits {pipeline.backlog.age:.0f} s")
    table.add_row("Labelled", f"{pipeline.items_per_minute:,.0f} items a minute, over {FLOW_MINUTES} minutes")
    table.add_row("New labels", f"{pipeline.labels_per_minute:,.0f} a minute")
    table.add_row("Worker", pipeline.worker)
    return table


def _set_aside(pipeline: Pipeline) -> Table:
    table = Table(title="Set aside, the latest first", title_justify="left")
    # The id is there to be copied: it must stand in one piece.
    table.add_column("Batch and error", min_width=36, overflow="fold")
    for name in ("Platform", "Items", "Attempts", "Replays"):
        table.add_column(name)
    for batch in pipeline.poison:
        counts = (f"{batch.items:,}", str(batch.attempts), str(batch.replays))
        table.add_row(Text(f"{batch.batch}\n{batch.error}"), batch.platform, *counts)
    return table
