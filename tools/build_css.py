"""Joins the style sheets of `styles/` into the one file a page loads: `python tools/build_css.py`.

The components are written and read apart (`styles/site/40-slip.css`); voters' pages load `site.css`, the workspace
`staff.css`, previews of voters' pages `preview.css` besides, frames with media under review `media.css`. A test holds
sources and files together.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "styles"
#: The workspace takes colours, elements and masthead from the site, and previews of notices look as voters see them.
SHARED = ("00-tokens.css", "10-base.css", "20-masthead.css", "35-notice.css")


def sheets() -> dict[Path, list[Path]]:
    """Each file browsers get, with its components in their order."""
    site, staff = (sorted((STYLES / name).glob("*.css")) for name in ("site", "staff"))
    target = ROOT / "static" / "css"
    return {
        target / "site.css": site,
        target / "preview.css": sorted((STYLES / "preview").glob("*.css")),
        target / "media.css": sorted((STYLES / "media").glob("*.css")),
        target / "staff.css": [*(path for path in site if path.name in SHARED), *staff],
    }


def css_joined(paths: list[Path]) -> str:
    """The style sheets at `paths` in their order, without comments and spaces nobody needs."""
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,]) ?", r"\1", text)
    return re.sub(r";}", "}", text).strip() + "\n"


def main() -> None:
    """Write the files."""
    for target, sources in sheets().items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(css_joined(sources), encoding="utf-8")
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
