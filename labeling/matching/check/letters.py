"""Letters that deceive: other scripts' look-alikes within a word, and characters that nobody sees."""

import re
import unicodedata
from collections.abc import Iterator

from labeling.matching.check.problem import Finding, warning

# Letters by the Latin one they look like; Latin letters that look like one of these can be read in that script.
_CYRILLIC = dict(zip("асеіјорѕухԁһӏԛԝАВСЕНІЈКМОРЅТХУ", "aceijopsyxdhlqwABCEHIJKMOPSTXY", strict=True))
_GREEK = dict(zip("ανορυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "avopuikABEZHIKMNOPTYX", strict=True))
_LOOK_ALIKES = {"CYRILLIC": _CYRILLIC, "GREEK": _GREEK}
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
_WORD = re.compile(r"[^\W\d_]+")
# The joiners that some scripts are written with.
_JOINERS = "\u200c\u200d"


def letters_checked(field: str, text: str) -> Iterator[Finding]:
    """Yield what is wrong with the characters of a pattern."""
    hidden = [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Cf", "Co") and char not in _JOINERS]
    if hidden:
        names = ", ".join(sorted({f"U+{ord(char):04X}" for char in hidden}))
        yield Finding(field, "hidden_character", f"It holds characters that nobody sees: {names}.")
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        yield from _word_checked(field, word)


def _word_checked(field: str, word: str) -> Iterator[Finding]:
    """Latin, Greek and Cyrillic do not mix within a word, least of all where one looks like the other."""
    scripts: dict[str, list[str]] = {}
    for char in word:
        script = unicodedata.name(char, "").partition(" ")[0]
        if script in _SCRIPTS:
            scripts.setdefault(script, []).append(char)
    if len(scripts) <= 1:
        return
    for script, deceiving in _look_alikes(scripts):
        yield Finding(
            field,
            "mixed_scripts",
            f"In “{word}” the {script.title()} {_listed(deceiving)} among other letters: it looks right "
            "and matches nothing that people write.",
        )
        return
    names = " and ".join(script.title() for script in sorted(scripts))
    yield warning(field, "mixed_scripts", f"“{word}” mixes {names} letters.")


def _look_alikes(scripts: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield a script all of whose letters look like those of another one in the word."""
    for script, alike in _LOOK_ALIKES.items():
        own = scripts.get(script, [])
        if own and "LATIN" in scripts and all(char in alike for char in own):
            yield script, own
        elif own and "LATIN" in scripts and all(char in alike.values() for char in scripts["LATIN"]):
            yield "LATIN", scripts["LATIN"]


def _listed(chars: list[str]) -> str:
    kept = sorted(set(chars))
    return f"{', '.join(kept)} {'stands' if len(kept) == 1 else 'stand'}"
