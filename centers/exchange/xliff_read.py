"""Reads XLIFF 1.2 and 2.x that came back from translators: well-formed, without a DTD, and never trusted."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax import SAXException, SAXParseException, handler, xmlreader

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from centers.exchange.effects import FileError
from centers.exchange.xliff_write import HASH, METADATA, OURS, XLIFF_12, XLIFF_20

#: Bytes a file may have: a centre in one language has about a tenth of that.
LARGEST: Final = 5 * 1024 * 1024
MOST_UNITS: Final = 2_000
#: How deep elements may lie in each other.
DEEPEST: Final = 40

#: Marks that say nothing about the text, and end with it.
_TRANSPARENT: Final = {"mrk", "sm", "em"}
_UNIT: Final = {XLIFF_12: "trans-unit", XLIFF_20: "unit"}
Name = tuple[str | None, str]


@dataclass(slots=True)
class ReadUnit:
    """A unit as the file has it. `markup` are inline elements found in the target."""

    id: str
    line: int
    source_language: str
    target_language: str
    source: str = ""
    target: str = ""
    has_target: bool = False
    state: str = ""
    of: str = ""
    markup: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class XliffFile:
    """What was read."""

    version: str
    units: list[ReadUnit]


def xliff_read(data: bytes) -> XliffFile:
    """The file's units. Raises `FileError` for what is no XLIFF of a version we know, is too large, or has a DTD."""
    if len(data) > LARGEST:
        raise FileError(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    reader = _Reader()
    parser = create_parser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setFeature(handler.feature_external_ges, False)
    parser.setContentHandler(reader)
    try:
        parser.parse(io.BytesIO(data))
    except DefusedXmlException:
        raise FileError("The file declares a document type or entities: such a file is not read.") from None
    except SAXParseException as error:
        raise FileError(
            f"The file is not well-formed XML: line {error.getLineNumber()}: {error.getMessage()}."
        ) from None
    except (SAXException, ValueError, LookupError, UnicodeError) as error:
        raise FileError(f"The file could not be read as XML: {str(error)[:200]}.") from None
    if not reader.version:
        raise FileError("The file is not XLIFF.")
    return XliffFile(reader.version, reader.units)


class _Reader(handler.ContentHandler):
    """Follows the elements; knows at any time in which unit and in which of its parts it is."""

    def __init__(self) -> None:
        super().__init__()
        self.version = ""
        self.units: list[ReadUnit] = []
        self._space = ""
        self._languages = ("", "")
        self._path: list[Name] = []
        self._unit: ReadUnit | None = None
        #: Text being gathered, and for what: `source`, `target` or `hash`.
        self._gathered: list[str] | None = None
        self._for = ""
        self._opened = ""
        #: The source of a part of a unit, which stands for its target where that may be left out.
        self._part_source = ""
        self._part_target: str | None = None
        self._locator: xmlreader.Locator | None = None

    def setDocumentLocator(self, locator: xmlreader.Locator) -> None:  # noqa: N802 -- named by xml.sax
        self._locator = locator

    def startElementNS(self, name: Name, qname: str | None, attrs: Any) -> None:  # noqa: N802 -- named by xml.sax
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise FileError(f"Line {self._line()}: elements lie too deep in each other.")
        if len(self._path) == 1:
            self._begin(name, attrs)
        elif self._unit is None:
            self._outside(name, attrs)
        elif self._gathered is not None:
            self._inline(name)
        else:
            self._inside(name, attrs)

    def endElementNS(self, name: Name, qname: str | None) -> None:  # noqa: N802 -- named by xml.sax
        self._path.pop()
        if self._unit is None:
            return
        space, tag = name
        if space == self._space and tag == _UNIT[self._space]:
            self.units.append(self._unit)
            self._unit = None
        elif self._gathered is not None and tag == self._opened:
            self._close()
        elif space == XLIFF_20 and tag in ("segment", "ignorable"):
            self._part_ends(tag)

    def characters(self, content: str) -> None:
        if self._gathered is not None:
            self._gathered.append(content)

    def _line(self) -> int:
        return (self._locator.getLineNumber() or 0) if self._locator else 0

    def _begin(self, name: Name, attrs: Any) -> None:
        space, tag = name
        version = attrs.get((None, "version"), "")
        if tag != "xliff" or space not in _UNIT:
            raise FileError("The file is not XLIFF 1.2 or 2: its first element is another one.")
        if version not in (("1.2",) if space == XLIFF_12 else ("2.0", "2.1")):
            raise FileError(
                f"The file says it is XLIFF {version[:20] or 'without a version'}; 1.2 and 2.0 can be read."
            )
        self.version, self._space = version, space or ""
        if space == XLIFF_20:
            self._languages = (attrs.get((None, "srcLang"), ""), attrs.get((None, "trgLang"), ""))

    def _outside(self, name: Name, attrs: Any) -> None:
        space, tag = name
        if space == XLIFF_12 and tag == "file":
            self._languages = (attrs.get((None, "source-language"), ""), attrs.get((None, "target-language"), ""))
        elif space == self._space and tag == _UNIT[self._space]:
            if len(self.units) >= MOST_UNITS:
                raise FileError(f"The file has more than {MOST_UNITS:,} units.")
            self._unit = ReadUnit(attrs.get((None, "id"), ""), self._line(), *self._languages)
            self._unit.of = attrs.get((OURS, HASH), "")

    def _inside(self, name: Name, attrs: Any) -> None:
        space, tag = name
        unit = self._unit
        if unit is None:
            return
        if space == self._space and tag in ("source", "target") and self._is_of_unit():
            self._open(tag)
            if tag == "target" and space == XLIFF_12:
                unit.state = attrs.get((None, "state"), "")
        elif space == XLIFF_20 and tag == "segment":
            unit.state = attrs.get((None, "state"), unit.state)
        elif (space, tag) == (METADATA, "meta") and attrs.get((None, "type")) == HASH:
            self._open("meta")

    def _is_of_unit(self) -> bool:
        """Not a proposal of a translation memory, which lies in an element of its own."""
        parent = self._path[-2][1]
        return parent == "trans-unit" if self._space == XLIFF_12 else parent in ("segment", "ignorable")

    def _inline(self, name: Name) -> None:
        if self._for == "target" and self._unit is not None and name[1] not in _TRANSPARENT:
            self._unit.markup.append(name[1])

    def _open(self, tag: str) -> None:
        self._gathered, self._for, self._opened = [], tag, tag

    def _close(self) -> None:
        text = "".join(self._gathered or ())
        self._gathered = None
        if self._unit is None:
            return
        if self._for == "meta":
            self._unit.of = text.strip()
        elif self._space == XLIFF_20:
            if self._for == "source":
                self._part_source = text
            else:
                self._part_target = text
        elif self._for == "source":
            self._unit.source = text
        else:
            self._unit.target, self._unit.has_target = text, True

    def _part_ends(self, tag: str) -> None:
        """A unit in several parts is one text; what lies between them needs no translation."""
        unit = self._unit
        if unit is None:
            return
        unit.source += self._part_source
        if self._part_target is not None:
            unit.target += self._part_target
            unit.has_target = True
        elif tag == "ignorable":
            unit.target += self._part_source
        self._part_source, self._part_target = "", None
