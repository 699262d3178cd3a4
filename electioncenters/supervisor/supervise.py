"""Looks after children: starts, reports and revives them, and ends all of them together."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from electioncenters.embedded.keeper import how_it_ended
from electioncenters.supervisor.child import Child, Plan
from electioncenters.supervisor.screen import Screen

#: Seconds. A worker may finish what it is doing; whatever is cut off stays in the database and is done again.
ENDS_WITHIN = 8.0
_ROUND = 0.1
#: Asked this often to end, the supervisor stops being polite to its children.
_IMPATIENT = 2
_CRASH_WINDOW = 60.0
_CRASHES_ALLOWED = 5
_BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0)


class GiveUpError(RuntimeError):
    """Nothing useful can be done any more; the text says why."""


class Supervisor:
    """Runs children until SIGINT or SIGTERM asks it to end, or until one keeps crashing."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._children: dict[str, Child] = {}
        self._crashes: dict[str, deque[float]] = {}
        self._due: list[tuple[float, Plan]] = []
        self._asked = 0
        self._each_round: list[Callable[[], None]] = []

    def each_round(self, work: Callable[[], None]) -> None:
        """Call `work` about ten times a second; it must return at once, and may raise GiveUpError."""
        self._each_round.append(work)

    def start(self, plan: Plan) -> None:
        """Run `plan` and look after it. To be called from the main thread."""
        self._children[plan.name] = Child(plan, self._screen.say)

    def runs(self, name: str) -> bool:
        """Whether a child `name` is there, or about to be started again."""
        return name in self._children or any(plan.name == name for _, plan in self._due)

    def run(self, plans: list[Plan]) -> int:
        """Start `plans` and stay until asked to end (exit code 0) or until it makes no sense any more (1)."""
        with self._signals():
            try:
                for plan in plans:
                    self.start(plan)
                while not self._asked:
                    self._look_around()
                    time.sleep(_ROUND)
            except GiveUpError as reason:
                self._screen.warn("services", f"giving up: {reason}")
                return 1
            finally:
                self._end_all()
        return 0

    def _look_around(self) -> None:
        for child in list(self._children.values()):
            if (code := child.returncode()) is not None:
                del self._children[child.plan.name]
                self._look_into_end(child.plan, code)
        for moment, plan in list(self._due):
            if moment <= time.monotonic():
                self._due.remove((moment, plan))
                self.start(plan)
        for work in self._each_round:
            work()

    def _look_into_end(self, plan: Plan, code: int) -> None:
        if plan.once:
            if code:
                self._screen.warn(plan.name, how_it_ended(code))
            return
        crashes = self._crashes.setdefault(plan.name, deque(maxlen=_CRASHES_ALLOWED))
        crashes.append(time.monotonic())
        if len(crashes) == _CRASHES_ALLOWED and crashes[-1] - crashes[0] < _CRASH_WINDOW:
            count = f"{_CRASHES_ALLOWED} times within a minute"
            raise GiveUpError(f"{plan.name} ended {count}, the last time it {how_it_ended(code)}.")
        pause = _BACK_OFF[self._recent(crashes) - 1]
        self._screen.warn(plan.name, f"{how_it_ended(code)}; starting it again in {pause:g} s")
        self._due.append((time.monotonic() + pause, plan))

    def _recent(self, crashes: deque[float]) -> int:
        return sum(moment > crashes[-1] - _CRASH_WINDOW for moment in crashes)

    def _end_all(self) -> None:
        """Ask every child to end, wait, kill what remains. Asking the supervisor twice shortens the wait."""
        self._due.clear()
        patience = time.monotonic() + ENDS_WITHIN
        for child in self._children.values():
            child.ask_to_end()
        while self._still_there() and time.monotonic() < patience and self._asked < _IMPATIENT:
            time.sleep(0.05)
        for child in self._still_there():
            self._screen.warn(child.plan.name, "did not end when asked and is killed")
            child.kill()
        while self._still_there():
            time.sleep(0.05)
        self._children.clear()

    def _still_there(self) -> list[Child]:
        return [child for child in self._children.values() if child.returncode() is None]

    @contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
