"""Finds calls for a translation in Python sources, through the syntax tree."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from electioncenters.i18n.messages import ExtractionError, Found

_MODULE: Final = "django.utils.translation"
_COMMENT_MARK: Final = "Translators:"

#: The parameters that hold text, by function of django.utils.translation, in their order.
_TEXT_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "gettext": ("message",),
    "gettext_noop": ("message",),
    "ngettext": ("singular", "plural"),
    "pgettext": ("context", "message"),
    "npgettext": ("context", "singular", "plural"),
}
_FUNCTIONS: Final = {
    f"{name}{suffix}": parameters for name, parameters in _TEXT_PARAMETERS.items() for suffix in ("", "_lazy")
}


@dataclass(frozen=True, slots=True)
class _Module:
    """What is needed to know of a source file to read its calls."""

    file: str
    aliases: dict[str, str]
    comments: dict[int, str]


def python_messages(file: str, source: str) -> list[Found]:
    """The messages of one Python file.

    Raises ExtractionError for text that only comes to be while running (f-strings, `+`, `%`).
    """
    tree = ast.parse(source, file)
    module = _Module(file, _aliases(tree), _comments(source))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found: list[Found] = []
    problems: list[str] = []
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        try:
            found += _call_messages(module, call)
        except ExtractionError as error:
            problems += error.problems
    if problems:
        raise ExtractionError(problems)
    return found


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local name → function of django.utils.translation, as imported anywhere in the file."""
    return {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == _MODULE
        for name in node.names
        if name.name in _FUNCTIONS
    }


def _comments(source: str) -> dict[int, str]:
    """Line → its comment, without the sign."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("#").strip() for token in tokens if token.type == tokenize.COMMENT}


def _call_messages(module: _Module, call: ast.Call) -> Iterator[Found]:
    function = _called_function(module, call.func)
    if function is None:
        return
    texts = _texts(module, call, _FUNCTIONS[function])
    if texts is None:
        return
    yield Found(
        file=module.file,
        line=call.lineno,
        id=texts.get("message") or texts["singular"],
        id_plural=texts.get("plural"),
        context=texts.get("context"),
        comments=_comment_above(module, call.lineno),
    )


def _called_function(module: _Module, function: ast.expr) -> str | None:
    """The function behind `_(…)`, `gettext(…)` or `translation.gettext(…)`, None for any other call.

    `voice.gettext(…)` counts too: a `centers.facts.voice.Voice` speaks one language with the same functions.
    """
    match function:
        case ast.Name(id=name):
            return module.aliases.get(name)
        case ast.Attribute(value=ast.Name(id="translation" | "voice"), attr=name) if name in _FUNCTIONS:
            return name
    return None


def _texts(module: _Module, call: ast.Call, parameters: tuple[str, ...]) -> dict[str, str] | None:
    """Parameter → literal text; None when the text is a variable, marked where it was written."""
    given = dict(zip(parameters, call.args, strict=False)) | {
        keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in parameters
    }
    texts: dict[str, str] = {}
    for parameter in parameters:
        match given.get(parameter):
            case ast.Constant(value=str(text)):
                texts[parameter] = text
            case ast.Name() | ast.Attribute() | ast.Subscript():
                return None
            case _:
                raise ExtractionError(
                    [f"{module.file}:{call.lineno}: {parameter} must be a literal text: {ast.unparse(call)}"]
                )
    return texts


def _comment_above(module: _Module, line: int) -> tuple[str, ...]:
    """The block of comment lines right above `line`, from the line that addresses translators on."""
    block: list[str] = []
    while (line := line - 1) in module.comments:
        block.insert(0, module.comments[line])
    starts = [number for number, text in enumerate(block) if text.startswith(_COMMENT_MARK)]
    return (" ".join(block[starts[-1] :]),) if starts else ()
