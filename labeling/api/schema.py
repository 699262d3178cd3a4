"""How the OpenAPI description words what the platform API takes and gives. Parsing itself is msgspec's."""

from __future__ import annotations

from typing import Any, Final

from factcheck.models import Rating

RATINGS: Final = list(Rating.values)
_TEXT: dict[str, Any] = {"type": "string"}
_NULLABLE: dict[str, Any] = {"type": ["string", "null"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
_UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
_REASONS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field", "reason"],
        "properties": {"field": _TEXT, "reason": _TEXT},
    },
}


def _text(maximum: int, **more: Any) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": maximum, **more}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


_MADE = ("generated", "partly", "not_ai")

ITEM = _object(
    ["external_id"],
    external_id={"type": "string", "pattern": r"^[!-~]{1,255}$", "description": "The platform's own id."},
    text=_text(20_000),
    author={
        "type": ["object", "null"],
        "properties": {"id": _text(255), "handle": _text(255)},
    },
    created_at={"type": ["string", "null"], "format": "date-time", "description": "RFC 3339 with a time zone."},
    lang=_text(35, description="BCP 47; guessed from the text when missing."),
    region=_text(35, description="ISO 3166; where the account is registered."),
    hashtags={
        "type": ["array", "null"],
        "maxItems": 200,
        "items": {"type": "string", "maxLength": 300},
        "description": "Found in the text when missing.",
    },
    url=_text(2000),
    revision={"type": ["integer", "null"], "minimum": 0, "maximum": 2**63 - 1},
    deleted={"type": "boolean", "default": False},
    author_deleted={"type": "boolean", "default": False},
    media={
        "type": ["array", "null"],
        "maxItems": 50,
        "items": _object(
            ["type"],
            type={"type": "string", "maxLength": 40},
            url=_text(2000),
            sha256={"type": ["string", "null"], "pattern": "^[0-9a-fA-F]{64}$"},
            ai_generated={"type": ["boolean", "null"]},
            phash={
                "type": ["string", "null"],
                "pattern": "^[0-9a-fA-F]{16}$",
                "description": "The 64-bit perceptual hash (pHash) of a picture, or of a video's cover.",
            },
        ),
    },
    metrics={
        "type": ["object", "null"],
        "maxProperties": 50,
        "additionalProperties": {"type": ["number", "null"]},
    },
    ai={
        "type": ["object", "null"],
        "description": "How it was made: what its creator declared, and what the platform found.",
        "properties": {
            "declared": {"type": ["string", "null"], "enum": [*_MADE, None]},
            "flagged": {"type": ["string", "null"], "enum": [*_MADE, None]},
        },
    },
    paid={"type": "boolean", "default": False, "description": "Whether somebody paid for it, as the platform knows."},
)

INVALID_ITEM = _object(["index", "errors"], index=_COUNT, external_id=_TEXT, errors=_REASONS)

ITEMS_ACCEPTED = _object(
    ["batch", "accepted", "invalid"],
    batch=_UUID,
    accepted=_COUNT,
    invalid={"type": "array", "items": INVALID_ITEM},
)

BATCH_STATE = _object(
    ["batch", "state", "items", "matched", "labels", "repeated", "failed", "error", "received_at", "finished_at"],
    batch=_UUID,
    state={"type": "string", "enum": ["received", "working", "done", "poison"]},
    items=_COUNT,
    matched=_COUNT,
    labels=_COUNT,
    repeated=_COUNT,
    failed=_COUNT,
    error=_TEXT,
    received_at=_MOMENT,
    finished_at={"type": ["string", "null"], "format": "date-time"},
)

LABEL = _object(
    [
        "id",
        "kind",
        "text",
        "link",
        "link_text",
        "why",
        "jurisdiction",
        "election",
        "election_status",
        "replaced_by",
        "rests_on",
        "decided_at",
    ],
    id=_TEXT,
    kind={"type": "string", "enum": ["election", "unverified", "ai_generated", "official_account"]},
    text={"type": "string", "description": "Ready to be shown, in `lang`."},
    link={"type": "string", "format": "uri", "description": "The Election Centre to lead the viewer to."},
    link_text=_TEXT,
    why={"type": "string", "format": "uri", "description": "Why this label, and how to appeal."},
    jurisdiction=_TEXT,
    election={"type": ["string", "null"]},
    election_status={
        "type": ["string", "null"],
        "description": "How it stands now: expected, scheduled, open, held, annulled, cancelled or postponed.",
    },
    replaced_by={
        "type": ["string", "null"],
        "description": "The election held instead of one that was annulled, cancelled or postponed.",
    },
    rests_on={
        "type": "array",
        "items": _TEXT,
        "description": (
            "Of `ai_generated` who says so: creator, platform, content_credentials; of `official_account` the kind of "
            "account, such as government or party. Empty for other labels, and for what a moderator found."
        ),
    },
    decided_at=_MOMENT,
    distribution={
        "type": ["string", "null"],
        "enum": ["limited", None],
        "description": "Only with `unverified`. `limited`: show it to fewer people while the label stands.",
    },
    share_prompt=_NULLABLE
    | {"description": "Only with `unverified`. In `lang`: what to ask before somebody shares it; null asks nothing."},
    note={
        "type": ["object", "null"],
        "description": "Only with `unverified`. A context note in the named fact-checker's own words and language.",
        "required": ["text", "lang", "by"],
        "properties": {"text": {"type": "string", "maxLength": 500}, "lang": _TEXT, "by": _TEXT},
    },
    links={
        "type": ["array", "null"],
        "description": "Only with `unverified`. What the named fact-checkers wrote, then the claim's page.",
        "items": _object(["url", "text"], url={"type": "string", "format": "uri"}, text=_TEXT),
    },
)

