"""Where a checkout's embedded services keep their data and listen; pure arithmetic on paths."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

#: Role and database in the embedded PostgreSQL.
DATABASE = "electioncenters"
#: Names the socket file; nothing listens on a TCP port. Written out, so that the shell's PGPORT changes
#: nothing.
POSTGRES_PORT = 5432


@dataclass(frozen=True)
class EmbeddedPaths:
    """Fixed places of one checkout, so that every command finds the same services.

    Sockets live in a short folder of their own, named by a hash of the checkout: a socket's path may have 107
    bytes at most, and a clone may lie deeper than that.
    """

    #: The checkout's own folder for everything that is not in git.
    data: Path
    #: Folder of the services: databases, locks, logs. The same as `data`, except for root.
    state: Path
    sockets: Path

    @classmethod
    def for_checkout(cls, root: Path) -> EmbeddedPaths:
        """The places of the checkout at `root`; two checkouts, or two users of one, never share any."""
        root = root.resolve()
        name = f"election-centers-{os.getuid()}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
        data = root / ".data"
        # PostgreSQL refuses to run as root, so root's data belongs to another user, who must be able to reach
        # it without anyone opening a home folder: it lies outside the checkout.
        state = Path("/var/lib") / name if os.getuid() == 0 else data
        return cls(data=data, state=state, sockets=_short_temporary_folder() / name)

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's cluster."""
        return self.state / "postgres"

    @property
    def postgres_socket(self) -> Path:
        """PostgreSQL's socket; its name is fixed by PostgreSQL."""
        return self.sockets / f".s.PGSQL.{POSTGRES_PORT}"

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self.sockets / "valkey.sock"

    @property
    def database_url(self) -> str:
        """Address of the embedded PostgreSQL database."""
        return f"postgresql:///{DATABASE}?host={self.sockets}&port={POSTGRES_PORT}&user={DATABASE}"

    @property
    def redis_url(self) -> str:
        """Address of the embedded Valkey."""
        return f"unix://{self.valkey_socket}?db=0"


def _short_temporary_folder() -> Path:
    """`/tmp` where there is one: TMPDIR may be long, and may differ between two shells that must meet."""
    usual = Path("/tmp")  # noqa: S108  # only a folder that is checked to be ours is used inside
    return usual if usual.is_dir() else Path(tempfile.gettempdir())
