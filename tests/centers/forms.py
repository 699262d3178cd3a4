"""Forms as browsers read and send them."""

from __future__ import annotations

import html as escapes
import re
from typing import Any

from django.test import Client

from tests.centers.curators import SOURCE

#: What every proposal needs besides its change.
WHY = {"source": SOURCE, "verified_on": "2026-05-01", "reason": "The law changed."}


def begun(client: Client, path: str) -> dict[str, Any]:
    """What the editing form at `path` holds when it is opened."""
    return fields_of(client.get(path).content.decode())


def fields_of(page: str) -> dict[str, Any]:
    """What the editing form of a page sends as it stands, several values of one name as a list."""
    form = re.search(r"<form[^>]*data-edit.*?</form>", page, re.DOTALL)
    assert form is not None, page[:500]
    given: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        _input_read(tag, given)
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form[0], re.DOTALL):
        given[name] = escapes.unescape(inner)
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"([^>]*)>', inner)
        given[name] = next((value for value, rest in options if "selected" in rest), options[0][0])
    given.pop("csrfmiddlewaretoken", None)
    return given


def _input_read(tag: str, given: dict[str, Any]) -> None:
    name, value, kind = (re.search(rf'\b{one}="([^"]*)"', tag) for one in ("name", "value", "type"))
    is_box = kind is not None and kind[1] in ("checkbox", "radio")
    if name is None or (is_box and " checked" not in tag):
        return
    text = escapes.unescape(value[1]) if value else ("on" if is_box else "")
    if name[1] in given:
        known = given[name[1]]
        given[name[1]] = [*(known if isinstance(known, list) else [known]), text]
    else:
        given[name[1]] = text


def error_of(page: str, field: str) -> str:
    """What is said beside a field; empty when nothing is."""
    found = re.search(rf'<ul class="errorlist" id="id_{re.escape(field)}_error">(.*?)</ul>', page, re.DOTALL)
    return escapes.unescape(re.sub(r"<[^>]+>", " ", found[1])).strip() if found else ""
