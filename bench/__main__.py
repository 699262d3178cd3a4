"""`python -m bench [NAME…]`: runs the benchmarks whose name contains one of NAME, prints and keeps the results.

The table goes to the terminal, the same numbers to `bench/results/latest.json`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.result import Result
from electioncenters.embedded import services

_FOLDER = Path(__file__).resolve().parent
_LATEST = _FOLDER / "results" / "latest.json"


def main(wanted: list[str]) -> int:
    """Exit code 1 when a goal was missed."""
    modules = [path.stem for path in sorted(_FOLDER.glob("bench_*.py")) if _is_wanted(path.stem, wanted)]
    if not modules:
        sys.stderr.write(f"No benchmark is called {' or '.join(wanted)}.\n")
        return 2
    console = Console()
    results: list[Result] = []
    with services.ensure(report=console.print):
        _prepare()
        for name in modules:
            with console.status(f"{name} ({len(results)} results so far)"):
                results += import_module(f"bench.{name}").run()
    console.print(_table(results))
    _keep(results)
    console.print(f"Kept in {_LATEST.relative_to(_FOLDER.parent)}", style="dim")
    return 1 if any(result.reached is False for result in results) else 0


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(part in name for part in wanted)


def _prepare() -> None:
    """What `manage.py up` does before it opens, so that there are pages to measure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
    import django

    django.setup()
    from django.conf import settings

    from electioncenters.supervisor.preparation import prepare
    from electioncenters.supervisor.screen import Screen

    prepare(Screen(), settings.BASE_DIR / ".data")


def _table(results: list[Result]) -> Table:
    table = Table(title="Benchmarks, higher is better")
    for heading in ("what", "portal", "baseline", "", "unit", "ratio", "goal"):
        table.add_column(heading, justify="right" if heading in {"portal", "", "ratio", "goal"} else "left")
    for result in results:
        style = {True: "green", False: "bold red", None: ""}[result.reached]
        table.add_row(
            *(result.name, f"{result.ours:,.0f}", result.baseline_name, f"{result.baseline:,.0f}", result.unit),
            *(f"[{style}]{result.ratio:.2f}[/]" if style else f"{result.ratio:.2f}", f"{result.goal or ''}"),
        )
    return table


def _keep(results: list[Result]) -> None:
    git = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, cwd=_FOLDER)
    kept = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": git.stdout.strip(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "results": [result.as_dict() for result in results],
    }
    _LATEST.parent.mkdir(exist_ok=True)
    _LATEST.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
