"""Frames of an event stream: one binary WebSocket message of two DAG-CBOR objects, a header and what it announces."""

from __future__ import annotations

from typing import Any

import libipld


def message_frame(kind: str, body: dict[str, Any]) -> bytes:
    """A message of a type of the stream's lexicon, `#labels` say."""
    return libipld.encode_dag_cbor({"op": 1, "t": kind}) + libipld.encode_dag_cbor(body)


def info_frame(name: str, message: str) -> bytes:
    """Something the subscriber should know; the stream goes on."""
    return message_frame("#info", {"name": name, "message": message})


def error_frame(error: str, message: str) -> bytes:
    """Why the stream ends here; nothing may follow it."""
    return libipld.encode_dag_cbor({"op": -1}) + libipld.encode_dag_cbor({"error": error, "message": message})
