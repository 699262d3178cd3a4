"""What evidence about artificial intelligence comes to, in the workspace's English."""

from __future__ import annotations

from typing import Final

from labeling.provenance import Says, State

#: How far Content Credentials can be believed.
STANDS: Final = {
    State.NONE: "It carries no Content Credentials. That says nothing about how it was made.",
    State.VALID: "Its Content Credentials are valid, and their signer is trusted.",
    State.UNTRUSTED: "Its Content Credentials are unchanged, but their signer is not on the list of those we trust.",
    State.INVALID: "Its Content Credentials are not valid: they prove nothing.",
    State.ELSEWHERE: "It names an address for its Content Credentials, which is never fetched: they prove nothing.",
}
#: How it was made, by what the credentials say.
MADE: Final = {
    Says.GENERATED: "They say: made with artificial intelligence.",
    Says.PARTLY: "They say: made in part with artificial intelligence.",
    Says.NOT_AI: "They say how it was made, and artificial intelligence is not named.",
    Says.NOTHING: "They do not say how it was made.",
}
