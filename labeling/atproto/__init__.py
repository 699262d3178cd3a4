"""The AT Protocol's label format: labels, their signatures, and the frames of its event streams. Pure code.

Specifications: "Labels", "Event Stream", "Cryptography" and "DID" of the protocol, and the lexicons
`com.atproto.label.defs`, `.queryLabels` and `.subscribeLabels`.
"""

from labeling.atproto.frames import error_frame, info_frame, message_frame
from labeling.atproto.identity import DID_PATTERN, Identity, did_document, did_of_address
from labeling.atproto.keys import SigningKey, signature_is_valid
from labeling.atproto.label import SignedLabel, UnsignedLabel, label_json, label_sign, label_verify, moment_text
from labeling.atproto.subjects import InvalidPatternError, Span, is_record_uri, spans_of_patterns
from labeling.atproto.values import kind_value

__all__ = [
    "DID_PATTERN",
    "Identity",
    "InvalidPatternError",
    "SignedLabel",
    "SigningKey",
    "Span",
    "UnsignedLabel",
    "did_document",
    "did_of_address",
    "error_frame",
    "info_frame",
    "is_record_uri",
    "kind_value",
    "label_json",
    "label_sign",
    "label_verify",
    "message_frame",
    "moment_text",
    "signature_is_valid",
    "spans_of_patterns",
]