LABELS = _object(
    ["lang", "country", "items"],
    lang=_TEXT,
    country={"type": ["string", "null"]},
    items={
        "type": "array",
        "items": _object(["uri", "labels"], uri=_TEXT, labels={"type": "array", "items": LABEL}),
    },
)

LABEL_CHANGE = _object(
    ["cursor", "action", "at", "uri", "label"],
    cursor={"type": "string", "description": "Reading on from it begins with the next change."},
    action={"type": "string", "enum": ["applied", "changed", "withdrawn"]},
    at=_MOMENT,
    uri=_TEXT,
    label={
        **LABEL,
        "description": "Kind, jurisdiction, election and confidence as they were with this change.",
        "required": [*LABEL["required"], "confidence"],
        "properties": LABEL["properties"]
        | {
            "text": _NULLABLE | {"description": "In `lang`; null once the label is not shown any more."},
            "link": _NULLABLE | {"format": "uri"},
            "link_text": _NULLABLE,
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
    },
)

LABEL_CHANGES = _object(
    ["lang", "changes", "cursor", "more"],
    lang=_TEXT,
    changes={"type": "array", "items": LABEL_CHANGE},
    cursor={"type": "string", "description": "Where to read on."},
    more={"type": "boolean"},
)

REMINDER = _object(
    [
        "tag", "lang", "country", "text", "points", "text_lang", "machine_drafted", "link", "link_text",
        "jurisdiction", "election", "valid_until",
    ],
    tag={"type": "string", "description": "As it was asked for, without its sign."},
    lang={"type": "string", "description": "Of `link`, `link_text` and, if there is a text in it, `text`."},
    country={"type": ["string", "null"]},
    text={"type": "string", "description": "Ready to be shown: all `points` in one."},
    points={"type": "array", "minItems": 1, "items": _TEXT},
    text_lang={"type": "string", "description": "The language of `text` and `points`. Show it where it is not `lang`."},
    machine_drafted={"type": "boolean", "description": "True until a person has confirmed the wording."},
    link={"type": "string", "format": "uri", "description": "The Election Centre to lead the viewer to."},
    link_text=_TEXT,
    jurisdiction={"type": "string", "description": "Whose election the hashtag means, e.g. `eu`."},
    election={"type": ["string", "null"]},
    valid_until={
        "type": ["string", "null"],
        "format": "date-time",
        "description": "When this reminder ends or another takes its place; null when neither is planned.",
    },
)  # fmt: skip

PROBLEM = _object(
    ["type", "title", "status", "detail"],
    type=_TEXT,
    title=_TEXT,
    status={"type": "integer"},
    detail=_TEXT,
    errors=_REASONS,
    invalid={"type": "array", "items": INVALID_ITEM},
)

_KINDS: dict[str, Any] = {
    "type": "string",
    "enum": ["voting-information", "impersonation", "undisclosed-ai", "incitement", "paid-political", "other"],
}
_MAYBE_MOMENT: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}

REPORT = _object(
    ["uri", "kind"],
    uri={"type": "string", "maxLength": 320, "description": "`platform:id`, of the calling platform."},
    kind=_KINDS,
    said={"type": "string", "maxLength": 2000, "description": "What the reporter wrote, if anything."},
    reporter={
        "type": "string",
        "maxLength": 100,
        "description": "A pseudonym of who reported, the same for the same person; never a name or an address.",
    },
    language={"type": "string", "default": "en", "description": "In which the reporter is answered."},
    jurisdiction={"type": "string", "description": "Whose election it is about, where the labels do not say."},
)

REPORT_STATE = _object(
    ["id", "uri", "kind", "outcome", "policy", "reason", "received_at", "answer_by", "ended_at", "status_url"],
    id=_UUID,
    uri=_TEXT,
    kind=_KINDS,
    outcome={
        "type": ["string", "null"],
        "enum": ["upheld", "rejected", "closed", "unknown", "gone", None],
        "description": "Null while it waits; `unknown` when the content was never handed in.",
    },
    policy=_NULLABLE | {"description": "Key and version of the policy it was decided by."},
    reason=_NULLABLE | {"description": "Code of the policy's reason."},
    received_at=_MOMENT,
    answer_by=_MOMENT,
    ended_at=_MAYBE_MOMENT,
    status_url={"type": "string", "format": "uri", "description": "The reporter's private page."},
)

