"""Finds translation tags in Django templates, through Django's own `templatize`.

`templatize` replaces tags by gettext calls and blanks everything else out, keeping lines: what is left is
calls with plain string literals and comments, which a regular expression reads without doubt.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Final

from django.utils.translation import TranslatorCommentWarning, templatize

from electioncenters.i18n.messages import ExtractionError, Found

_LITERAL: Final = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TOKEN: Final = re.compile(
    rf"""\#\ *(?P<comment>[^\n]*)
    | \b(?P<function>n?p?gettext|_)\(\s*(?P<texts>{_LITERAL}(?:,\s*{_LITERAL})*)\s*(?:,\s*count\s*)?\)""",
    re.VERBOSE,
)
_TEXT: Final = re.compile(_LITERAL)
_COMMENT_MARK: Final = "Translators"


def template_messages(file: str, source: str) -> list[Found]:
    """The messages of one template.

    Raises ExtractionError for a translation block that holds other tags, and for a comment to translators
    that would be ignored because its line goes on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", TranslatorCommentWarning)
        try:
            calls = templatize(source, origin=file)
        except (SyntaxError, TranslatorCommentWarning) as error:
            raise ExtractionError([f"{file}: {error}"]) from error
    return list(_messages(file, calls))


def _messages(file: str, calls: str) -> Iterator[Found]:
    comments: list[tuple[int, str]] = []
    for token in _TOKEN.finditer(calls):
        line = calls.count("\n", 0, token.start()) + 1
        if token["comment"] is not None:
            comments.append((line, token["comment"].strip()))
        else:
            yield _found(file, line, token, _comment_above(comments, line))
            comments.clear()


def _found(file: str, line: int, token: re.Match[str], comments: tuple[str, ...]) -> Found:
    texts = [ast.literal_eval(literal) for literal in _TEXT.findall(token["texts"])]
    function = token["function"]
    context = texts.pop(0) if "pgettext" in function else None
    plural = texts[1] if function.startswith("n") else None
    return Found(file, line, id=texts[0], id_plural=plural, context=context, comments=comments)


def _comment_above(comments: list[tuple[int, str]], line: int) -> tuple[str, ...]:
    """The comment that ends on the line above the message, from where it addresses translators."""
    block: list[str] = []
    for at, text in reversed(comments):
        if at < line - 1 - len(block):
            break
        block.insert(0, text)
        if text.startswith(_COMMENT_MARK):
            return (" ".join(part for part in block if part),)
    return ()
