"""Who signs: the service's DID and the document that says with which key and where it is to be reached."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, urlsplit

from labeling.atproto.keys import SigningKey

DID_PATTERN: Final = r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"


@dataclass(frozen=True)
class Identity:
    """The service as the network sees it: labels are `did`'s, signed with `key`."""

    did: str
    key: SigningKey

    @cached_property
    def mark(self) -> str:
        """A short text that differs when the DID or the key does: it says with which of them a label was signed."""
        return hashlib.sha256(f"{self.did} {self.key.multikey}".encode()).hexdigest()[:16]


def did_of_address(address: str) -> str:
    """The `did:web` of a service that answers at `https://host[:port]`: the document lies below that host.

    Raises `ValueError` where the address has a path: the protocol knows `did:web` of hosts only.
    """
    parts = urlsplit(address)
    if not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"A did:web is of a host, not of {address!r}")
    return f"did:web:{quote(parts.netloc.rpartition('@')[2].lower(), safe='')}"


def did_document(identity: Identity, endpoint: str) -> dict[str, Any]:
    """The DID document: `#atproto_label` is the key labels are signed with, `#atproto_labeler` where they are had."""
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
        ],
        "id": identity.did,
        "verificationMethod": [
            {
                "id": f"{identity.did}#atproto_label",
                "type": "Multikey",
                "controller": identity.did,
                "publicKeyMultibase": identity.key.multikey,
            }
        ],
        "service": [
            {
                "id": "#atproto_labeler",
                "type": "AtprotoLabeler",
                "serviceEndpoint": endpoint,
            }
        ],
    }
