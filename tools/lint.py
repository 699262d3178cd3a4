"""`make lint`: every linter, two at a time; prints what those that found something say, and fails if any did."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: Enough to be a production environment on paper; nothing is contacted.
_PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "only-for-the-deployment-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "elections.example",
    "PUBLIC_URL": "https://elections.example",
    "DATABASE_URL": "postgresql://portal@db.example/portal",
    "REDIS_URL": "redis://broker.example/0",
    "EMAIL_HOST": "mail.example",
}


@dataclass(frozen=True)
class Linter:
    """One check: its words follow the environment's Python."""

    name: str
    words: list[str]
    environ: dict[str, str] = field(default_factory=dict)


LINTERS = [
    Linter("mypy", ["-m", "mypy"]),
    Linter("ruff check", ["-m", "ruff", "check", "."]),
    Linter("ruff format", ["-m", "ruff", "format", "--check", "."]),
    Linter("djlint", ["-m", "djlint", "--lint", "--quiet", "templates"]),
    Linter("import-linter", ["-c", "from importlinter.cli import lint_imports_command as main; main()"]),
    Linter("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"]),
    Linter("translations", ["manage.py", "check_locale"]),
    Linter("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], _PRODUCTION),
]


def run(linter: Linter) -> bool:
    """Run one linter and print its result; returns whether it was content."""
    started = time.monotonic()
    result = subprocess.run(  # noqa: S603  # fixed commands
        [sys.executable, *linter.words],
        cwd=ROOT,
        env={**os.environ, **linter.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = result.returncode == 0
    took = f"({time.monotonic() - started:.1f} s)"
    sys.stdout.write(f"{'✓' if good else '✗'} {linter.name} {took}\n{'' if good else result.stdout}")
    sys.stdout.flush()
    return good


def main() -> int:
    """Exit code 0 when every linter was content."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, LINTERS))
    if unhappy := results.count(False):
        sys.stdout.write(f"{unhappy} of {len(LINTERS)} linters found something.\n")
    return 1 if unhappy else 0


if __name__ == "__main__":
    sys.exit(main())
