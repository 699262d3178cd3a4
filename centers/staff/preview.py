"""The real voter page as a change would make it: shown to its author, seen by nobody else, written nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.staff.access import StaffRequest
from centers.curation import CurationError, RecordRef
from centers.curation.fields import take_url
from centers.local_text import direction
from centers.pagecache import Page
from centers.services.change_preview import change_preview
from centers.services.proposal_submit import Wish
from centers.services.record_write import Provenance
from centers.staff.edit_sheets import Editing, SentBack
from centers.staff.sheet import Sheet
from centers.views.center import center_previewed
from centers.views.frame import HTML
from centers.views.learn import learn_previewed
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES

#: What the frame with the preview is called on the editing page.
FRAME: Final = "preview"
_LINKS: Final = re.compile(r'(<(?:a|area)\b[^>]*?)\shref="[^"]*"')
_SCRIPTS: Final = re.compile(r"<script\b.*?</script>", re.DOTALL)
_BODY: Final = re.compile(r"<body\b[^>]*>")
#: Where on the page a kind of record is read.
_ANCHORS: Final = {
    "election": "next-h", "round": "next-h", "date": "dates-h", "source": "sources-h", "campaign": "campaigns-h",
    "video": "campaigns-h", "tip": "tips-h",
}  # fmt: skip
#: Kinds that stand on the page of media literacy.
_LEARNED: Final = frozenset({"campaign", "video", "tip"})


def preview_response(request: StaffRequest, editing: Editing) -> HttpResponse:
    """The page in the language asked for, or what has to be put right before there can be one."""
    wanted = request.POST.get("preview_language", "")
    language = wanted if wanted in LANGUAGE_CODES else preview_languages(editing)[0][0]
    try:
        wishes = editing.tried()
        page = change_preview(
            by=request.user,
            place=editing.place,
            wishes=wishes,
            provenance=_provenance(editing),
            look=lambda: page_previewed(
                editing.sheets[0].ref if editing.sheets else None, editing.place.code, language
            ),
        )
    except SentBack:
        return preview_framed(render(request, "staff/centers/preview_not.html", {"editing": editing}))
    except CurationError as error:
        editing.show(error)
        return preview_framed(render(request, "staff/centers/preview_not.html", {"editing": editing}))
    return preview_framed(HttpResponse(_shown(page, editing, wishes, language), content_type=HTML))


def page_previewed(ref: RecordRef | None, code: str, language: str) -> Page:
    """The page on which voters read a record."""
    look = learn_previewed if ref is not None and ref.kind.noun in _LEARNED else center_previewed
    return look(code, language)


def preview_languages(editing: Editing) -> list[tuple[str, str]]:
    """Code and name: those of the form first."""
    first = [code for part in editing.parts for code in part.languages]
    own = [code for code in editing.place.languages if code in LANGUAGE_CODES]
    return [(code, LANGUAGE_NAMES[code]) for code in dict.fromkeys([*first, *own, *LANGUAGE_CODES])]


def anchor_of(sheets: Sequence[Sheet]) -> str:
    """The part of the page where the first record stands."""
    return anchor_for(sheets[0].ref) if sheets else "main"


def anchor_for(ref: RecordRef) -> str:
    """The part of the page where a record stands."""
    return ref.key.partition("/")[2] if ref.kind.noun == "answer" else _ANCHORS.get(ref.kind.noun, "main")


def _provenance(editing: Editing) -> Provenance:
    """What was entered, else what stands there: a preview does not wait for it."""
    entered = str(editing.why["source"].value() or "")
    lives = [getattr(sheet.live, "source_url", "") for sheet in editing.sheets]
    for address in (entered, *lives):
        try:
            return Provenance(take_url(address), timezone.now().date(), "Preview")
        except ValidationError:
            continue
    return Provenance("https://source-to-be-named.invalid/", timezone.now().date(), "Preview")


def _shown(page: Page, editing: Editing, wishes: Sequence[Wish], language: str) -> str:
    cleaned = list(dict.fromkeys(editing.cleaned))
    return preview_html(page, language, anchor_of(editing.sheets), cleaned=cleaned, is_same=not wishes)


def preview_html(page: Page, language: str, anchor: str, *, cleaned: Sequence[str] = (), is_same: bool = False) -> str:
    """The page with a banner, with links that lead nowhere, opened at `anchor`, where the change is."""
    html = _SCRIPTS.sub("", _LINKS.sub(r"\1", page.body.decode()))
    context = {
        "cleaned": cleaned,
        "is_same": is_same,
        "language_name": LANGUAGE_NAMES[language],
        "language": language,
        "direction": direction(language),
    }
    banner = render_to_string("staff/centers/_preview_banner.html", context)
    html = _BODY.sub(lambda body: body[0] + banner, html, count=1)
    html = html.replace("<title>", "<title>Preview – ", 1)
    return re.sub(rf'(<details class="q" id="{re.escape(anchor)}")(?: open)?', r"\1 open", html, count=1)


def preview_framed(response: HttpResponse) -> HttpResponse:
    """Shown within our own pages only, and without powers of its own."""
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    policy = {
        "frame-ancestors": ["'self'"], "script-src": ["'none'"], "form-action": ["'none'"],
        "sandbox": ["allow-same-origin"],
    }  # fmt: skip
    # As django-csp's decorators do.
    response._csp_replace = policy  # type: ignore[attr-defined]
    return response
