"""Where the children listen, settled before anything is started."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

_LAST_PORT = 65535
#: So far from the web server's port that portals on neighbouring ports do not meet.
_LABELER_DISTANCE = 100


class AddressError(RuntimeError):
    """The address cannot be used; the text says what to change."""


@dataclass(frozen=True)
class Address:
    """Host and port of a server; `name` is the variable that says the port."""

    host: str
    port: int
    name: str = "PORT"

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Address:
        """The web server's: HOST (default: this machine only) and PORT (default 8000). Raises AddressError."""
        host = environ.get("HOST", "").strip() or "127.0.0.1"
        return cls(host, _port(environ, "PORT", 8000))

    @classmethod
    def of_labeler(cls, environ: Mapping[str, str]) -> Address:
        """The label service's: the same host, and LABELER_PORT (default: PORT + 100). Raises AddressError."""
        web = cls.of(environ)
        derived = web.port + _LABELER_DISTANCE
        if derived > _LAST_PORT:
            derived = web.port - _LABELER_DISTANCE
        return cls(web.host, _port(environ, "LABELER_PORT", derived), "LABELER_PORT")

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        name = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"

    def check_free(self) -> None:
        """Raise AddressError when nobody could listen there."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: a connection that is just ending does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
                probe.listen(1)
            except PermissionError:
                raise AddressError(f"Port {self.port} is for administrators. {self._advice()}") from None
            except OSError as error:
                raise AddressError(self._why(error)) from None

    def _why(self, error: OSError) -> str:
        if isinstance(error, socket.gaierror):
            return f"HOST {self.host!r} is not an address of this machine."
        return f"Port {self.port} is already in use on {self.host}. {self._advice()}"

    def _advice(self) -> str:
        usual = {"PORT": 8000, "LABELER_PORT": 8100}[self.name]
        return f"Choose another one: {self.name}={usual + 1 if self.port == usual else usual} make run"


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    port = environ.get(name, "").strip() or str(default)
    if not port.isdecimal() or not 1 <= int(port) <= _LAST_PORT:
        raise AddressError(f"{name} must be a number from 1 to {_LAST_PORT}, not {port!r}.")
    return int(port)
