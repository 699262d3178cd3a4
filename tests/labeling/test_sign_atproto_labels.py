"""The AT Protocol's label format: keys, signatures, documents, frames, patterns; judged by its Python library."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from atproto_core.cbor import decode_dag_multi
from atproto_core.did_doc import DidDocument
from atproto_crypto.did import get_did_key
from atproto_crypto.verify import verify_signature
from hypothesis import given
from hypothesis import strategies as st

from labeling.atproto import (
    Identity,
    InvalidPatternError,
    SigningKey,
    Span,
    UnsignedLabel,
    did_document,
    did_of_address,
    error_frame,
    info_frame,
    is_record_uri,
    kind_value,
    label_json,
    label_sign,
    label_verify,
    message_frame,
    signature_is_valid,
    spans_of_patterns,
)
from labeling.models import LabelKind

#: Published vectors of the did:key method for K-256: private key, DID.
DID_KEYS = [
    (
        "9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
    ),
    (
        "f0f4df55a2b3ff13051ea814a8f24ad00f2e469af73c363ac7e9fb999a9072ed",
        "did:key:zQ3shtxV1FrJfhqE1dvxYRcCknWNjHc3c5X1y3ZSoPDi2aur2",
    ),
    (
        "6b0b91287ae3348f8c2f2552d766f30e3604867e34adc37ccbb74a8e6b893e02",
        "did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N",
    ),
    (
        "c0a6a7c560d37d7ba81ecee9543721ff48fea3e0fb827d42c1868226540fac15",
        "did:key:zQ3shadCps5JLAHcZiuX5YUtWHHL8ysBJqFLWvjZDKAWUBGzy",
    ),
    (
        "175a232d440be1e0788f25488a73d9416c04b6f924bea6354bf05dd2f1a75133",
        "did:key:zQ3shptjE6JwdkeKN4fcpnYQY3m9Cet3NiHdAfpvSUZBFoKBj",
    ),
]
#: The protocol's interoperability fixtures for K-256 signatures: the second one has the higher of the two `s`.
MESSAGE = "oWVoZWxsb2V3b3JsZA"
FIXTURE_KEY = "did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc"
LOW = "5WpdIuEUUfVUYaozsi8G0B3cWO09cgZbIIwg1t2YKdUn/FEznOndsz/qgiYb89zwxYCbB71f7yQK5Lr7NasfoA"
HIGH = "5WpdIuEUUfVUYaozsi8G0B3cWO09cgZbIIwg1t2YKdXYA67MYxYiTMAVfdnkDCMN9S5B3vHosRe07aORmoshoQ"
P256_KEY = "did:key:zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo"

KEY = SigningKey(DID_KEYS[0][0])
URI = "at://did:plc:fictional1/app.bsky.feed.post/3demo1"
LABEL = UnsignedLabel(
    src="did:web:elections.example",
    uri=URI,
    val="election",
    cts=dt.datetime(2026, 11, 5, 10, 1, 2, 345678, tzinfo=dt.timezone(dt.timedelta(hours=1))),
)


def unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(("secret", "did_key"), DID_KEYS)
def test_public_key_is_written_as_published_vectors_have_it(secret: str, did_key: str) -> None:
    key = SigningKey(secret)
    assert key.did_key == did_key
    assert key.secret == secret
    assert secret not in repr(key)
    assert verify_signature(did_key, b"message", key.sign(b"message"))


@pytest.mark.parametrize("text", ["", "0" * 64, "f" * 64, "9085", DID_KEYS[0][0].upper(), DID_KEYS[0][0] + "0"])
def test_key_is_refused_and_not_repeated_when_it_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits") as refused:
        SigningKey(text)
    assert not text or text not in str(refused.value)


def test_generated_keys_differ_and_survive_being_written_down() -> None:
    one, other = SigningKey.generate(), SigningKey.generate()
    assert one.secret != other.secret
    assert SigningKey(one.secret).multikey == one.multikey


def test_signature_is_judged_as_the_interoperability_fixtures_do() -> None:
    message = unpadded(MESSAGE)
    assert signature_is_valid(FIXTURE_KEY, message, unpadded(LOW))
    assert not signature_is_valid(FIXTURE_KEY, message, unpadded(HIGH))
    assert not signature_is_valid(FIXTURE_KEY, message + b"!", unpadded(LOW))


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 64, unpadded(LOW)[:-1], unpadded(LOW) + b"\0"])
def test_signature_is_invalid_when_it_is_no_signature(signature: bytes) -> None:
    assert not signature_is_valid(FIXTURE_KEY, unpadded(MESSAGE), signature)


@pytest.mark.parametrize("key", [P256_KEY, "did:key:Q3sh", "z", "", "zQ3sh", "did:web:elections.example"])
def test_verifying_refuses_what_is_no_key_of_the_curve(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        signature_is_valid(key, b"message", unpadded(LOW))


@given(st.binary(max_size=300))
def test_signatures_are_low_valid_and_the_same_each_time(message: bytes) -> None:
    signature = KEY.sign(message)
    assert len(signature) == 64
    assert signature == KEY.sign(message)
    assert verify_signature(KEY.did_key, message, signature)
    assert signature_is_valid(KEY.multikey, message, signature)


def test_label_says_only_what_it_means_to() -> None:
    assert LABEL.document() == {
        "ver": 1,
        "src": "did:web:elections.example",
        "uri": URI,
        "val": "election",
        "cts": "2026-11-05T09:01:02.345Z",
    }
    whole = UnsignedLabel(LABEL.src, URI, "election", LABEL.cts, neg=True, cid="bafy", exp=LABEL.cts)
    assert set(whole.document()) == {"ver", "src", "uri", "cid", "val", "neg", "cts", "exp"}


def test_signed_label_is_verified_by_another_implementation() -> None:
    from atproto_core.cbor import decode_dag

    signed = label_sign(LABEL, KEY)
    assert verify_signature(KEY.did_key, LABEL.signing_input(), signed.sig)
    assert decode_dag(LABEL.signing_input()) == LABEL.document()


@pytest.mark.parametrize(
    "change", [{"val": "unverified"}, {"neg": True}, {"uri": URI + "x"}, {"sig": None}, {"sig": "text"}, {"ver": 2}]
)
def test_label_is_not_verified_when_it_was_changed(change: dict[str, Any]) -> None:
    document = label_sign(LABEL, KEY).document()
    assert label_verify(document, KEY.multikey)
    assert label_verify(document | {"$type": "com.atproto.label.defs#label", "neg": False}, KEY.did_key)
    assert not label_verify(document | change, KEY.multikey)
    assert not label_verify(document, SigningKey(DID_KEYS[1][0]).multikey)


def test_json_writes_the_signature_as_the_data_model_does() -> None:
    signed = label_sign(LABEL, KEY)
    written = label_json(signed)["sig"]["$bytes"]
    assert "=" not in written
    assert unpadded(written) == signed.sig


def test_frames_hold_a_header_and_a_body() -> None:
    assert decode_dag_multi(message_frame("#labels", {"seq": 1, "labels": []})) == [
        {"op": 1, "t": "#labels"},
        {"seq": 1, "labels": []},
    ]
    assert decode_dag_multi(info_frame("OutdatedCursor", "Some are gone."))[0] == {"op": 1, "t": "#info"}
    assert decode_dag_multi(error_frame("FutureCursor", "Not yet.")) == [
        {"op": -1},
        {"error": "FutureCursor", "message": "Not yet."},
    ]


@pytest.mark.parametrize("kind", LabelKind.values)
def test_every_kind_has_a_value_the_protocol_recommends(kind: str) -> None:
    value = kind_value(kind)
    assert len(value.encode()) <= 128
    assert all(part.isascii() and part.isalpha() and part.islower() for part in value.split("-"))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (URI, True),
        ("at://did:web:example.com/app.bsky.feed.post/self", True),
        ("at://did:plc:x/com.example.fooBar/a:b_c~d.e-f", True),
        ("at://anna.example/app.bsky.feed.post/3demo1", False),
        ("at://did:plc:x", False),
        ("at://did:plc:x/app.bsky.feed.post", False),
        ("at://did:plc:x/app.bsky.feed.post/..", False),
        ("at://did:plc:x/app.bsky.feed.post/a/b", False),
        ("at://did:plc:x/post/a", False),
        ("https://bsky.app/profile/did:plc:x/post/a", False),
        ("7312", False),
    ],
)
def test_record_is_named_by_its_owners_did(uri: str, expected: bool) -> None:
    assert is_record_uri(uri) is expected


def test_patterns_become_spans_without_overlap() -> None:
    assert spans_of_patterns(["at://b*", "at://a", "at://b/c", "at://bb*"]) == [
        Span("at://a", "at://a!"),
        Span("at://b", "at://b\x7f"),
    ]
    assert spans_of_patterns(["*", "at://a"]) == [Span("", "\x7f")]


@pytest.mark.parametrize("pattern", ["", "a*b", "**", "a b", "à", "a\x00*"])
def test_pattern_is_refused_when_it_is_none(pattern: str) -> None:
    with pytest.raises(InvalidPatternError):
        spans_of_patterns([pattern])


_URIS = st.text(alphabet="ab/%_!~", max_size=6)


@given(st.lists(st.tuples(_URIS, st.booleans()).map(lambda made: made[0] + "*" * made[1]).filter(bool)), _URIS)
def test_spans_hold_exactly_what_patterns_ask_for(patterns: list[str], uri: str) -> None:
    asked = any(uri.startswith(one[:-1]) if one.endswith("*") else uri == one for one in patterns)
    assert any(span.first <= uri < span.end for span in spans_of_patterns(patterns)) is (asked and uri != "") or not uri


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://elections.example", "did:web:elections.example"),
        ("https://Elections.Example/", "did:web:elections.example"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
    ],
)
def test_did_is_of_the_host(address: str, did: str) -> None:
    assert did_of_address(address) == did


@pytest.mark.parametrize("address", ["https://example.com/portal", "elections.example", ""])
def test_did_is_refused_when_the_address_is_no_host(address: str) -> None:
    with pytest.raises(ValueError, match="did:web"):
        did_of_address(address)


def test_did_document_is_understood_by_another_implementation() -> None:
    identity = Identity("did:web:elections.example", KEY)
    document = DidDocument.from_dict(did_document(identity, "https://elections.example"))
    (method,) = document.verification_method or []
    assert method.id == "did:web:elections.example#atproto_label"
    assert get_did_key(method.type, method.public_key_multibase or "") == KEY.did_key
    (service,) = document.service or []
    assert (service.id, service.type) == ("#atproto_labeler", "AtprotoLabeler")
    assert service.service_endpoint == "https://elections.example"


def test_identity_mark_tells_keys_and_dids_apart() -> None:
    marks = {Identity(did, SigningKey(key)).mark for did in ("did:web:a", "did:web:b") for key, _ in DID_KEYS}
    assert len(marks) == 2 * len(DID_KEYS)
