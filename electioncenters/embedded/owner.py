"""Whom the embedded servers run as, and folders nobody else may have prepared for them."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

#: The user root's embedded servers run as; made when first needed, without home or shell.
SYSTEM_USER = "election-centers"

_USERADD_OPTIONS = (
    *("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"),
    *("--shell", "/usr/sbin/nologin"),
)
_ATTEMPTS = 10
_PAUSE = 0.3  # seconds; another clone may be making the same user


class OwnerError(RuntimeError):
    """No user for the servers, or a folder that is not ours; the text says what can be done."""


@dataclass(frozen=True)
class Owner:
    """User and group of the servers. For anyone but root that is the person who started the command."""

    uid: int
    gid: int

    @classmethod
    def current(cls) -> Owner:
        """The owner for this process; root gets an unprivileged user: PostgreSQL does not run as root."""
        if os.getuid() != 0:
            return cls(os.getuid(), os.getgid())
        entry = _system_user()
        return cls(entry.pw_uid, entry.pw_gid)

    @property
    def differs(self) -> bool:
        """Whether the servers run as someone else than this process."""
        return self.uid != os.getuid()


def _system_user() -> pwd.struct_passwd:
    problem = "there is no useradd here"
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        if not (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")):
            break
        made = subprocess.run(  # noqa: S603  # a fixed command
            [useradd, *_USERADD_OPTIONS, SYSTEM_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        problem = made.stderr.strip()
        if made.returncode:
            time.sleep(_PAUSE)
    raise OwnerError(
        f"PostgreSQL does not run as root, and the user {SYSTEM_USER} could not be made ({problem}). "
        "Run as another user, make that user, or set DATABASE_URL and REDIS_URL."
    )


def folder_own(path: Path, *, uid: int, gid: int, mode: int | None = None) -> Path:
    """Make `path` a real folder of `uid` and `gid` with `mode` (None: as it is), and return it.

    Raises OwnerError when something else stands there: in a shared place like /tmp anyone could have put it.
    """
    try:
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    except FileExistsError:
        raise OwnerError(f"{path} must be a folder. Remove what is there and try again.") from None
    except PermissionError as error:
        raise OwnerError(_not_ours(Path(error.filename or path).parent)) from None
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.getuid(), uid}:
        raise OwnerError(_not_ours(path))
    if (found.st_uid, found.st_gid) != (uid, gid):
        os.chown(path, uid, gid)
    if mode is not None and stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)
    return path


def _not_ours(path: Path) -> str:
    with contextlib.suppress(OSError, KeyError):
        name = pwd.getpwuid(path.lstat().st_uid).pw_name
        return (
            f"{path} belongs to {name}, so nothing is kept there. If an earlier run by {name} left it, "
            f"let {name} remove it; otherwise find out who put it there."
        )
    return f"{path} cannot be used: it belongs to someone else."
