"""What an address must look like before anything is looked up for it. Pure code."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from electioncenters.safe_http.addresses import Address, is_public

MAX_LENGTH: Final = 2000
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}

#: Printable ASCII without the backslash, which browsers read as a slash.
_CHARACTERS = re.compile(r"[!-\[\]-~]+")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
#: What some resolvers take for an IPv4 address in another notation: 2130706433, 0x7f.1, 0177.0.0.1.
_LIKE_A_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")


class UnsafeUrlError(ValueError):
    """This address is not called; the message says why, for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which addresses may be called. `local` also lets http, any port and this machine through: never in production."""

    ports: frozenset[int] = frozenset({80, 443, 8443})
    http: bool = False
    local: bool = False

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes an address may have."""
        return ("https", "http") if self.http or self.local else ("https",)

    def allows(self, address: Address) -> bool:
        """Whether a connection may be made to an IP address."""
        return is_public(address) or (self.local and address.is_loopback)


class Target(NamedTuple):
    """An address taken apart: `host` is a name in lower case or an IP address, `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def url_vet(url: str, policy: Policy) -> Target:
    """An address taken apart, without asking any server about it. Raises `UnsafeUrlError`."""
    if len(url) > MAX_LENGTH or not _CHARACTERS.fullmatch(url):
        raise UnsafeUrlError(
            f"An address has at most {MAX_LENGTH} printable ASCII characters and no backslash; write a name in other "
            "letters as xn--…, and anything else with percent signs."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnsafeUrlError("The address cannot be taken apart.") from error
    if parts.scheme not in policy.schemes:
        raise UnsafeUrlError(f"The address must begin with {' or '.join(policy.schemes)}://.")
    if "@" in parts.netloc:
        raise UnsafeUrlError("The address must not hold a user name or password.")
    if not _AUTHORITY.fullmatch(parts.netloc):
        raise UnsafeUrlError("The host must be a full name such as hooks.example.org.")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if not policy.local and port not in policy.ports:
        raise UnsafeUrlError(f"The port must be one of {', '.join(map(str, sorted(policy.ports)))}.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, _host(parts, policy), port, path)


def _host(parts: SplitResult, policy: Policy) -> str:
    host = (parts.hostname or "").removesuffix(".")
    literal = _literal(host, is_bracketed="[" in parts.netloc)
    if literal is not None:
        if not policy.allows(literal):
            raise UnsafeUrlError("The address is not one of the public Internet.")
        return str(literal)
    if _LIKE_A_NUMBER.fullmatch(host):
        raise UnsafeUrlError("The host is neither a name nor an IP address in its usual form.")
    if not _NAME.fullmatch(host) and not (policy.local and host == "localhost"):
        raise UnsafeUrlError("The host must be a full name such as hooks.example.org.")
    return host


def _literal(host: str, *, is_bracketed: bool) -> Address | None:
    """The IP address a host is; `None` for a name."""
    try:
        return ipaddress.IPv6Address(host) if is_bracketed else ipaddress.IPv4Address(host)
    except ValueError as error:
        if is_bracketed:
            raise UnsafeUrlError("The host is not an IPv6 address.") from error
        return None
