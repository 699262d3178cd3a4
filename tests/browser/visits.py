"""A visitor with a browser, and everything that must not happen while they read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

PHONE: Final = ViewportSize(width=360, height=740)
DESKTOP: Final = ViewportSize(width=1280, height=900)
SIZES: Final = {"phone": PHONE, "desktop": DESKTOP}
#: Left to right in three scripts, and right to left.
LANGUAGES: Final = ("de", "el", "mt", "ur")


@dataclass
class Visit:
    """One visitor: their page, and what went wrong on it."""

    context: BrowserContext
    page: Page
    base_url: str
    problems: list[str] = field(default_factory=list)
    #: What a test provokes on purpose; a problem that matches is none.
    expected: re.Pattern[str] | None = None

    def watch(self) -> None:
        """Note errors, requests to others and missing files from now on."""
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self._note(f"error in a script: {error.error}"))
        self.context.on("request", self._request)
        self.context.on("response", self._response)

    def go(self, path: str) -> Page:
        """Open an address of the portal."""
        self.page.goto(path)
        return self.page

    def leave(self) -> list[str]:
        """Close the browser's window; answers what went wrong, what was stored included."""
        stored = self.context.cookies()
        self._note_each("cookie", [f"{cookie.get('name')}" for cookie in stored])
        self.context.close()
        return self.problems

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base_url}/", "data:")):
            self._note(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if not response.ok and response.status not in {301, 302, 303, 304}:
            self._note(f"answer {response.status}: {response.url}")

    def _note_each(self, kind: str, found: list[str]) -> None:
        for name in found:
            self._note(f"{kind}: {name}")

    def _note(self, problem: str) -> None:
        if self.expected is None or not self.expected.search(problem):
            self.problems.append(f"{urlsplit(self.page.url).path}: {problem}")


def path_of(page: Page) -> str:
    """Where the visitor is."""
    return urlsplit(page.url).path


def sideways(page: Page) -> int:
    """Pixels of the page that lie beyond the window's edge."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))
