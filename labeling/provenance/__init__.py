"""What a picture, video or recording says of its own making: C2PA Content Credentials, read and judged. No database.

Files come from outside and are read by native code, so they are read in a process of their own (`isolated`).
"""

from labeling.provenance.isolated import TooLargeError, TrustError, UnreadableError, provenance_read
from labeling.provenance.model import Provenance, Says, State
from labeling.provenance.sniff import NotMediaError, media_type

__all__ = [
    "NotMediaError",
    "Provenance",
    "Says",
    "State",
    "TooLargeError",
    "TrustError",
    "UnreadableError",
    "media_type",
    "provenance_read",
]
