"""Typed readers for environment variables that fail loudly, all problems at once.

A reader never guesses: a value that cannot be understood is a problem, a missing value without a default is a
problem, and `Environment.check()` raises one `ImproperlyConfigured` that lists every problem found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_WHOLE = 100  # percent


class Environment:
    """Reads named values from `source`, collecting what is missing or malformed instead of stopping at the first."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """The value of `name`; an empty string counts as unset. Without a default, unset is a problem."""
        value = self._source.get(name, "").strip()
        if value:
            return value
        if default is None:
            self._problems.append(f"{name} is required")
            return ""
        return default

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        """One of `options`."""
        value = self.text(name, default)
        if value not in options:
            self._problems.append(f"{name} must be one of {', '.join(options)}, not {value!r}")
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A yes/no value: 1, true, yes, on or 0, false, no, off."""
        value = self.text(name, "on" if default else "off").lower()
        if value not in _TRUE | _FALSE:
            self._problems.append(f"{name} must be yes or no, not {value!r}")
        return value in _TRUE

    def number(self, name: str, default: int, *, minimum: int = 0) -> int:
        """A whole number of at least `minimum`."""
        value = self.text(name, str(default))
        if not value.isdecimal() or int(value) < minimum:
            self._problems.append(f"{name} must be a whole number of at least {minimum}, not {value!r}")
            return default
        return int(value)

    def matching(self, name: str, pattern: str, form: str, default: str | None = None) -> str:
        """A value of a certain form; a problem names `form` and never the value, which may be a secret.

        An empty default says that the value may be missing.
        """
        value = self.text(name, default)
        if value and not re.fullmatch(pattern, value):
            self._problems.append(f"{name} must be {form}")
        return value

    def dotted(self, name: str) -> str:
        """Where something is in Python: `package.module.name`; empty when it is not set. Nothing is loaded."""
        return self.matching(name, r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", "a dotted path such as package.module.name", "")

    def names(self, name: str, default: str | None = None) -> list[str]:
        """A comma-separated list; empty entries are dropped."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def shares(self, name: str) -> dict[str, int]:
        """Percentages by name, as `this=20,that=5`; nothing when it is not set."""
        found = {}
        for part in self.names(name, ""):
            key, _, value = part.partition("=")
            if not key.strip() or not value.strip().isdecimal() or int(value) > _WHOLE:
                self._problems.append(f"{name} must be names with percentages, such as this=20, not {part!r}")
                continue
            found[key.strip()] = int(value)
        return found

    def database(self, name: str, default: str) -> dict[str, object]:
        """A PostgreSQL address as Django's `DATABASES` entry, e.g. `postgresql://user:secret@host:5432/name`.

        A socket folder goes into the query: `postgresql:///name?host=/folder`.
        """
        url = urlsplit(self.text(name, default))
        if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
            self._problems.append(f"{name} must look like postgresql://user:password@host:5432/database")
            return {}
        return _database_entry(url)

    def redis(self, name: str, default: str) -> str:
        """A Redis or Valkey address: `redis://`, `rediss://` or `unix:///socket?db=0`."""
        value = self.text(name, default)
        if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            self._problems.append(f"{name} must start with redis://, rediss:// or unix://")
        return value

    def single_sign_on(self, server: str, client_id: str, secret: str, button: str) -> dict[str, object]:
        """An OpenID Connect provider as django-allauth's settings want it, read from the variables of these names.

        Without the server's address there is none; with one, client id and secret are required.
        """
        address = self.text(server, "")
        if not address:
            return {"APPS": []}
        if urlsplit(address).scheme not in {"https", "http"} or not urlsplit(address).hostname:
            self._problems.append(f"{server} must be the address of an OpenID provider, not {address!r}")
        app = {
            "provider_id": "organisation",
            "name": self.text(button, "Single sign-on"),
            "client_id": self.text(client_id),
            "secret": self.text(secret),
            "settings": {"server_url": address},
        }
        return {"APPS": [app], "OAUTH_PKCE_ENABLED": True}

    def check(self) -> None:
        """Raise `ImproperlyConfigured` naming every problem met so far; do nothing when there is none."""
        if self._problems:
            listed = "\n  - ".join(self._problems)
            raise ImproperlyConfigured(f"The environment is not complete:\n  - {listed}")


def _database_entry(url: SplitResult) -> dict[str, object]:
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or options.pop("user", "")),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or "") or options.pop("host", ""),
        "PORT": str(url.port or options.pop("port", "")),
        "OPTIONS": options,
    }


def celery_broker(redis_url: str) -> str:
    """The same address in Celery's spelling: kombu calls a Redis socket `redis+socket://`."""
    url = urlsplit(redis_url)
    if url.scheme != "unix":
        return redis_url
    return f"redis+socket://{url.path}?virtual_host={dict(parse_qsl(url.query)).get('db', '0')}"
