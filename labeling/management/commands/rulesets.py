"""`manage.py rulesets …`: change the rules step by step, and watch over them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import IO, Any, Final, cast

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from accounts.management.people import user_named
from accounts.models import User
from labeling.models import BackTest, Job, JobState, RelabelJob, RuleBrake, Ruleset
from labeling.rulesets_printed import brakes_print, comparison_print, rulesets_print
from labeling.services.back_test import back_test_ask, back_test_run
from labeling.services.brake_release import brake_release
from labeling.services.job_cancel import job_cancel
from labeling.services.relabel import PER_SECOND, relabel_ask, relabel_run
from labeling.services.ruleset_draft import ruleset_discard, ruleset_draft
from labeling.services.ruleset_release import ruleset_live, ruleset_ramp, ruleset_roll_back, ruleset_shadow
from labeling.services.shadow import shadow_report

Options = dict[str, Any]
_STEPS: Final = {
    "discard": "give a draft up",
    "shadow": "let a set watch beside the live one",
    "live": "let a set label everything",
}
#: What of a set stands in the JSON.
_TOLD: Final = ("version", "status", "share", "note", "based_on__version", "created_at", "went_live_at", "retired_at")
_WIDEST: Final = 200
_POLL: Final = 0.5


class Command(BaseCommand):
    """Doors to the services; what they refuse is said, and nothing is changed then."""

    help = "Draft, try and release sets of rules, take them back, label stored content anew, and release brakes."

    def add_arguments(self, parser: CommandParser) -> None:
        """One subcommand for each step."""
        parser.add_argument("--user", metavar="EMAIL", help="whose step it is, and whose permission it takes")
        doors = parser.add_subparsers(dest="door", required=True)
        listed = doors.add_parser("list", help="the sets, the newest first")
        listed.add_argument("--json", action="store_true", help="as JSON")
        draft = doors.add_parser("draft", help="a draft with the rules of the live set, or of another one")
        draft.add_argument("--based-on", type=int, metavar="VERSION", help="the set to begin from")
        draft.add_argument("--note", default="", help="what it is for")
        test = doors.add_parser("backtest", help="what a set would change, tried on samples and stored content")
        _job_arguments(test)
        test.add_argument("version", type=int)
        test.add_argument("--json", action="store_true", help="the result as JSON")
        difference = doors.add_parser("difference", help="what a set in the shadow would have done differently")
        difference.add_argument("version", type=int)
        difference.add_argument("--json", action="store_true", help="as JSON")
        for name, what in (
            ("discard", "give a draft up"),
            ("shadow", "let a set watch"),
            ("live", "let a set label all"),
        ):
            _step_arguments(doors.add_parser(name, help=what))
        ramp = doors.add_parser("ramp", help="let a set label a share of the items")
        _step_arguments(ramp)
        ramp.add_argument("share", type=int, help="1 to 100 percent; with 100 the set is live")
        back = doors.add_parser("rollback", help="end the candidate; without one, the set before the live one is live")
        back.add_argument("version", type=int, nargs="?", help="the set to take back")
        back.add_argument("--reason", default="taken back on the command line")
        relabel = doors.add_parser("relabel", help="label stored content anew by the live set")
        _job_arguments(relabel)
        relabel.add_argument("--per-second", type=int, default=PER_SECOND, help=f"items; default {PER_SECOND}")
        brakes = doors.add_parser("brakes", help="rules that fell back to review")
        brakes.add_argument("--all", action="store_true", help="released ones, too")
        brakes.add_argument("--json", action="store_true", help="as JSON")
        release = doors.add_parser("release", help="let a stopped rule label again")
        release.add_argument("rule", help="its key, as `brakes` shows it")
        release.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the step, or say why it cannot be taken."""
        door = cast(Callable[[Options], None], getattr(self, f"_{options['door']}"))
        try:
            door(options)
        except (ValueError, PermissionDenied) as error:
            raise CommandError(str(error)) from error

    def _list(self, options: Options) -> None:
        rulesets = Ruleset.objects.select_related("based_on")
        if options["json"]:
            fields = (
                "version",
                "status",
                "share",
                "note",
                "based_on__version",
                "created_at",
                "went_live_at",
                "retired_at",
            )
            self._json(list(rulesets.values(*fields)))
        else:
            rulesets_print(self._console(), rulesets)

    def _draft(self, options: Options) -> None:
        based_on = _ruleset(options["based_on"]) if options["based_on"] else None
        draft = ruleset_draft(user=_user(options), note=options["note"], based_on=based_on)
        self.stdout.write(f"{draft} is a draft with {draft.rules.count()} rules, based on {draft.based_on}.")

    def _discard(self, options: Options) -> None:
        ruleset = ruleset_discard(ruleset=_ruleset(options["version"]), **_signed(options))
        self.stdout.write(f"{ruleset} was given up.")

    def _shadow(self, options: Options) -> None:
        ruleset = ruleset_shadow(ruleset=_ruleset(options["version"]), **_signed(options))
        self.stdout.write(f"{ruleset} is in the shadow: see `rulesets difference {ruleset.version}`.")

    def _ramp(self, options: Options) -> None:
        ruleset = ruleset_ramp(ruleset=_ruleset(options["version"]), share=options["share"], **_signed(options))
        self.stdout.write(f"{ruleset} labels {options['share']} % of the items.")

    def _live(self, options: Options) -> None:
        ruleset = ruleset_live(ruleset=_ruleset(options["version"]), **_signed(options))
        self.stdout.write(f"{ruleset} is live in place of {ruleset.previous}.")

    def _rollback(self, options: Options) -> None:
        leaving = _ruleset(options["version"]) if options["version"] else _in_force()
        live = ruleset_roll_back(ruleset=leaving, **_signed(options))
        self.stdout.write(f"{leaving} was taken back; {live} is live.")

    def _difference(self, options: Options) -> None:
        ruleset = _ruleset(options["version"])
        document = shadow_report(ruleset=ruleset).document()
        if options["json"]:
            self._json(document)
        else:
            comparison_print(self._console(), f"{ruleset} in the shadow", document)

    def _backtest(self, options: Options) -> None:
        ruleset = _ruleset(options["version"])
        if options["cancel"]:
            self._cancel(BackTest.objects.unfinished().filter(ruleset=ruleset).first(), options)
            return
        test = back_test_ask(ruleset=ruleset, user=_user(options))
        if not self._follow(test, back_test_run, f"Trying {ruleset}", options):
            return
        if options["json"]:
            self._json(test.result)
        else:
            comparison_print(self._console(), f"{ruleset} against {test.baseline}", test.result)

    def _relabel(self, options: Options) -> None:
        if options["cancel"]:
            self._cancel(RelabelJob.objects.unfinished().first(), options)
            return
        live = Ruleset.objects.live().first()
        if live is None:
            raise CommandError("No set is live.")
        job = relabel_ask(ruleset=live, user=_user(options), per_second=options["per_second"])
        if self._follow(job, relabel_run, f"Labelling anew by {live}", options):
            self.stdout.write(f"{job.done:,} items were looked at; labels of {job.changed:,} changed.")

    def _brakes(self, options: Options) -> None:
        brakes = RuleBrake.objects.select_related("ruleset")
        shown = brakes if options["all"] else brakes.engaged().filter(ruleset__in=Ruleset.objects.in_force())
        if options["json"]:
            fields = ("rule", "ruleset__version", "cause", "figures", "engaged_at", "released_at", "release_reason")
            self._json(list(shown.values(*fields)))
        elif shown:
            brakes_print(self._console(), shown)
        else:
            self.stdout.write("No rule is stopped.")

    def _release(self, options: Options) -> None:
        engaged = RuleBrake.objects.engaged().filter(ruleset__in=Ruleset.objects.in_force(), rule=options["rule"])
        if not engaged:
            raise CommandError(f"No brake of {options['rule']} is engaged in a set that is in force.")
        for brake in engaged:
            released = brake_release(brake=brake, **_signed(options))
            self.stdout.write(f"{released.rule} labels again in {released.ruleset}.")

    def _cancel(self, job: Job | None, options: Options) -> None:
        if job is None:
            raise CommandError("Nothing is under way.")
        job_cancel(job=job, user=_user(options))
        self.stdout.write("It ends with the step it is in.")

    def _follow(self, job: Job, run: Callable[[int], float | None], title: str, options: Options) -> bool:
        """Wait for the job, or do it here; whether it was done. Raises `CommandError` when it failed."""
        if options["detach"]:
            self.stdout.write("Workers do it; ask for it again to see that it is under way.")
            return False
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task(title, total=job.total)
            while job.is_unfinished:
                wait = run(job.pk) if options["here"] else _POLL
                job.refresh_from_db()
                progress.update(bar, completed=job.done, total=job.total)
                if job.is_unfinished:
                    # Somebody else has it where nothing is to be waited for.
                    time.sleep(_POLL if wait is None else wait)
        if job.state != JobState.DONE:
            raise CommandError(f"It was {job.state}. {job.error}".strip())
        return True

    def _json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))

    def _console(self) -> Console:
        width = None if self.stdout.isatty() else _WIDEST
        return Console(file=cast("IO[str]", self.stdout), width=width)


def _step_arguments(parser: Any) -> None:
    parser.add_argument("version", type=int)
    parser.add_argument("--reason", required=True, help="why; it stands in the set's history")


def _job_arguments(parser: Any) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--here", action="store_true", help="do it in this process instead of waiting for a worker")
    how.add_argument("--detach", action="store_true", help="do not wait for it")
    how.add_argument("--cancel", action="store_true", help="end the one that is under way")


def _ruleset(version: int) -> Ruleset:
    found = Ruleset.objects.filter(version=version).first()
    if found is None:
        raise CommandError(f"There is no ruleset {version}.")
    return found


def _in_force() -> Ruleset:
    """The candidate, else the live set."""
    found = Ruleset.objects.candidate().first() or Ruleset.objects.live().first()
    if found is None:
        raise CommandError("No set is live.")
    return found


def _user(options: Options) -> User | None:
    return user_named(options["user"]) if options["user"] else None


def _signed(options: Options) -> Options:
    """Who takes the step, and why."""
    return {"user": _user(options), "reason": options["reason"]}