STATEMENT = _object(
    ["cursor", "puid", "uri", "label", "created_at", "withdrawn_at", "withdrawn_because", "basis", "statement"],
    cursor=_TEXT,
    puid={"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,500}$"},
    uri=_TEXT,
    label={"type": "string", "description": "The label's id."},
    created_at=_MOMENT,
    withdrawn_at=_MAYBE_MOMENT,
    withdrawn_because={"type": ["string", "null"], "enum": ["undone", "overturned", None]},
    basis={
        "type": ["object", "null"],
        "description": "What a label that rests on a fact-check rests on, and whether the platform is asked to act.",
        "required": ["reason", "claim", "findings", "proposes_action"],
        "properties": {
            "reason": _TEXT | {"description": "Code of the policy's reason."},
            "claim": _object(["id", "text", "language"], id=_UUID, text=_TEXT, language=_TEXT),
            "findings": {
                "type": "array",
                "items": _object(
                    ["partner", "rating", "article", "evidence"],
                    partner=_TEXT,
                    rating={"type": "string", "enum": RATINGS},
                    article=_NULLABLE | {"format": "uri"},
                    evidence={"type": "array", "items": {"type": "string", "format": "uri"}},
                ),
            },
            "proposes_action": {"type": "boolean"},
        },
    },
    statement={"type": "object", "description": "In the submission format of the EU's DSA Transparency Database."},
)

STATEMENTS = _object(
    ["statements", "cursor", "more"],
    statements={"type": "array", "items": STATEMENT},
    cursor={"type": "string", "description": "Where to read on."},
    more={"type": "boolean"},
)

_LABEL_STATE: dict[str, Any] = {
    "type": ["object", "null"],
    "description": "The item's label about artificial intelligence; null without one.",
    "required": ["id", "state"],
    "properties": {
        "id": _TEXT,
        "state": {"type": "string", "enum": ["applied", "review", "withdrawn"]},
    },
}

PROVENANCE = _object(
    ["uri", "sha256", "state", "says", "media_type", "signer", "generator", "sources", "actions", "problems", "known",
     "label"],
    uri=_TEXT,
    sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    state={
        "type": "string",
        "enum": ["none", "valid", "untrusted", "invalid", "elsewhere"],
        "description": (
            "`untrusted`: unchanged, but the signer is not on the list of those trusted. `invalid` and `elsewhere` "
            "(only an address, which is never fetched) prove nothing."
        ),
    },
    says={"type": "string", "enum": ["generated", "partly", "not_ai", "nothing"]},
    media_type=_TEXT,
    signer={"type": "string", "description": "As the certificate names it; proven only where `state` is `valid`."},
    generator=_TEXT,
    sources={"type": "array", "items": _TEXT, "description": "IPTC digital source types."},
    actions={"type": "array", "items": _TEXT},
    problems={"type": "array", "items": _TEXT, "description": "Codes of what did not validate."},
    known={"type": "boolean", "description": "Whether the item is known here, so that what was read is kept."},
    label=_LABEL_STATE,
)  # fmt: skip

DECLARATION = _object(
    ["ai_generated"],
    ai_generated={"oneOf": [{"type": "boolean"}, {"type": "string", "enum": list(_MADE)}]},
)

DECLARED = _object(
    ["uri", "ai_generated", "label"],
    uri=_TEXT,
    ai_generated={"type": "string", "enum": list(_MADE)},
    label=_LABEL_STATE,
)

OFFICIAL_ACCOUNT = _object(
    ["uri", "name", "category", "jurisdiction", "election", "source_url", "verified_at", "policy"],
    uri=_TEXT,
    name={"type": "string", "description": "Whose account it is."},
    category={
        "type": "string",
        "enum": ["government", "politician", "party", "candidate", "news", "electoral_authority"],
    },
    jurisdiction=_TEXT,
    election=_NULLABLE | {"description": "Of candidates: the election they stand in."},
    source_url={"type": "string", "format": "uri", "description": "Where one can see whose it is."},
    verified_at=_MOMENT,
    policy=_object(
        ["no_paid_political_advertising", "no_monetisation", "verified_badge", "enforcement"],
        no_paid_political_advertising={"type": "boolean"},
        no_monetisation={"type": "boolean"},
        verified_badge={"type": ["string", "null"], "enum": ["recommended", "required", None]},
        enforcement={
            "type": "string",
            "enum": ["standard", "nuanced"],
            "description": "`nuanced`: nobody acts against it alone; escalate before acting.",
        },
    ),
)
