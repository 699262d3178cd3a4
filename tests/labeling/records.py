"""Fictional records in the formats of platforms, to be changed by the tests that use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labeling import formats
from labeling.formats import FORMATS

SAMPLES = {name: Path(formats.__file__).parent / name / "sample.ndjson" for name in FORMATS}
TIME_US = 1_793_872_800_000_000
TAG = "app.bsky.richtext.facet#tag"


def video(**more: Any) -> dict[str, Any]:
    return {"id": 7312, "create_time": 1_793_872_800, "username": "demo.anna"} | more


def event(operation: str = "create", record: Any = None, **more: Any) -> dict[str, Any]:
    commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": "3demo", "rev": "3r"}
    if record is not None:
        commit["record"] = record
    return {"did": "did:plc:fictional", "time_us": TIME_US, "kind": "commit", "commit": commit} | more


def post(text: str, *facets: Any, **more: Any) -> dict[str, Any]:
    return {"text": text, "createdAt": "2026-11-05T09:59:00Z", "facets": list(facets)} | more


def facet(start: int, end: int, tag: str, kind: str = TAG) -> dict[str, Any]:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [{"$type": kind, "tag": tag}]}


def status(content: str = "<p>Demo</p>", **more: Any) -> dict[str, Any]:
    account = {"id": "1", "acct": "demo@social.example"}
    return {"id": "115", "created_at": "2026-11-05T10:00:00.000Z", "content": content, "account": account} | more


def clip(snippet: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    told = {"publishedAt": "2026-11-05T10:00:00Z", "title": "Demo", "channelId": "UCfictional"} | (snippet or {})
    return {"kind": "youtube#video", "id": "fictional-01", "snippet": told} | more
