"""Accounts that may be a candidate's, by how alike names are: for people to look at, never to be decided by."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db.models import Q

from labeling.candidates import name_likeness
from labeling.candidates.likeness import words_of
from labeling.models import Account, Candidate, OfficialAccount, OfficialState

#: Accounts that are compared, and that are shown; alike less than `LEAST` is not shown.
COMPARED: Final = 500
SHOWN: Final = 10
LEAST: Final = 0.6
#: Shorter words of a name (particles, initials) find too much.
_SHORTEST: Final = 4


class Likely(NamedTuple):
    """An account that may be theirs; `official` where it is proposed or verified already."""

    platform: str
    external_id: str
    handle: str
    name: str
    likeness: float
    official: OfficialAccount | None


def accounts_likely(candidate: Candidate) -> list[Likely]:
    """The likeliest first, of accounts with labelled content and of official ones. Two queries.

    Only accounts whose handle or name holds a word of the candidate's name are compared, and `COMPARED` of them at
    most: a page that proposes need not be complete.
    """
    words = [word for word in dict.fromkeys(words_of(candidate.name)) if len(word) >= _SHORTEST]
    words = words or words_of(candidate.name)
    handle, name = Q(), Q()
    for word in words:
        handle |= Q(handle__icontains=word)
        name |= Q(name__icontains=word)
    standing = OfficialAccount.objects.filter(state__in=(OfficialState.PROPOSED, OfficialState.VERIFIED))
    found: dict[tuple[int, str], Likely] = {}
    for official in standing.filter(handle | name).select_related("platform", "candidate")[:COMPARED]:
        alike = max(name_likeness(candidate.name, official.handle), name_likeness(candidate.name, official.name))
        found[official.platform_id, official.external_id] = Likely(
            official.platform.key, official.external_id, official.handle, official.name, alike, official
        )
    for account in Account.objects.filter(handle).select_related("platform").order_by("pk")[:COMPARED]:
        key = (account.platform_id, account.external_id)
        if key not in found:
            alike = name_likeness(candidate.name, account.handle)
            found[key] = Likely(account.platform.key, account.external_id, account.handle, "", alike, None)
    likely = [one for one in found.values() if one.likeness >= LEAST]
    return sorted(likely, key=lambda one: (-one.likeness, one.platform, one.external_id))[:SHOWN]
