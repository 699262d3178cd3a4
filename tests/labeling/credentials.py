"""Files with Content Credentials, signed on the spot by an invented studio with a key nobody else has."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
AI, PARTLY_AI, PROGRAM, CAMERA = (
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "digitalCapture",
)  # fmt: skip
_KEY_USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip


class Studio(NamedTuple):
    """Who signs: the certificate of its issuer, its own, and its key, all PEM."""

    issuer: bytes
    certificate: bytes
    key: bytes


def _name(common: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Fictional Pictures")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _uses(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in names for use in _KEY_USES})


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


@cache
def studio(name: str = "Studio Arcadia") -> Studio:
    """An invented studio with an issuer of its own."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _name(f"Issuer of {name}")
    issuer = (
        _begun(root, root, root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_uses("key_cert_sign", "crl_sign"), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    certificate = (
        _begun(_name(name), root, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_uses("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    return Studio(
        issuer.public_bytes(pem),
        certificate.public_bytes(pem),
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain),
    )


def trust(folder: Path, *trusted: Studio) -> Path:
    """A list of trusted issuers on disk."""
    path = folder / "trust.pem"
    path.write_bytes(b"".join(one.issuer for one in trusted or (studio(),)))
    return path


def picture(kind: str = "JPEG", colour: tuple[int, int, int] = (30, 90, 160)) -> bytes:
    """A plain picture without credentials."""
    out = io.BytesIO()
    Image.new("RGB", (48, 48), colour).save(out, kind)
    return out.getvalue()


def action(name: str = "c2pa.created", source: str | None = AI, **more: Any) -> dict[str, Any]:
    """An action as manifests have it."""
    return {"action": name, **({"digitalSourceType": IPTC + source} if source else {})} | more


def signed(
    *actions: dict[str, Any],
    by: Studio | None = None,
    picture_of: bytes | None = None,
    ingredients: list[tuple[bytes, dict[str, Any]]] | None = None,
    mime: str = "image/jpeg",
    remote: str | None = None,
) -> bytes:
    """A picture with a manifest that lists `actions`; with `remote` the manifest is only named, not in the file."""
    who = by or studio()
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, who.certificate + who.issuer, who.key, None)
    builder = c2pa.Builder({
        "claim_generator_info": [{"name": "Fictional editor", "version": "1.0"}],
        "title": "Fictional",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": list(actions or [action()])}}],
    })  # fmt: skip
    for data, about in ingredients or []:
        builder.add_ingredient(about, mime, io.BytesIO(data))
    if remote:
        builder.set_no_embed()
        builder.set_remote_url(remote)
    out = io.BytesIO()
    with c2pa.Signer.from_info(info) as signer:
        builder.sign(signer, mime, io.BytesIO(picture_of or picture()), out)
    return out.getvalue()


def edited(parent: bytes, *, source: str | None = None, by: Studio | None = None) -> bytes:
    """A picture opened in an editor and changed there; its parent's manifest comes with it."""
    about = {"title": "Parent", "relationship": "parentOf", "instance_id": "xmp:iid:fictional", "label": "parent"}
    opened = action("c2pa.opened", None, parameters={"ingredientIds": ["parent"]})
    return signed(opened, action("c2pa.edited", source), by=by, picture_of=parent, ingredients=[(parent, about)])


def composed(part: bytes, *, by: Studio | None = None) -> bytes:
    """What a camera took, with another picture placed into it."""
    about = {"title": "Part", "relationship": "componentOf", "instance_id": "xmp:iid:fictional-part", "label": "part"}
    placed = action("c2pa.placed", None, parameters={"ingredientIds": ["part"]})
    return signed(action(source=CAMERA), placed, by=by, ingredients=[(part, about)])


def tampered(data: bytes) -> bytes:
    """The same file with one byte of the picture changed after it was signed."""
    changed = bytearray(data)
    changed[-40] ^= 0xFF
    return bytes(changed)
