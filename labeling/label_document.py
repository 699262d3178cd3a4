"""A label as those outside are told of it, the same wherever they ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from labeling.links import absolute, center_path, destination, why_path
from labeling.models import LabelKind
from labeling.standing import election_standing
from labeling.texts import fact_check_links, finding_text, label_text, share_prompt

#: SQL: what a label (`label`) rests on that is no rule, in words with spaces between them: who says that artificial
#: intelligence made the content, or what kind of official account posted it. Nothing is looked at for other labels.
BASIS: Final = """CASE WHEN label.kind IN ('ai_generated', 'official_account') THEN
           (SELECT string_agg(DISTINCT sign->>'basis', ' ') FROM jsonb_array_elements(label.evidence) AS sign) END"""


def label_document(
    *,
    public_id: str,
    kind: str,
    jurisdiction: str,
    election: str | None,
    decided_at: dt.datetime,
    language: str,
    member_state: str | None,
    election_status: str | None = None,
    basis: str | None = None,
    finding: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Ready text and links in `language`; `member_state` is the viewer's country if it is a state of the Union.

    `election_status` is that of the election as it stands now, whatever it was when the label was given. `basis` is
    what `BASIS` selects, `finding` the label's, of what fact-checkers found (`labeling.claims.finding`). Labels of
    other kinds do not have its fields: they are by far the most, and are asked for thousands a second.
    """
    standing = election_standing(election, election_status)
    words = label_text(kind, language, standing)
    document = {
        "id": public_id,
        "kind": kind,
        "text": finding_text(finding, language) if finding else words.text,
        "link": absolute(center_path(destination(jurisdiction, member_state), language)),
        "link_text": words.link_text,
        "why": absolute(why_path(public_id, language)),
        "jurisdiction": jurisdiction,
        "election": election,
        "election_status": election_status,
        "replaced_by": standing.replaced_by if standing else None,
        "rests_on": sorted(basis.split()) if basis else [],
        "decided_at": decided_at,
    }
    return document | _fact_checked(finding, language) if kind == LabelKind.UNVERIFIED else document


#: Hints for platforms, and what they show with a label that rests on what fact-checkers found.
FACT_CHECKED: Final = ("distribution", "share_prompt", "note", "links")


def _fact_checked(finding: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    """A label that rests on no claim was given by hand: the claim could not be confirmed, and nobody is named."""
    found: Mapping[str, Any] = finding or {"limited": True, "share_prompt": True, "sources": []}
    return {
        "distribution": "limited" if found["limited"] else None,
        "share_prompt": share_prompt(found, language) if found["share_prompt"] else None,
        "note": found.get("note"),
        "links": [{"url": url, "text": text} for url, text in fact_check_links(finding, language)],
    }
