"""The style sheets browsers get, and how little the pages weigh."""

from __future__ import annotations

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest

from tools.build_css import ROOT, STYLES, css_joined, sheets

SITE, PREVIEW, MEDIA, STAFF = sheets()


@pytest.mark.parametrize("target", [SITE, PREVIEW, STAFF], ids=lambda path: path.name)
def test_style_sheet_is_built_from_its_components(target: Path) -> None:
    assert target.read_text(encoding="utf-8") == css_joined(sheets()[target]), "run: python tools/build_css.py"


def test_style_sheet_and_script_are_small() -> None:
    assert len(brotli.compress(SITE.read_bytes())) <= 9_000
    assert len(brotli.compress((ROOT / "static" / "js" / "site.js").read_bytes())) <= 2_000


def test_every_component_begins_by_saying_what_it_is() -> None:
    for path in STYLES.rglob("*.css"):
        assert path.read_text(encoding="utf-8").startswith("/* "), path.name


def test_styles_know_no_left_and_right() -> None:
    """Right-to-left pages need no sheet of their own."""
    physical = re.compile(
        r"[{;](?:margin|padding|border)-(?:left|right)\b|[{;](?:left|right):|text-align:(?:left|right)"
    )
    assert not any(physical.findall(css_joined(sources)) for sources in sheets().values())


def test_templates_carry_no_inline_style_or_script() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        # Data for a script is none itself.
        found = re.search(
            r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*(?:\ssrc=|\stype=.application/(?:ld\+)?json))", text
        )
        assert not found, path.name
