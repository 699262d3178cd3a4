"""`manage.py rules check|export|import`: look at sets of rules, write them out, and take them in as drafts."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.matching.check import Problem
from labeling.models import Ruleset
from labeling.services.rule_parse import InvalidRuleError
from labeling.services.rule_rows import rule_plain, rules_load
from labeling.services.rules_check import rules_check, ruleset_check
from labeling.services.rules_exchange import rules_file_read, rules_import, rules_parse, ruleset_document
from labeling.services.shipped import geography_shipped, rules_shipped

#: So many problems are listed; of the others only the number is said.
LISTED: Final = 100


class Command(BaseCommand):
    """Three small doors to the services."""

    help = "Check, export and import sets of rules. What is imported is a draft: nothing labels by it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which of the three, and of which set or file."""
        doors = parser.add_subparsers(dest="door", required=True)

        check = doors.add_parser("check", help="name what is wrong with rules; exits with 1 when there are errors")
        which = check.add_mutually_exclusive_group()
        which.add_argument("--ruleset", metavar="VERSION", help="the set with this number; the live one by default")
        which.add_argument("--file", type=Path, help="rules in a file, as `import` takes them")
        which.add_argument("--shipped", action="store_true", help="the shipped rules and facts; needs no database")
        check.add_argument("--json", action="store_true", help="answer with all problems as JSON")
        check.add_argument("--all", action="store_true", help="list every problem, not the first ones only")

        export = doors.add_parser("export", help="write a set out")
        export.add_argument("--ruleset", metavar="VERSION", help="the set with this number; the live one by default")
        export.add_argument("--format", choices=("ndjson", "json"), default="ndjson", help="one rule to a line, or all")
        export.add_argument("file", type=Path, nargs="?", help="standard output by default")

        imports = doors.add_parser("import", help="make a draft of the rules of a file, of all of them or none")
        imports.add_argument("file", type=Path, help="JSON or NDJSON as `export` writes it; `-` for standard input")
        imports.add_argument("--note", default="", help="what the draft is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for."""
        doors = {"check": self._check, "export": self._export, "import": self._import}
        try:
            doors[options["door"]](options)
        except InvalidRuleError as error:
            self._list(error.problems, everything=True)
            raise CommandError(f"{len(error.problems)} errors; nothing was changed.") from error

    def _check(self, options: dict[str, Any]) -> None:
        problems = self._problems(options)
        count = Counter(problem.severity for problem in problems)
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(problems)).decode())
        else:
            self._list(problems, everything=options["all"])
            self.stdout.write(f"{count['error']} errors, {count['warning']} warnings.")
        if count["error"]:
            sys.exit(1)

    def _problems(self, options: dict[str, Any]) -> list[Problem]:
        if options["shipped"]:
            return rules_check(rules_shipped(), geography=geography_shipped())
        if options["file"]:
            file = rules_file_read(_content(options["file"]))
            return rules_check(rules_parse(file.rules), apply_from=file.apply_from, review_from=file.review_from)
        return ruleset_check(_ruleset(options["ruleset"]))

    def _export(self, options: dict[str, Any]) -> None:
        ruleset = _ruleset(options["ruleset"])
        written = _as_json(ruleset) if options["format"] == "json" else _as_lines(ruleset)
        if options["file"] is None:
            self.stdout.write(written, ending="")
            return
        options["file"].write_text(written, encoding="utf-8")
        self.stdout.write(f"{ruleset}: {ruleset.rules.count()} rules written to {options['file']}.")

    def _import(self, options: dict[str, Any]) -> None:
        draft = rules_import(file=rules_file_read(_content(options["file"])), user=None, note=options["note"])
        self.stdout.write(f"{draft} is a draft of {draft.rules.count()} rules.")

    def _list(self, problems: Sequence[Problem], *, everything: bool) -> None:
        shown = problems if everything else problems[:LISTED]
        for problem in shown:
            self.stderr.write(f"{problem.severity}: {problem} ({problem.code})")
        if len(shown) < len(problems):
            self.stderr.write(f"… and {len(problems) - len(shown)} more: --all lists them")


def _ruleset(version: str | None) -> Ruleset:
    """The set with that number, with or without its `v`; the live one for none."""
    if version is None:
        live = Ruleset.objects.live().first()
        if live is None:
            raise CommandError("No set is live: load the facts first.")
        return live
    number = version.removeprefix("v")
    found = Ruleset.objects.filter(version=int(number)).first() if number.isascii() and number.isdecimal() else None
    if found is None:
        raise CommandError(f"There is no set {version}.")
    return found


def _content(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


def _as_json(ruleset: Ruleset) -> str:
    return msgspec.json.format(msgspec.json.encode(ruleset_document(ruleset))).decode() + "\n"


def _as_lines(ruleset: Ruleset) -> str:
    return "".join(_line(rule_plain(rule)) for rule in rules_load(ruleset.pk))


def _line(rule: dict[str, Any]) -> str:
    return msgspec.json.encode(rule).decode() + "\n"
