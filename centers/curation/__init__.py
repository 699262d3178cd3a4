"""What can be curated: the kinds of record, their fields, how values are written in proposals, and what they must obey.

Reads, never writes: `centers.services` changes records, and only through what is described here.
"""

from centers.curation.errors import CurationError
from centers.curation.fields import CuratedField
from centers.curation.kind import RecordKind
from centers.curation.kinds import KINDS, RecordRef, record_kind, record_of, record_ref

__all__ = [
    "KINDS",
    "CuratedField",
    "CurationError",
    "RecordKind",
    "RecordRef",
    "record_kind",
    "record_of",
    "record_ref",
]
