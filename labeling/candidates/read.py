"""A file of candidates, as authorities publish it: tables in any of the usual encodings, with headers in any language.

Nothing is guessed about people: a line with something wrong in it is named, by its number, and then nothing of the file
is taken.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from labeling.candidates.likeness import name_key, words_of

#: Bytes and lines of a file, and characters of a cell.
MOST_BYTES: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 50_000
LONGEST: Final = 200
#: Columns of a file that are looked at, and problems that are named; of further ones only the number is said.
_MOST_COLUMNS: Final = 100
MOST_PROBLEMS: Final = 100

#: What is taken from a file. A name may stand in one column or in two.
FIELDS: Final = ("name", "given_name", "family_name", "party", "constituency")
#: How headers are called, folded: the words authorities of several countries use. A person sees the mapping before
#: anything is taken, and may say otherwise.
_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "candidate", "candidate name", "full name", "kandidat", "kandidatin", "nom complet", "candidat",
             "nombre completo", "candidato", "nominativo", "nazwisko i imie", "jmeno a prijmeni", "navn", "namn",
             "nimi", "vards uzvards", "vardas pavarde", "nev", "ime i prezime", "ime in priimek", "onoma"),
    "given_name": ("given name", "first name", "forename", "vorname", "prenom", "nombre", "nome", "imie", "jmeno",
                   "fornavn", "fornamn", "etunimi", "eesnimi", "vards", "vardas", "utonev", "ime", "prenume", "meno"),
    "family_name": ("family name", "last name", "surname", "nachname", "familienname", "nom", "apellidos", "cognome",
                    "apelido", "nazwisko", "prijmeni", "efternavn", "efternamn", "sukunimi", "perekonnanimi",
                    "uzvards", "pavarde", "csaladnev", "prezime", "priimek", "nume", "priezvisko"),
    "party": ("party", "list", "party name", "partei", "liste", "wahlvorschlag", "parti", "nuance", "partido",
              "candidatura", "partito", "lista", "partia", "komitet", "strana", "subjekt", "puolue", "erakond",
              "partija", "part", "stranka", "partid", "partij", "komma"),
    "constituency": ("constituency", "district", "electoral district", "wahlkreis", "circonscription",
                     "circunscripcion", "circoscrizione", "collegio", "okreg", "okreg wyborczy", "volebni obvod",
                     "valkreds", "storkreds", "valkrets", "vaalipiiri", "valimisringkond", "velesanu apgabals",
                     "apygarda", "valasztokerulet", "izborna jedinica", "volilna enota", "kieskring", "circumscriptie",
                     "volebny obvod", "circulo"),
}  # fmt: skip


class FileError(ValueError):
    """The file as a whole cannot be read; the message says why."""


class Problem(NamedTuple):
    """What is wrong in one line of the file (from 1, the header's)."""

    line: int
    reason: str


class Line(NamedTuple):
    """A candidate with the line they stand in; `key` is their name folded."""

    line: int
    name: str
    party: str
    constituency: str
    key: str


class Listed(NamedTuple):
    """What a file holds. `headers` are its columns in order, `mapping` the column each field is taken from.

    `homonyms` are lines of different people with the same name. With `problems` nothing is to be taken; `unnamed` is
    how many more there are.
    """

    encoding: str
    headers: tuple[str, ...]
    mapping: dict[str, str]
    lines: tuple[Line, ...]
    homonyms: tuple[tuple[Line, ...], ...]
    problems: tuple[Problem, ...]
    unnamed: int


def candidates_read(data: bytes, mapping: Mapping[str, str] | None = None) -> Listed:
    """Read and judge a file. `mapping` names columns by field instead of what is guessed from the headers.

    Raises `FileError`.
    """
    if not data.strip():
        raise FileError("The file is empty.")
    if len(data) > MOST_BYTES:
        raise FileError(f"The file has {len(data)} bytes; at most {MOST_BYTES} are read.")
    text, encoding = _decoded(data)
    rows = _rows(text)
    headers = _headers(rows)
    columns = _columns(headers, mapping)
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(lines) + len(problems) >= MOST_ROWS:
            raise FileError(f"The file has more than {MOST_ROWS} lines.")
        found = _line(number, row, headers, columns)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            lines.append(found)
    problems += _repeated(lines)
    if not lines and not problems:
        raise FileError("The file has a header and no candidate.")
    problems.sort()
    return Listed(
        encoding=encoding,
        headers=headers,
        mapping={field: headers[at] for field, at in columns.items()},
        lines=tuple(lines),
        homonyms=_homonyms(lines),
        problems=tuple(problems[:MOST_PROBLEMS]),
        unnamed=max(0, len(problems) - MOST_PROBLEMS),
    )


def _decoded(data: bytes) -> tuple[str, str]:
    """Text and encoding: what a mark at the beginning says, else UTF-8, else the old Windows code page of the West."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    named = [encoding for mark, encoding in marks if data.startswith(mark)] or ["utf-8", "cp1252"]
    for encoding in named:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise FileError("The file is no text in UTF-8, UTF-16 or Windows-1252: save it as CSV in UTF-8.")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each ends in. Raises `FileError` for what is no table."""
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise FileError(f"The file is no CSV: line {reader.line_num}, {error}.") from error


def _headers(rows: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
    _, header = next(rows, (0, []))
    names = tuple(_plain(cell)[:LONGEST] for cell in header)
    if not any(names) or len(names) > _MOST_COLUMNS:
        raise FileError(f"The first line must name the columns, at most {_MOST_COLUMNS}.")
    if twice := {name for name in names if name and names.count(name) > 1}:
        raise FileError(f"Two columns have the same name: {', '.join(sorted(twice))}.")
    return names


def _columns(headers: Sequence[str], mapping: Mapping[str, str] | None) -> dict[str, int]:
    """The column of each field. Raises `FileError` where no name is to be found."""
    if mapping is None:
        folded = [" ".join(words_of(header)) for header in headers]
        found = {
            field: next(at for at, header in enumerate(folded) if header in words)
            for field, words in _HEADERS.items()
            if any(header in words for header in folded)
        }
        if "family_name" not in found:
            # A given name alone is a column called "name" in another language, or nothing.
            given = found.pop("given_name", None)
            if "name" not in found and given is not None:
                found["name"] = given
        elif "given_name" in found:
            found.pop("name", None)
        elif "name" not in found:
            found["name"] = found.pop("family_name")
    else:
        found = {}
        for field, header in mapping.items():
            if field not in FIELDS:
                raise FileError(f"There is no field called {field}; the fields are {', '.join(FIELDS)}.")
            if header not in headers:
                raise FileError(f"There is no column called {header}; the columns are {', '.join(headers)}.")
            found[field] = headers.index(header)
    if "name" not in found and not {"given_name", "family_name"} <= set(found):
        raise FileError(f"Say in which column names stand; the columns are {', '.join(headers)}.")
    return found


def _line(number: int, row: Sequence[str], headers: Sequence[str], columns: Mapping[str, int]) -> Line | Problem:
    if len(row) != len(headers):
        return Problem(number, f"It has {len(row)} cells; the header has {len(headers)}.")
    cells = {field: _plain(row[at]) for field, at in columns.items()}
    for field, at in columns.items():
        if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in row[at].strip()):
            return Problem(number, f"The {field.replace('_', ' ')} holds characters that cannot be seen.")
    name = cells.get("name") or " ".join(part for part in (cells.get("given_name"), cells.get("family_name")) if part)
    values = {"name": name, "party": cells.get("party", ""), "constituency": cells.get("constituency", "")}
    key = name_key(name)
    if not key:
        return Problem(number, "There is no name.")
    for field, value in values.items():
        if len(value) > LONGEST:
            return Problem(number, f"The {field} has more than {LONGEST} characters.")
    return Line(number, values["name"], values["party"], values["constituency"], key[:LONGEST])


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _repeated(lines: Sequence[Line]) -> list[Problem]:
    """The same person twice: name, party and constituency alike."""
    first: dict[tuple[str, str, str], int] = {}
    found = []
    for line in lines:
        known = first.setdefault((line.key, line.party.casefold(), line.constituency.casefold()), line.line)
        if known != line.line:
            found.append(Problem(line.line, f"It says the same as line {known}."))
    return found


def _homonyms(lines: Sequence[Line]) -> tuple[tuple[Line, ...], ...]:
    by_key: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_key[line.key].append(line)
    return tuple(tuple(group) for group in by_key.values() if len(group) > 1)
