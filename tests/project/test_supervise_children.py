"""The supervisor: revives children that crash, gives up on hopeless ones, and leaves nobody behind at its end."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from electioncenters.supervisor.address import Address, AddressError
from electioncenters.supervisor.child import Plan
from electioncenters.supervisor.opening import Opening, readiness_problem
from electioncenters.supervisor.plans import plans, sample_plan
from electioncenters.supervisor.screen import Screen
from electioncenters.supervisor.supervise import ENDS_WITHIN, GiveUpError, Supervisor

_PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0  # seconds; a deadline, not a duration

#: A supervisor of its own, with its patience in seconds and the children's code as arguments: name=code.
_PROGRAM = """
import sys
from pathlib import Path
from electioncenters.supervisor import supervise
from electioncenters.supervisor.child import Plan
from electioncenters.supervisor.screen import Screen
from electioncenters.supervisor.supervise import Supervisor
plans = [Plan(name, [sys.executable, "-S", "-c", code], Path("/"))
         for name, _, code in (word.partition("=") for word in sys.argv[2:])]
supervise.ENDS_WITHIN = float(sys.argv[1])
sys.exit(Supervisor(Screen()).run(plans))
"""

_STAYS = "import os, time; print(os.getpid()); time.sleep(600)"
_STAYS_STUBBORNLY = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + _STAYS
_HAS_A_HELPER = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '''{_STAYS}''']); " + _STAYS
_CRASHES = "print('about to crash'); raise SystemExit(3)"


class Running:
    """A supervisor in a process of its own, and the lines it has written so far."""

    def __init__(self, *children: str, ends_within: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(ends_within), *children],
            stdout=subprocess.PIPE,
            cwd=_PROJECT,
            text=True,
        )
        self.lines: list[str] = []

    def await_line(self, part: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if part in line:
                return line
        raise AssertionError(f"{part!r} was never said, but: {self.lines}")

    def await_pids(self, count: int) -> list[int]:
        """The numbers that `count` children print."""
        return [int(self.await_line("│ ").split("│")[1]) for _ in range(count)]

    def await_end(self) -> int:
        rest, _ = self.process.communicate(timeout=_PATIENCE)
        self.lines += rest.splitlines()
        return self.process.returncode


@pytest.fixture
def supervise() -> Iterator[Callable[..., Running]]:
    """Starts supervisors, and ends those a failing test leaves running."""
    running: list[Running] = []

    def start(*children: str, ends_within: float = ENDS_WITHIN) -> Running:
        running.append(Running(*children, ends_within=ends_within))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


def until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while alive := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < deadline, f"still there: {alive}"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether process `pid` runs; one that only waits to be collected by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_every_child_ends_when_the_supervisor_is_asked_to(
    supervise: Callable[..., Running], number: signal.Signals
) -> None:
    running = supervise(f"web={_STAYS}", f"worker={_HAS_A_HELPER}")
    pids = running.await_pids(3)
    running.process.send_signal(number)
    assert running.await_end() == 0
    until_gone(pids)


def test_child_is_killed_when_it_does_not_end(supervise: Callable[..., Running]) -> None:
    running = supervise(f"worker={_STAYS_STUBBORNLY}")
    pids = running.await_pids(1)
    running.process.terminate()
    assert running.await_end() == 0
    assert "did not end when asked and is killed" in "".join(running.lines)
    until_gone(pids)


def test_child_is_killed_at_once_when_asked_twice(supervise: Callable[..., Running]) -> None:
    running = supervise(f"worker={_STAYS_STUBBORNLY}", ends_within=100 * _PATIENCE)
    pids = running.await_pids(1)
    for number in (signal.SIGTERM, signal.SIGINT):
        running.process.send_signal(number)
    assert running.await_end() == 0
    until_gone(pids)


def test_no_child_is_left_when_the_supervisor_is_killed(supervise: Callable[..., Running]) -> None:
    running = supervise(f"web={_STAYS}", f"worker={_STAYS}")
    pids = running.await_pids(2)
    running.process.kill()
    until_gone(pids)


def test_child_is_started_again_when_killed(supervise: Callable[..., Running]) -> None:
    running = supervise(f"worker={_HAS_A_HELPER}")
    first = running.await_pids(2)
    os.kill(first[-1], signal.SIGKILL)
    os.kill(first[0], signal.SIGKILL)
    assert "worker" in running.await_line("was ended by SIGKILL; starting it again in 0.5 s")
    second = running.await_pids(2)
    assert not set(first) & set(second)
    until_gone(first)


def test_helpers_of_a_killed_child_do_not_stay(supervise: Callable[..., Running]) -> None:
    running = supervise(f"worker={_HAS_A_HELPER}")
    child, helper = sorted(running.await_pids(2), key=parent_is_supervisor(running.process.pid), reverse=True)
    os.kill(child, signal.SIGKILL)
    until_gone([helper])


def parent_is_supervisor(supervisor: int) -> Callable[[int], bool]:
    def check(pid: int) -> bool:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[3] == str(supervisor)

    return check


def test_supervisor_gives_up_and_ends_all_when_a_child_keeps_crashing(
    supervise: Callable[..., Running],
) -> None:
    running = supervise(f"web={_STAYS}", f"worker={_CRASHES}")
    line = running.await_line("giving up: worker ended 5 times within a minute")
    assert "ended with exit code 3" in line
    assert running.await_end() == 1
    said = "".join(running.lines)
    assert said.count("about to crash") == 5
    assert "starting it again in 0.5 s" in said
    assert "starting it again in 4 s" in said


def given_a_supervisor() -> tuple[Supervisor, io.StringIO]:
    output = io.StringIO()
    return Supervisor(Screen(output)), output


def test_child_that_runs_once_is_not_started_again(tmp_path: Path) -> None:
    supervisor, output = given_a_supervisor()
    code = f"open({str(tmp_path / 'runs')!r}, 'a').write('x'); raise SystemExit(4)"

    def give_up_when_done() -> None:
        if not supervisor.runs("sample"):
            raise GiveUpError("done")

    supervisor.each_round(give_up_when_done)
    assert supervisor.run([Plan("sample", [sys.executable, "-S", "-c", code], tmp_path, once=True)]) == 1
    assert (tmp_path / "runs").read_text(encoding="ascii") == "x"
    assert "ended with exit code 4" in output.getvalue()


def test_lines_carry_the_name_of_who_says_them(tmp_path: Path) -> None:
    supervisor, output = given_a_supervisor()
    code = "print('[bold]not markup[/bold]'); print('ünïcode')"
    plan = Plan("worker", [sys.executable, "-X", "utf8", "-S", "-c", code], tmp_path, once=True)

    def stop_when_done() -> None:
        if not supervisor.runs("worker"):
            raise GiveUpError("done")

    supervisor.each_round(stop_when_done)
    supervisor.run([plan])
    assert "worker   │ [bold]not markup[/bold]" in output.getvalue()
    assert "worker   │ ünïcode" in output.getvalue()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port someone listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_address_names_the_port_when_it_is_in_use(taken_port: int) -> None:
    address = Address.of({"PORT": str(taken_port)})
    with pytest.raises(AddressError, match=rf"Port {taken_port} is already in use on 127\.0\.0\.1.*PORT=8000 make run"):
        address.check_free()


def test_up_ends_before_anything_starts_when_the_port_is_in_use(taken_port: int, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, _PROJECT / "manage.py", "up"],
        env={**os.environ, "PORT": str(taken_port)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert result.returncode == 1
    assert f"Port {taken_port} is already in use" in result.stderr
    assert "PORT=" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Services" not in result.stdout


def test_up_ends_before_anything_starts_when_the_label_services_port_is_in_use(taken_port: int) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        free = listener.getsockname()[1]
    result = subprocess.run(
        [sys.executable, _PROJECT / "manage.py", "up"],
        env={**os.environ, "PORT": str(free), "LABELER_PORT": str(taken_port), "LABELER_ENABLED": "yes"},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert result.returncode == 1
    assert f"Port {taken_port} is already in use on 127.0.0.1. Choose another one: LABELER_PORT=8100" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Services" not in result.stdout


@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, 8100),
        ({"PORT": "8001"}, 8101),
        ({"PORT": "65500"}, 65400),
        ({"PORT": "8000", "LABELER_PORT": "9000"}, 9000),
    ],
)
def test_label_service_listens_beside_the_web_server(environ: dict[str, str], port: int) -> None:
    assert Address.of_labeler(environ).port == port


def test_label_services_address_is_refused_when_port_is_no_port() -> None:
    with pytest.raises(AddressError, match="LABELER_PORT must be a number from 1 to 65535"):
        Address.of_labeler({"LABELER_PORT": "no"})


def test_address_is_free_when_nobody_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    Address("127.0.0.1", port).check_free()


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "80.0"])
def test_address_is_refused_when_port_is_no_port(port: str) -> None:
    with pytest.raises(AddressError, match="PORT must be a number from 1 to 65535"):
        Address.of({"PORT": port})


def test_address_is_refused_when_host_is_not_ours() -> None:
    with pytest.raises(AddressError, match=r"'no\.such\.host\.example' is not an address of this machine"):
        Address("no.such.host.example", 8000).check_free()


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://localhost:8000"),
        ({"PORT": "9", "HOST": "0.0.0.0"}, "http://localhost:9"),  # noqa: S104  # nothing listens
        ({"HOST": "192.0.2.7"}, "http://192.0.2.7:8000"),
        ({"HOST": "2001:db8::1"}, "http://[2001:db8::1]:8000"),
    ],
)
def test_address_is_shown_as_a_browser_takes_it(environ: dict[str, str], url: str) -> None:
    assert Address.of(environ).url == url


def test_pages_know_their_own_address_when_port_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    address = Address("127.0.0.1", 8123)
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    monkeypatch.delenv("LABELER_URL", raising=False)
    labeler = Address("127.0.0.1", 8223, "LABELER_PORT")
    made = plans(root=_PROJECT, data=tmp_path, address=address, labeler=labeler)
    assert [plan.name for plan in made] == ["web", "worker", "courier", "beat", "labeler"]
    assert {plan.environ["PUBLIC_URL"] for plan in made} == {"http://localhost:8123"}
    assert made[-1].environ["LABELER_URL"] == "http://localhost:8223"
    assert made[-1].command[-1] == "8223"
    monkeypatch.setenv("PUBLIC_URL", "https://elections.example")
    made = plans(root=_PROJECT, data=tmp_path, address=address, labeler=None)
    assert [plan.name for plan in made] == ["web", "worker", "courier", "beat"]
    assert {plan.environ["PUBLIC_URL"] for plan in made} == {"https://elections.example"}


def test_sample_is_a_shipped_file() -> None:
    plan = sample_plan(root=_PROJECT, address=Address("127.0.0.1", 8000))
    assert (_PROJECT / plan.command[3]).is_file()


def test_readiness_says_why_not_when_nobody_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    assert "refused" in readiness_problem(f"http://127.0.0.1:{port}")


def test_sample_is_handed_in_before_the_welcome(tmp_path: Path) -> None:
    supervisor, _ = given_a_supervisor()
    done = tmp_path / "handed-in"
    code = f"open({str(done)!r}, 'w').close()"
    sample = Plan("sample", [sys.executable, "-S", "-c", code], tmp_path, once=True)
    ready = (
        "import http.server as h\n"
        "class Ready(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200 if self.path == '/readyz' else 500); self.end_headers()\n"
        "server = h.HTTPServer(('127.0.0.1', 0), Ready); print(server.server_port, flush=True)\n"
        "server.serve_forever()"
    )
    with subprocess.Popen([sys.executable, "-c", ready], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as web:
        assert web.stdout is not None
        url = f"http://127.0.0.1:{int(web.stdout.readline())}"

        def welcome() -> None:
            raise GiveUpError(f"welcome, handed in: {done.exists()}")

        output = io.StringIO()
        supervisor = Supervisor(Screen(output))
        supervisor.each_round(
            Opening(supervisor=supervisor, screen=Screen(output), url=url, sample=sample, welcome=welcome)
        )
        supervisor.run([])
        web.kill()
    assert "welcome, handed in: True" in output.getvalue()
