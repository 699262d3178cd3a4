"""The embedded services: started for whoever needs them, shared, revived, and stopped after the last."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from electioncenters.embedded import services
from electioncenters.embedded.owner import OwnerError, folder_own
from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.embedded.postgres import command_of

pytestmark = pytest.mark.xdist_group("services")

_PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0  # seconds; a deadline, not a duration

_HOLDER = """
import sys
from pathlib import Path
from electioncenters.embedded import services
services.ensure(Path(sys.argv[1]), environ={})
print("held", flush=True)
sys.stdin.read()
"""


class Holder:
    """Another process that needs the services of `root`."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_PROJECT
        )

    def await_hold(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.communicate()


@pytest.fixture
def holder_of() -> Iterator[Callable[[Path], Holder]]:
    """Makes other processes that need the services, and ends those that are left."""
    made: list[Holder] = []

    def make(root: Path) -> Holder:
        made.append(Holder(root))
        return made[-1]

    yield make
    for holder in made:
        if holder.process.returncode is None:
            holder.end()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout's root whose cluster is made once for this module."""
    with _temporary_checkout(tmp_path_factory.mktemp("checkout")) as root:
        yield root


@contextmanager
def _temporary_checkout(root: Path) -> Iterator[Path]:
    try:
        yield root
    finally:
        until(lambda: not is_kept(root))
        services.erase(root)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def processes_of(root: Path, word: str) -> list[int]:
    """Ids of processes with `word` and the checkout's folder of sockets or data in their command line."""
    paths = EmbeddedPaths.for_checkout(root)
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    found = []
    for number in numbers:
        command = command_of(number)
        if word in command and any(str(place) in command for place in (paths.sockets, paths.state, root)):
            found.append(number)
    return found


def is_kept(root: Path) -> bool:
    return bool(processes_of(root, "embedded.keeper"))


def server_of(root: Path, program: str) -> int:
    """Process id of the server itself; a child it has just forked still looks like it for a moment."""
    found = processes_of(root, f"/{program} ")
    (number,) = (one for one in found if parent_of(one) not in {0, *found})
    return number


def parent_of(number: int) -> int:
    """The process's parent; 0 where the process is gone."""
    try:
        # The name before the state may hold blanks and brackets.
        return int(Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def query(root: Path, statement: str) -> list[tuple[object, ...]]:
    paths = EmbeddedPaths.for_checkout(root)
    connection = psycopg.connect(
        host=str(paths.sockets),
        port=5432,
        user="electioncenters",
        dbname="electioncenters",
        options="",  # not those of the suite, which trades durability for speed
        autocommit=True,
    )
    with closing(connection):
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def ping(root: Path) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(EmbeddedPaths.for_checkout(root).valkey_socket))
        connection.sendall(b"PING\r\n")
        return connection.recv(16)


def test_services_answer_while_held_and_are_gone_afterwards(checkout: Path) -> None:
    with services.ensure(checkout, environ={}) as handle:
        assert handle.names == ["postgres", "valkey"]
        assert query(checkout, "SELECT current_setting('server_version_num')::int / 10000") == [(18,)]
        assert query(checkout, "SHOW fsync") == [("on",)]
        assert ping(checkout) == b"+PONG\r\n"
    assert not is_kept(checkout)
    assert not processes_of(checkout, "/postgres ")
    assert not processes_of(checkout, "/valkey-server ")


def test_services_listen_on_no_port(checkout: Path) -> None:
    with services.ensure(checkout, environ={}):
        assert query(checkout, "SHOW listen_addresses") == [("",)]
        files = Path(f"/proc/{server_of(checkout, 'valkey-server')}/fd")
        inodes = {str(link.readlink()) for link in files.iterdir()}
        listening = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        assert not inodes & {f"socket:[{line.split()[9]}]" for line in listening}


def test_services_stay_when_one_of_two_holders_leaves(checkout: Path, holder_of: Callable[[Path], Holder]) -> None:
    first, second = holder_of(checkout), holder_of(checkout)
    first.await_hold()
    second.await_hold()
    before = server_of(checkout, "postgres")
    first.end(signal.SIGTERM)
    with services.ensure(checkout, environ={}):
        assert server_of(checkout, "postgres") == before
    second.end(signal.SIGTERM)
    until(lambda: not is_kept(checkout))


def test_services_stop_when_the_only_holder_is_killed(checkout: Path, holder_of: Callable[[Path], Holder]) -> None:
    holder = holder_of(checkout)
    holder.await_hold()
    holder.end(signal.SIGKILL)
    until(lambda: not is_kept(checkout))
    assert not processes_of(checkout, "/postgres ")


def test_postgres_comes_back_with_its_data_when_killed(checkout: Path) -> None:
    with services.ensure(checkout, environ={}):
        query(checkout, "DROP TABLE IF EXISTS kept")
        query(checkout, "CREATE TABLE kept AS SELECT 7 AS n")
        before = server_of(checkout, "postgres")
        os.kill(before, signal.SIGKILL)
        until(lambda: server_answers(checkout) and server_of(checkout, "postgres") != before)
        assert query(checkout, "SELECT n FROM kept") == [(7,)]
        events = EmbeddedPaths.for_checkout(checkout).state / "logs" / "services.log"
        assert "postgres was ended by SIGKILL; starting it again" in events.read_text(encoding="utf-8")


def test_processes_a_crash_left_behind_do_not_work_on_beside_the_new_server(checkout: Path) -> None:
    with services.ensure(checkout, environ={}):
        paths = EmbeddedPaths.for_checkout(checkout)
        busy = psycopg.connect(host=str(paths.sockets), port=5432, user="electioncenters", dbname="electioncenters")
        with closing(busy):
            # Computes without ever looking whether its postmaster lives.
            busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
            busy.pgconn.flush()
            before = server_of(checkout, "postgres")
            os.kill(before, signal.SIGKILL)
            until(lambda: server_answers(checkout) and server_of(checkout, "postgres") != before)
            assert command_of(busy.info.backend_pid) == ""


def server_answers(root: Path) -> bool:
    try:
        return query(root, "SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def test_valkey_comes_back_when_killed(checkout: Path) -> None:
    with services.ensure(checkout, environ={}):
        before = server_of(checkout, "valkey-server")
        os.kill(before, signal.SIGKILL)
        until(lambda: len(found := processes_of(checkout, "/valkey-server ")) == 1 and found != [before])
        with services.ensure(checkout, environ={}):  # waits for an answer
            assert ping(checkout) == b"+PONG\r\n"


def test_services_can_be_revived_when_their_keepers_are_killed(checkout: Path) -> None:
    with services.ensure(checkout, environ={}) as handle:
        for number in processes_of(checkout, "embedded.keeper"):
            os.kill(number, signal.SIGKILL)
        until(lambda: not is_kept(checkout))
        assert not handle.running()
        handle.revive()
        assert handle.running()
        assert query(checkout, "SELECT 1") == [(1,)]
        assert ping(checkout) == b"+PONG\r\n"


def test_services_are_revived_when_a_keeper_dies_while_one_looks_at_it(checkout: Path) -> None:
    with services.ensure(checkout, environ={}) as handle:
        (keeper,) = processes_of(checkout, "embedded.keeper postgres")
        os.kill(keeper, signal.SIGSTOP)  # it still holds its lock and does nothing, as one that is dying
        os.kill(server_of(checkout, "postgres"), signal.SIGKILL)
        until(lambda: not server_answers(checkout))
        with ThreadPoolExecutor(max_workers=1) as other:
            revived = other.submit(handle.revive)
            assert not wait([revived], timeout=0.5).done  # looks at a keeper that is there
            os.kill(keeper, signal.SIGKILL)
            revived.result(_PATIENCE)
        assert handle.running()
        assert query(checkout, "SELECT 1") == [(1,)]


def test_services_start_when_a_crash_left_pid_file_and_sockets(checkout: Path) -> None:
    with services.ensure(checkout, environ={}):
        pass
    paths = EmbeddedPaths.for_checkout(checkout)
    pid_file = paths.postgres_data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{paths.postgres_data}\n", encoding="ascii")
    for place in (paths.postgres_socket, paths.valkey_socket):
        with socket.socket(socket.AF_UNIX) as left_over:
            left_over.bind(str(place))
    with services.ensure(checkout, environ={}):
        assert query(checkout, "SELECT 1") == [(1,)]
        assert ping(checkout) == b"+PONG\r\n"


def test_services_start_once_when_several_processes_ask_at_once(
    tmp_path: Path, holder_of: Callable[[Path], Holder]
) -> None:
    with _temporary_checkout(tmp_path) as root:
        holders = [holder_of(root) for _ in range(4)]
        for holder in holders:
            holder.await_hold()
        assert len(processes_of(root, "embedded.keeper")) == 2
        for holder in holders:
            holder.end()


def test_two_checkouts_run_side_by_side_with_data_of_their_own(checkout: Path, tmp_path: Path) -> None:
    with (
        _temporary_checkout(tmp_path) as other,
        services.ensure(checkout, environ={}),
        services.ensure(other, environ={}),
    ):
        query(checkout, "CREATE TABLE IF NOT EXISTS only_here ()")
        assert query(other, "SELECT to_regclass('only_here')") == [(None,)]
        assert server_of(checkout, "postgres") != server_of(other, "postgres")


def test_services_start_in_a_checkout_with_a_long_path(tmp_path: Path) -> None:
    root = tmp_path / ("a long name, with blanks and é " * 8)[: 200 - len(str(tmp_path))].strip()
    root.mkdir()
    assert len(str(root)) >= 150
    paths = EmbeddedPaths.for_checkout(root)
    assert max(len(os.fsencode(place)) for place in (paths.postgres_socket, paths.valkey_socket)) <= 107
    with _temporary_checkout(root), services.ensure(root, environ={}):
        assert query(root, "SELECT 1") == [(1,)]
        assert str(paths.state) in (root / ".data" / "WHERE").read_text(encoding="utf-8")


def test_folders_above_the_checkout_keep_their_permissions(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "clone").mkdir(mode=0o750)
    with _temporary_checkout(home / "clone") as root, services.ensure(root, environ={}):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE(root.stat().st_mode) == 0o750


def test_nobody_else_may_enter_where_data_and_sockets_are(checkout: Path) -> None:
    with services.ensure(checkout, environ={}):
        paths = EmbeddedPaths.for_checkout(checkout)
        for folder in (paths.postgres_data, paths.sockets):
            assert stat.S_IMODE(folder.stat().st_mode) & 0o007 == 0
        assert server_of(checkout, "postgres")
        owner = Path(f"/proc/{server_of(checkout, 'postgres')}").stat().st_uid
        assert owner != 0


def test_services_refuse_data_of_another_major_version(tmp_path: Path) -> None:
    with _temporary_checkout(tmp_path) as root:
        data = EmbeddedPaths.for_checkout(root).postgres_data
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("15\n", encoding="ascii")
        with pytest.raises(services.ServiceError, match="written by PostgreSQL 15; the one here is 18"):
            services.ensure(root, environ={})


def test_sockets_are_refused_in_a_folder_that_is_no_folder_of_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OwnerError, match="belongs to"):
        folder_own(tmp_path / "link", uid=os.getuid(), gid=os.getgid(), mode=0o700)
    (tmp_path / "file").touch()
    with pytest.raises(OwnerError, match="must be a folder"):
        folder_own(tmp_path / "file", uid=os.getuid(), gid=os.getgid(), mode=0o700)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_services_refuse_a_socket_folder_that_someone_else_made(tmp_path: Path) -> None:
    sockets = EmbeddedPaths.for_checkout(tmp_path).sockets
    sockets.mkdir()
    os.chown(sockets, 65534, 65534)
    try:
        with pytest.raises(services.ServiceError, match="find out who put it there"):
            services.ensure(tmp_path, environ={})
    finally:
        shutil.rmtree(sockets)
        services.erase(tmp_path)


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ["postgres", "valkey"]),
        ({"DATABASE_URL": "postgresql://db/x"}, ["valkey"]),
        ({"REDIS_URL": "redis://broker/0"}, ["postgres"]),
        ({"DATABASE_URL": " ", "REDIS_URL": ""}, ["postgres", "valkey"]),
        ({"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://broker/0"}, []),
        ({"ENVIRONMENT": "production"}, []),
    ],
)
def test_each_variable_replaces_one_service(environ: dict[str, str], names: list[str]) -> None:
    assert services.needed(environ) == names


def test_nothing_is_started_or_written_when_both_are_replaced(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://broker/0"}
    with services.ensure(tmp_path, environ=environ) as handle:
        assert handle.names == []
        assert handle.running()
    assert list(tmp_path.iterdir()) == []


def test_erase_refuses_while_someone_holds_the_services(checkout: Path) -> None:
    with (
        services.ensure(checkout, environ={}),
        pytest.raises(services.ServiceError, match="still uses the services"),
    ):
        services.erase(checkout)
    assert EmbeddedPaths.for_checkout(checkout).postgres_data.exists()
