"""Keys on the curve K-256 (secp256k1), their public form as multikey, and signatures in the protocol's form.

A signature is 64 bytes, `r` and `s` of 32 bytes each, over the SHA-256 of the message, with the lower of the two
possible `s`: the other one is as true to the curve, and refused so that nobody can make a second signature of a first.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

import libipld
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: A private key as text: the scalar, 32 bytes as hexadecimal digits.
KEY_PATTERN: Final = r"[0-9a-f]{64}"
DID_KEY: Final = "did:key:"

#: Order of the group of K-256 (SEC 2, section 2.4.1).
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
#: Multicodec `secp256k1-pub` (0xe7) as a variable-length integer.
_CODEC: Final = b"\xe7\x01"
_BASE58: Final = "z"
_HALF: Final = 32
#: The same message and key give the same signature (RFC 6979): no chance is needed, and none can go wrong.
_SIGNING: Final = ec.ECDSA(SHA256(), deterministic_signing=True)
_VERIFYING: Final = ec.ECDSA(SHA256())


class SigningKey:
    """A private key. It is never shown by `repr`, so that no log and no traceback holds it."""

    def __init__(self, text: str) -> None:
        """From its hexadecimal form. Raises `ValueError`, without naming the key, when that is no key."""
        if not re.fullmatch(KEY_PATTERN, text) or not 0 < int(text, 16) < _ORDER:
            raise ValueError("A K-256 key is 64 hexadecimal digits and not zero")
        self._key = ec.derive_private_key(int(text, 16), ec.SECP256K1())

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key out of the operating system's randomness."""
        drawn = ec.generate_private_key(ec.SECP256K1()).private_numbers().private_value
        return cls(f"{drawn:064x}")

    def __repr__(self) -> str:
        return f"SigningKey({self.multikey})"

    @property
    def secret(self) -> str:
        """The hexadecimal form, for the file or the environment it is kept in."""
        return f"{self._key.private_numbers().private_value:064x}"

    @cached_property
    def multikey(self) -> str:
        """The public key as a DID document has it (`publicKeyMultibase`): `z` and base58."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return libipld.encode_multibase(_BASE58, _CODEC + point)

    @property
    def did_key(self) -> str:
        """The public key as a DID of its own, `did:key:z…`."""
        return DID_KEY + self.multikey

    def sign(self, message: bytes) -> bytes:
        """The signature of `message`, 64 bytes."""
        r, s = decode_dss_signature(self._key.sign(message, _SIGNING))
        return r.to_bytes(_HALF, "big") + min(s, _ORDER - s).to_bytes(_HALF, "big")


def signature_is_valid(multikey: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` of `message` was made with the key whose public part is `multikey` (`did:key:` may stand
    before it). Raises `ValueError` when that is no K-256 key.
    """
    public = _public_key(multikey.removeprefix(DID_KEY))
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    if len(signature) != 2 * _HALF or not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        return False
    try:
        public.verify(encode_dss_signature(r, s), message, _VERIFYING)
    except InvalidSignature:
        return False
    return True


def _public_key(multikey: str) -> ec.EllipticCurvePublicKey:
    if not multikey.startswith(_BASE58):
        raise ValueError("A multikey begins with z")
    _, data = libipld.decode_multibase(multikey)
    if not data.startswith(_CODEC) or len(data) != len(_CODEC) + 1 + _HALF:
        raise ValueError("The multikey is not of a compressed K-256 key")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), bytes(data[len(_CODEC) :]))
