"""What was read of a file. Pure code."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How far the credentials can be believed.

    `VALID`: unchanged since it was signed, by a signer on the list of those we trust. `UNTRUSTED`: unchanged, but
    anybody could have made that signature. `INVALID`: damaged, or the file was changed since: proves nothing.
    `ELSEWHERE`: the file only names an address where they are said to be, which is never fetched.
    """

    NONE = "none"
    VALID = "valid"
    UNTRUSTED = "untrusted"
    INVALID = "invalid"
    ELSEWHERE = "elsewhere"


class Says(StrEnum):
    """How content was made, whoever says so. `NOTHING` is no statement, which is not the same as `NOT_AI`."""

    GENERATED = "generated"
    PARTLY = "partly"
    NOT_AI = "not_ai"
    NOTHING = "nothing"


class Provenance(Struct, frozen=True, kw_only=True):
    """The credentials of one file.

    `signer` is the name in the certificate of whoever says it, `generator` the software that the manifest names;
    both are only what the file claims unless `state` is `VALID`. `sources` are IPTC digital source types as written
    (addresses), `actions` the names of what was done (`c2pa.created`), `problems` codes of what did not validate.
    With `State.INVALID` nothing is said, whatever the manifest holds.
    """

    state: State
    says: Says = Says.NOTHING
    media_type: str = ""
    signer: str = ""
    generator: str = ""
    sources: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_ai(self) -> bool:
        """Whether it says that artificial intelligence made the content or a part of it."""
        return self.says in (Says.GENERATED, Says.PARTLY)
