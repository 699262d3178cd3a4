"""As whom the label service signs: its DID from the settings, its key from there or, for trying out, from a file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from labeling.atproto import Identity, SigningKey, did_of_address


def labeler_identity() -> Identity:
    """The service's DID and key. Outside of production a missing key is made once and kept in `.data/labeler-key`.

    Raises `ImproperlyConfigured` where the settings do not make an identity.
    """
    try:
        key = SigningKey(settings.LABELER_KEY or _checkout_key(settings.BASE_DIR / ".data" / "labeler-key"))
    except ValueError as error:
        raise ImproperlyConfigured(f"LABELER_KEY: {error}") from error
    try:
        return Identity(settings.LABELER_DID or did_of_address(settings.LABELER_URL), key)
    except ValueError as error:
        raise ImproperlyConfigured(f"LABELER_DID is required: {error}") from error


def _checkout_key(path: Path) -> str:
    if settings.PRODUCTION:
        raise ImproperlyConfigured("LABELER_KEY is required: `manage.py atproto_key` makes one.")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(SigningKey.generate().secret)
        # Appears whole or not at all, and the first of two processes wins.
        try:
            path.hardlink_to(whole)
        except FileExistsError:
            pass
        finally:
            whole.unlink()
    return path.read_text(encoding="ascii").strip()
