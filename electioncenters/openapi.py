"""What the generated API description leaves out: the problems every operation may answer with."""

from __future__ import annotations

from typing import Any, Final

from electioncenters.errors import CONTENT_TYPE

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "A URN that names the kind of problem and never changes."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})


def problems_added(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds the problems an operation does not describe itself: 400 always, 404 where the path names a record."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                _describe(operation, {"400", "404"} if "{" in path else {"400"})
    return result


def _describe(operation: dict[str, Any], statuses: set[str]) -> None:
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(statuses):
        operation["responses"].setdefault(status, {"description": "A problem.", "content": content})
