"""`python3 tools/setup_venv.py run|dev`: the checkout's own virtual environment, from the lock files, once.

Runs on whatever Python there is, to say clearly when it is too old; uses nothing but the standard library. A
stamp in `.venv` remembers which lock files are installed, so that the next time takes no time. `dev` contains
`run`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
NEWEST_TRIED = 14
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}


def main(wanted: str) -> int:
    """Have `wanted` (run or dev) installed; returns the exit code."""
    if sys.version_info < OLDEST:
        return _with_another_python()
    if not _is_usable():
        _create()
    if not _is_installed(wanted):
        _install(wanted)
    return 0


def _with_another_python() -> int:
    """Start again with a newer Python on the PATH, or say what is missing."""
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])  # noqa: S606  # becoming it is the point
    here = ".".join(map(str, sys.version_info[:3]))
    sys.stderr.write(
        f"Python 3.11 or newer is needed; {sys.executable} is {here}. "
        "Install one, or name it: make run PYTHON=/path/to/python3.11\n"
    )
    return 1


def _is_usable() -> bool:
    """Whether `.venv` has a Python that runs, and was made in this very place: it holds absolute paths."""
    if not PYTHON.exists() or _stamp().get("place", str(VENV)) != str(VENV):
        return False
    works = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)  # noqa: S603
    return works.returncode == 0


def _create() -> None:
    _say(f"Creating .venv with Python {'.'.join(map(str, sys.version_info[:3]))}")
    made = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        sys.exit(
            f"{made.stdout}{made.stderr}\nThe virtual environment could not be made. On Debian and Ubuntu: "
            "apt-get install python3-venv"
        )


def _is_installed(wanted: str) -> bool:
    stamp = _stamp()
    return any(stamp.get(name) == _digest(name) for name in {wanted, "dev"})


def _install(wanted: str) -> None:
    lock = LOCKS[wanted]
    total = sum(" \\" in line and "==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    started = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(lock)]
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    with subprocess.Popen(  # noqa: S603  # pip of our own environment
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        said = _follow(pip, total)
    if pip.returncode:
        sys.exit(f"{''.join(said)}\nThe packages of {lock.name} could not be installed; see above.")
    STAMP.write_text(json.dumps({"place": str(VENV), **_stamp(), wanted: _digest(wanted)}), encoding="utf-8")
    _say(f"Installed {total} packages of {lock.name} in {time.monotonic() - started:.0f} s", last=True)


def _follow(pip: subprocess.Popen[str], total: int) -> list[str]:
    """Read what pip says and show how far it is; returns all of it."""
    said: list[str] = []
    met = 0
    for line in pip.stdout or ():
        said.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            met += 1
            name = line.split()[1 if line.startswith("C") else 3].split("==")[0]
            _say(f"Getting package {met} of {total}: {name}")
        elif line.startswith("Installing collected packages"):
            _say("Installing them")
    return said


def _stamp() -> dict[str, str]:
    try:
        read: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read


def _digest(name: str) -> str:
    return hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()


def _say(text: str, *, last: bool = False) -> None:
    """One line that the next one replaces on a terminal; in a log, one line for every step but packages."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if last else ""))
    elif not text.startswith("Getting package"):
        sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["dev"]):
        sys.exit("Say run or dev.")
    sys.exit(main(sys.argv[1]))
