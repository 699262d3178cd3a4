"""`manage.py provenance FILE…`: what pictures, videos and recordings say of their own making."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.provenance import NotMediaError, Provenance, State, TooLargeError, TrustError, UnreadableError
from labeling.provenance import provenance_read as read
from labeling.services.ai_words import MADE, STANDS


class Command(BaseCommand):
    """Reads files one after the other; one that cannot be read is named and holds up no other."""

    help = (
        "Read the C2PA Content Credentials of files. Nothing is fetched from the network and nothing kept. Exits with "
        "1 when a file could not be read."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """FILEs, and how to answer."""
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a picture, video or recording")
        parser.add_argument("--json", action="store_true", help="answer with one JSON document for each file, by line")
        parser.add_argument(
            "--trust", type=Path, metavar="PEM", help="certificates of trusted issuers; PROVENANCE_TRUST by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, print, and count what could not be read."""
        anchors = options["trust"] or settings.PROVENANCE_TRUST
        if anchors and not anchors.is_file():
            raise CommandError(f"{anchors}: no such file.")
        failed = 0
        for path in options["files"]:
            try:
                with path.open("rb") as file:
                    found = read(file, most=settings.PROVENANCE_MAX_BYTES, anchors=anchors)
            except TrustError as error:
                raise CommandError(str(error)) from error
            except (OSError, NotMediaError, TooLargeError, UnreadableError) as error:
                failed += 1
                self._refuse(path, error, as_json=options["json"])
                continue
            self.stdout.write(_document(path, found) if options["json"] else _said(path, found))
        if failed:
            raise CommandError(f"{failed} of {len(options['files'])} files could not be read.")

    def _refuse(self, path: Path, error: Exception, *, as_json: bool) -> None:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        if as_json:
            self.stdout.write(json.dumps({"file": str(path), "error": reason}, ensure_ascii=False))
        else:
            self.stderr.write(f"{path}: {reason}")


def _document(path: Path, found: Provenance) -> str:
    document = {"file": str(path)} | msgspec.to_builtins(found)
    return json.dumps(document, ensure_ascii=False)


def _said(path: Path, found: Provenance) -> str:
    """For people: what it comes to first, then what it rests on."""
    lines = [f"{path} ({found.media_type})", f"  {STANDS[found.state]}"]
    if found.state in (State.VALID, State.UNTRUSTED):
        lines.append(f"  {MADE[found.says]}")
    rows = (
        ("signed by", found.signer),
        ("made with", found.generator),
        ("source types", ", ".join(source.rpartition("/")[2] for source in found.sources)),
        ("actions", ", ".join(found.actions)),
        ("problems", ", ".join(found.problems)),
    )
    return "\n".join([*lines, *(f"  {name}: {said}" for name, said in rows if said)])
