"""A label as those outside are told of it, the same wherever they ask."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from labeling.links import absolute, center_path, destination, why_path
from labeling.standing import election_standing
from labeling.texts import label_text

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
) -> dict[str, Any]:
    """Ready text and links in `language`; `member_state` is the viewer's country if it is a state of the Union.

    `election_status` is that of the election as it stands now, whatever it was when the label was given. `basis` is
    what `BASIS` selects.
    """
    standing = election_standing(election, election_status)
    words = label_text(kind, language, standing)
    return {
        "id": public_id,
        "kind": kind,
        "text": words.text,
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
