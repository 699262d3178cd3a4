"""Compiles catalogues (.po) to what Django reads (.mo). The compiled files are not in the repository."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import polib
from django.conf import settings

from electioncenters.i18n.catalogue import TARGET_LANGUAGES, catalogue_load, catalogue_path, file_replace

_DIGEST_HEADER: Final = "X-Source-Digest"
#: Part of every digest: raising it recompiles everything after a change of this module.
_COMPILER_VERSION: Final = b"1"


def locale_compile(locale: Path | None = None) -> list[str]:
    """Compiles the catalogues that changed since they were compiled; the languages compiled.

    `locale` is the first of the settings' LOCALE_PATHS unless given; a language without a catalogue is passed
    over. A compiled file carries the digest of its source: times say nothing after a checkout.
    Raises CatalogueError for a catalogue that can't be read.
    """
    locale = locale or Path(settings.LOCALE_PATHS[0])
    return [language for language in TARGET_LANGUAGES if _compile(catalogue_path(locale, language))]


def _compile(source: Path) -> bool:
    if not source.exists():
        return False
    digest = hashlib.sha256(_COMPILER_VERSION + source.read_bytes()).hexdigest()
    compiled = source.with_suffix(".mo")
    if compiled.exists() and f"{_DIGEST_HEADER}: {digest}".encode() in compiled.read_bytes():
        return False
    file_replace(compiled, _binary(catalogue_load(source), digest))
    return True


def _binary(catalogue: polib.POFile, digest: str) -> bytes:
    """Complete and confident translations only: what is empty or fuzzy shows in English instead."""
    catalogue.metadata[_DIGEST_HEADER] = digest
    return catalogue.to_binary()
