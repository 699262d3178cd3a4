"""A centre as CSV, one table per kind of record, in one archive; and single tables to fill in."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from centers.curation.kind import RecordKind
from centers.exchange.document import center_document
from centers.exchange.records import kinds, name_of, origin_of, records_of, translated_bases, wordings_of
from centers.models import Jurisdiction
from centers.models.fact import Fact
from electioncenters.languages import LANGUAGE_CODES

#: A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV injection").
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
#: So that spreadsheets read UTF-8 as such.
BOM: Final = "\ufeff"

ORIGIN_COLUMNS: Final = ("source_url", "verified_on", "confidence", "confirmation", "confirmed_by", "confirmed_on")
_TEXT_COLUMNS: Final = (
    "record", "field", "language", "text", "state", "origin", "translated_by", "confirmed_by", "confirmed_on",
)  # fmt: skip


def cell_neutral(value: Any) -> str:
    """A value as a cell that no spreadsheet computes: an apostrophe before what could be a formula.

    >>> cell_neutral("=1+1")
    "'=1+1"
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        plain = all(isinstance(one, str) for one in value)
        value = ", ".join(value) if plain else json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def table_write(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, notes: Iterable[str] = ()) -> bytes:
    """A CSV file: UTF-8 with a byte order mark, commas, `notes` before the header as lines that begin with `#`."""
    held = io.StringIO(newline="")
    held.write(BOM)
    writer = csv.writer(held)
    for note in notes:
        writer.writerow([f"# {note}"])
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_neutral(row.get(column)) for column in columns])
    return held.getvalue().encode()


def kind_columns(kind: RecordKind) -> list[str]:
    """`record`, the fields in their order, then where a fact comes from. Texts have a column per language."""
    own = [one.name for one in kind.own]
    return ["record", *own, *(ORIGIN_COLUMNS if issubclass(kind.model, Fact) else ())]


def kind_rows(kind: RecordKind, records: Iterable[Any]) -> list[dict[str, Any]]:
    """The records as rows of such a table."""
    return [{"record": name_of(kind, one), **kind.values(one), **origin_of(one)} for one in records]


def center_archive(place: Jurisdiction) -> bytes:
    """A zip with a table per kind, one of all texts with the state of their translations, and `place.csv`."""
    found = records_of(place)
    document = center_document(place)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("place.csv", _place_table(document))
        texts: list[dict[str, Any]] = []
        for plural, kind in kinds():
            archive.writestr(f"{plural}.csv", table_write(kind_columns(kind), kind_rows(kind, found[kind.noun])))
            for one in found[kind.noun]:
                lines = wordings_of(one, translated_bases(kind), place)
                texts += [{"record": name_of(kind, one), **line} for line in lines]
        archive.writestr("texts.csv", table_write(_TEXT_COLUMNS, texts))
        rules = document["local_rules"]
        archive.writestr("local_rules.csv", table_write(list(rules[0]) if rules else ["record"], rules))
    return held.getvalue()


def document_write(place: Jurisdiction) -> bytes:
    """The centre as JSON."""
    return json.dumps(center_document(place), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder).encode()


def _place_table(document: Mapping[str, Any]) -> bytes:
    place = document["place"]
    row = {name: document[name] for name in ("schema", "schema_version", "exported_at", "portal")}
    row |= {name: value for name, value in place.items() if name != "name"}
    row |= {f"name_{code}": place["name"].get(code) for code in LANGUAGE_CODES}
    return table_write(list(row), [row])
