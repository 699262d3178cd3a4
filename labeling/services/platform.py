"""The demonstration platform of a development machine."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from labeling.models import Platform
from labeling.services.api_key import api_key_create, api_key_find

DEMO_KEY = "demo"


def demo_platform() -> Platform:
    """The platform whose content is fictional. Raises `ImproperlyConfigured` in production, where all is real."""
    if settings.PRODUCTION:
        raise ImproperlyConfigured("the demonstration platform does not exist in production")
    return Platform.objects.get_or_create(key=DEMO_KEY, defaults={"name": "Demo Video", "is_demo": True})[0]


def demo_key_file() -> Path:
    """Where the demonstration key lies, readable by its owner only."""
    return Path(settings.BASE_DIR) / ".data" / "demo-api-key"


def demo_platform_ensure(*, key_file: Path | None = None) -> str:
    """The demonstration platform's key, made when there is none that works; kept in `key_file`.

    Raises `ImproperlyConfigured` in production.
    """
    platform = demo_platform()
    path = key_file or demo_key_file()
    raw = path.read_text().strip() if path.exists() else ""
    found = api_key_find(raw)
    if found is not None and found.platform_id == platform.pk:
        return raw
    raw = api_key_create(platform=platform, name="Demonstration key of this checkout")
    _write_secret(path, raw)
    return raw


def _write_secret(path: Path, secret: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
