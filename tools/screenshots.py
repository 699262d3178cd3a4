"""Takes the documents' pictures of a running portal: `python tools/screenshots.py BASE_URL [FOLDER]`.

The portal must have the facts and the sample. Pictures show what fits on a screen, without scrolling; they are
written to `docs/screenshots/` unless a folder is named. With `--desk` first, the pictures of a desk are taken instead:
this checkout's demo logins propose a change of Ireland's centre and publish it, so use a portal nobody needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, Playwright, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
#: Names under which systems install a Chromium.
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: The browser talks to nobody but the portal, not even to its maker.
ARGUMENTS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
DESKTOP: Final = ViewportSize(width=1280, height=900)
#: Shows the whole map.
TALL: Final = ViewportSize(width=1280, height=1120)
PHONE: Final = ViewportSize(width=360, height=740)
#: Bytes; a README with seven of them still opens quickly.
LARGEST: Final = 250_000


@dataclass(frozen=True)
class Shot:
    """One picture: its file's name, the page, and for whom."""

    name: str
    path: str
    size: ViewportSize
    scheme: Literal["light", "dark"] = "light"


SHOTS: Final = (
    Shot("home", "/en/", TALL),
    Shot("centre-fr", "/fr/centers/fr/", DESKTOP),
    Shot("centre-el", "/el/centers/gr/", DESKTOP),
    Shot("centre-mt", "/mt/centers/mt/", DESKTOP),
    # A post whose signs every font has.
    Shot("watch", "/fr/watch/demo/sample-fr-0010/", DESKTOP),
    Shot("learn", "/de/centers/de/learn/", DESKTOP),
    Shot("home-phone", "/de/", PHONE),
    Shot("centre-ur-dark-phone", "/ur/centers/mt/", PHONE, "dark"),
)


def browser_path() -> str | None:
    """The Chromium installed on this machine, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def browser_launched(playwright: Playwright, path: str) -> Browser:
    """The browser at `path`, without a window."""
    # Chromium's sandbox refuses to be set up by root.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])


def shot_taken(browser: Browser, base_url: str, shot: Shot, folder: Path) -> int:
    """Write the picture; answers its size in bytes. Raises `SystemExit` when the page is not there."""
    target = folder / f"{shot.name}.png"
    context = browser.new_context(base_url=base_url, viewport=shot.size, color_scheme=shot.scheme)
    with context:
        page = context.new_page()
        response = page.goto(shot.path)
        if response is None or not response.ok:
            raise SystemExit(f"{shot.path} answers {response.status if response else 'nothing'}")
        page.screenshot(path=target)
    return target.stat().st_size


#: What is changed for the pictures of a desk: true whatever the law says.
RECORD: Final = "answer:ie/online"
TEXTS: Final = {
    "en": " If you are not sure, ask the electoral authority.",
    "ga": " Mura bhfuil tú cinnte, cuir ceist ar an údarás toghcháin.",
}
REASON: Final = "Voters asked what to do when they are not sure."
SOURCE: Final = "https://www.electoralcommission.ie/"
#: Seconds for which an authenticator's code holds; each login takes each code once.
CODE_HOLDS: Final = 30


def member_page(browser: Browser, base_url: str, email: str) -> Page:
    """A page of a demo login of this checkout, signed in through both steps."""
    password = (ROOT / ".data" / "demo-password").read_text(encoding="ascii")
    page = browser.new_context(base_url=base_url, viewport=DESKTOP, color_scheme="light").new_page()
    page.goto("/staff/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(_code_fresh())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/staff/")
    return page


def _code_fresh() -> str:
    """A code with time to be used."""
    if (left := CODE_HOLDS - time.time() % CODE_HOLDS) < CODE_HOLDS / 3:
        time.sleep(left)
    asked = subprocess.run(
        [sys.executable, "manage.py", "demo_code"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return asked.stdout.strip()


def desk_shots(browser: Browser, base_url: str, folder: Path) -> dict[str, int]:
    """A change on its way: the form, the publisher's desk, what changes, the record's history; and who checks facts.

    Sizes by name.
    """
    sizes: dict[str, int] = {}

    def take(page: Page, name: str, at: str = "") -> None:
        if at:
            page.locator(at).evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 80)")
        target = folder / f"{name}.png"
        page.screenshot(path=target)
        sizes[name] = target.stat().st_size

    curator = member_page(browser, base_url, "curator.ie@demo.example")
    curator.goto(f"/staff/centers/ie/edit/{RECORD}/")
    for language, text in TEXTS.items():
        field = curator.locator(f"textarea[name$=body_{language}]")
        field.fill(field.input_value() + text)
    curator.get_by_role("button", name="Preview").click()
    curator.frame_locator("[data-preview]").get_by_text(TEXTS["en"].strip()).first.wait_for()
    take(curator, "desk-edit", at=".edit-title")
    curator.locator("[name=reason]").fill(REASON)
    curator.locator("[name=source]").fill(SOURCE)
    curator.locator("[name=verified_on]").fill(time.strftime("%Y-%m-%d", time.gmtime()))
    curator.locator("button.main[value=submit]").click()
    curator.wait_for_url("**/proposals/*/")
    publisher = member_page(browser, base_url, "publisher.ie@demo.example")
    publisher.goto("/staff/centers/ie/")
    take(publisher, "desk-home")
    publisher.goto(curator.url)
    take(publisher, "desk-difference")
    publisher.locator("button[value=approve]").click()
    publisher.get_by_text("Published: voters see it now.").first.wait_for()
    publisher.goto(f"/staff/centers/ie/record/{RECORD}/")
    take(publisher, "desk-history", at="#history")
    operator = member_page(browser, base_url, "operator@demo.example")
    operator.goto("/staff/factcheck/")
    take(operator, "coverage-board")
    return sizes


def main(arguments: list[str]) -> None:
    """Take all of them; ends with 1 when one is too large for a README."""
    of_desk, arguments = arguments[:1] == ["--desk"], [one for one in arguments if one != "--desk"]
    if len(arguments) not in {1, 2}:
        raise SystemExit(__doc__)
    folder = Path(arguments[1]) if len(arguments) == 2 else FOLDER
    path = browser_path()
    if path is None:
        raise SystemExit(f"No browser found; looked for {', '.join(NAMES)}.")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, browser_launched(playwright, path) as browser:
        base_url = arguments[0].rstrip("/")
        if of_desk:
            sizes = desk_shots(browser, base_url, folder)
        else:
            sizes = {shot.name: shot_taken(browser, base_url, shot, folder) for shot in SHOTS}
    for name, size in sizes.items():
        print(f"{name}.png: {size // 1000} kB")
    if too_large := [name for name, size in sizes.items() if size > LARGEST]:
        raise SystemExit(f"Larger than {LARGEST // 1000} kB: {', '.join(too_large)}")


if __name__ == "__main__":
    main(sys.argv[1:])
