"""A label as the network knows it: who says what about which record, since when, and signed."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import libipld

from labeling.atproto.keys import SigningKey, signature_is_valid

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class UnsignedLabel:
    """What a label says. At most one is in force for each of `src`, `uri` and `val`: that with the latest `cts`.

    `neg` takes back what an earlier one said. `cid` would restrict it to one version of the record, `exp` to a time;
    this service gives neither.
    """

    src: str
    uri: str
    val: str
    cts: dt.datetime
    neg: bool = False
    cid: str | None = None
    exp: dt.datetime | None = None

    def document(self) -> dict[str, Any]:
        """What is signed: the fields that say something, and no other."""
        fields: dict[str, Any] = {
            "ver": VERSION,
            "src": self.src,
            "uri": self.uri,
            "cid": self.cid,
            "val": self.val,
            # False is said by leaving it out.
            "neg": self.neg or None,
            "cts": moment_text(self.cts),
            "exp": moment_text(self.exp) if self.exp else None,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def signing_input(self) -> bytes:
        """The bytes under the signature: the document in DAG-CBOR, whose form is the same for everyone."""
        return libipld.encode_dag_cbor(self.document())


@dataclass(frozen=True, slots=True)
class SignedLabel:
    """A label with its signature of 64 bytes."""

    label: UnsignedLabel
    sig: bytes

    def document(self) -> dict[str, Any]:
        """As streams carry it; `sig` is bytes."""
        return self.label.document() | {"sig": self.sig}


def label_sign(label: UnsignedLabel, key: SigningKey) -> SignedLabel:
    """The label, signed."""
    return SignedLabel(label, key.sign(label.signing_input()))


def label_verify(document: dict[str, Any], multikey: str) -> bool:
    """Whether a label's document, as it was received, carries a valid signature of the key `multikey`.

    Fields that labels do not have, such as `$type`, do not count. Raises `ValueError` when the key is none.
    """
    signature = document.get("sig")
    if not isinstance(signature, bytes):
        return False
    signed = {name: value for name, value in document.items() if name in _SIGNED and value not in (None, False)}
    return signature_is_valid(multikey, libipld.encode_dag_cbor(signed), signature)


_SIGNED: Final = frozenset({"ver", "src", "uri", "cid", "val", "neg", "cts", "exp"})


def label_json(signed: SignedLabel) -> dict[str, Any]:
    """As HTTP answers carry it: JSON has no bytes, so the data model writes them as base64 without padding."""
    return signed.label.document() | {"sig": {"$bytes": base64.b64encode(signed.sig).decode().rstrip("=")}}


def moment_text(moment: dt.datetime) -> str:
    """The protocol's preferred form: UTC, milliseconds, `Z`."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
