"""Reads a file's credentials by the library. Imported by the process that reads, and by no other (see `isolated`)."""

from __future__ import annotations

import json
from typing import Any, BinaryIO, Final

import c2pa

from labeling.provenance.manifest import judged
from labeling.provenance.model import Provenance, State
from labeling.provenance.sniff import HEAD, media_type

#: Nothing is fetched, whatever a file names: neither manifests nor the state of certificates.
OFFLINE: Final[dict[str, Any]] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True, "verify_after_reading": True}
}


def file_read(file: BinaryIO, *, anchors: str = "") -> Provenance:
    """The credentials of an open file; `anchors` are the certificates (PEM) of those whose signers are trusted.

    Raises `NotMediaError`, and `ValueError` for anchors that are no certificates.
    """
    kind = media_type(file.read(HEAD))
    file.seek(0)
    settings = OFFLINE | ({"trust": {"trust_anchors": anchors}} if anchors else {})
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(settings))
    except c2pa.C2paError as error:
        raise ValueError(f"The list of trusted signers cannot be read: {error}") from error
    try:
        with c2pa.Reader(kind, file, context=context) as reader:
            report = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return Provenance(state=State.NONE, media_type=kind)
    except c2pa.C2paError as error:
        # The library has no class for it: the file's credentials are said to be at an address.
        if str(error).startswith("Remote"):
            return Provenance(state=State.ELSEWHERE, media_type=kind)
        return Provenance(state=State.INVALID, media_type=kind, problems=("unreadable",))
    return judged(report, kind)
