"""Translations of one place: how complete each language is, and original and translation side by side."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.curation import CurationError
from centers.curation.parts import parts_of
from centers.curation.units import Unit, completeness_of, languages_of, units_of
from centers.local_text import direction
from centers.models import Jurisdiction, Proposal, Translator, TrustedSource
from centers.models.fact import Fact
from centers.services.proposal_submit import Because, Wish, proposal_submit
from centers.services.translation_confirm import Read, translations_confirm
from centers.staff.desk import CONFIRM, PROPOSE, VIEW, desk_place, desk_render
from centers.wording import TextState, text_digest
from electioncenters.languages import LANGUAGE_NAMES

#: Texts on a page; one proposal holds them all (`proposal_submit.MOST_PARTS`).
PAGE_SIZE: Final = 25
#: What `?show=` may ask for.
SHOWN: Final = {
    "todo": "To do",
    "all": "All",
    TextState.MISSING.value: "Missing",
    TextState.OUTDATED.value: "Outdated",
    TextState.MACHINE.value: "Machine drafts",
}


@dataclass(slots=True)
class Line:
    """A text with its original: what stands there, what a person entered, and what is wrong with that."""

    unit: Unit
    language: str
    entered: str
    errors: list[str] = field(default_factory=list)
    is_waiting: bool = False

    @property
    def state(self) -> TextState:
        """Where the translation stands."""
        return self.unit.state(self.language)

    @property
    def is_machine(self) -> bool:
        """Whether a machine drafted it, outdated or not."""
        return self.unit.is_machine(self.language)

    @property
    def text(self) -> str:
        """What is published."""
        return self.unit.text(self.language)

    @property
    def seen(self) -> str:
        """Tells whether the translation is still the one that was shown."""
        return text_digest(self.text)

    @property
    def of(self) -> str:
        """Tells whether the original is still the one that was shown."""
        return text_digest(self.unit.source)

    @property
    def rows(self) -> int:
        """Lines of the text area."""
        return min(14, max(2, len(self.unit.source) // 55 + self.unit.source.count("\n") + 1))

    @property
    def source_direction(self) -> str:
        """`ltr` or `rtl`."""
        return direction(self.unit.original)

    @property
    def limit(self) -> int | None:
        """Characters that fit."""
        return self.unit.field(self.language).limit

    @property
    def entry(self) -> dict[str, Any]:
        """Who confirmed it, and when."""
        return self.unit.entry(self.language)


@staff_view(VIEW, target=desk_place, to_post=PROPOSE)
def translation_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """All languages, or with `?language=` one of them side by side with the originals."""
    language = request.GET.get("language", "")
    if not language and request.method != "POST":
        return _overview(request, place)
    if language not in LANGUAGE_NAMES:
        raise Http404
    lines = _lines(place, language)
    if request.method == "POST":
        return _DEEDS.get(request.POST.get("do", ""), _propose)(request, place, language, lines)
    return _side_by_side(request, place, language, lines)


def _overview(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    units = units_of(place)
    rows = [
        {
            "language": one.language,
            "name": LANGUAGE_NAMES[one.language],
            "is_own": one.language in place.languages,
            "one": one,
            "originals": one.counts[TextState.ORIGINAL],
            "confirmed": one.counts[TextState.CONFIRMED],
            "present": one.counts[TextState.PRESENT],
            "machine": one.counts[TextState.MACHINE],
            "outdated": one.counts[TextState.OUTDATED],
            "missing": one.counts[TextState.MISSING],
        }
        for one in completeness_of(units, languages_of(place))
    ]
    return desk_render(
        request, "staff/centers/translations.html", place, {"rows": rows, "total": len(units)},
        crumbs=[("Translations", "")],
    )  # fmt: skip


def _lines(place: Jurisdiction, language: str) -> list[Line]:
    """Every translation in `language`; originals are no translations."""
    waiting = _waiting(place)
    return [
        Line(unit, language, unit.text(language), is_waiting=(unit.name, unit.field(language).name) in waiting)
        for unit in units_of(place)
        if unit.original != language
    ]


def _waiting(place: Jurisdiction) -> set[tuple[str, str]]:
    """Records and fields about which somebody has proposed something that is not decided yet."""
    proposals = Proposal.objects.waiting().by_people().filter(jurisdiction=place).order_by("-pk")[:200]
    return {(str(part.ref), name) for proposal in proposals for part in parts_of(proposal) for name in part.fields}


def _side_by_side(
    request: StaffRequest, place: Jurisdiction, language: str, lines: Sequence[Line],
    *, page: Page[Any] | None = None, errors: Sequence[str] = (), reason: str = "",
) -> HttpResponse:  # fmt: skip
    counts = {name: sum(_is_shown(line, name) for line in lines) for name in SHOWN}
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ("todo" if counts["todo"] else "all")
    found = [line for line in lines if _is_shown(line, show)]
    context = {
        "language": language,
        "language_name": LANGUAGE_NAMES[language],
        "direction": direction(language),
        "page": page or page_of(request, found, size=PAGE_SIZE),
        "tabs_shown": [(name, title, counts[name], name == show) for name, title in SHOWN.items()],
        "show": show,
        "may_propose": request.user.has_perm(PROPOSE, place),
        "may_confirm": request.user.has_perm(CONFIRM, place),
        "errors": errors,
        "reason": reason or f"Translation into {LANGUAGE_NAMES[language]}",
        "submission": uuid.uuid4(),
    }
    wrong = bool(errors or any(line.errors for line in lines))
    return desk_render(
        request, "staff/centers/translations_language.html", place, context,
        crumbs=_crumbs(place, language), status=422 if wrong else 200,
    )  # fmt: skip


def _is_shown(line: Line, show: str) -> bool:
    return show == "all" or (not line.state.is_done if show == "todo" else line.state.value == show)


def _crumbs(place: Jurisdiction, language: str) -> list[tuple[str, str]]:
    return [("Translations", reverse("desk-translations", args=[place.code])), (LANGUAGE_NAMES[language], "")]


def _propose(request: StaffRequest, place: Jurisdiction, language: str, lines: list[Line]) -> HttpResponse:
    """One proposal of everything that was changed on the page."""
    changed = [line for line in lines if _take(line, request.POST)]
    reason = request.POST.get("reason", "").strip()
    errors: list[str] = []
    if not changed and not any(line.errors for line in lines):
        errors.append("Nothing is different from what is published. Write or change a translation first.")
    if not errors and not any(line.errors for line in lines):
        try:
            proposal = proposal_submit(
                author=request.user,
                wishes=[_wish(line) for line in changed],
                because=Because(reason, translation_source(place, [line.unit for line in changed])),
                submission=_submission(request),
                translated_by=Translator.PERSON,
            )
        except CurationError as error:
            errors = [sentence for said in error.errors.values() for sentence in said]
        else:
            messages.success(
                request, f"{_counted(len(changed), 'translation')} proposed. A colleague who publishes decides on it."
            )
            return redirect("proposal", code=place.code, pk=proposal.pk)
    entered = [line for line in lines if f"text.{line.unit.id}" in request.POST]
    page = page_of(request, entered, size=max(PAGE_SIZE, len(entered)))
    return _side_by_side(request, place, language, lines, page=page, errors=errors, reason=reason)


def _take(line: Line, post: Any) -> bool:
    """Take what was entered for a text; whether it would change anything."""
    entered = post.get(f"text.{line.unit.id}")
    if entered is None:
        return False
    described = line.unit.field(line.language)
    line.entered = entered.replace("\r\n", "\n")
    if text_digest(line.entered) == post.get(f"seen.{line.unit.id}"):
        # Left as it was shown.
        line.entered = line.text
        return False
    try:
        value = described.take(line.entered)
    except ValidationError as error:
        line.errors += error.messages
        return False
    if value == line.text:
        return False
    if not value:
        line.errors.append("A published translation is not emptied here: propose it in the record itself.")
    if post.get(f"seen.{line.unit.id}") != line.seen:
        line.errors.append("Somebody else has changed this translation meanwhile: what is published now stands below.")
    if post.get(f"of.{line.unit.id}") != line.of:
        line.errors.append("The original has changed meanwhile: compare once more, then send again.")
    return not line.errors


def _wish(line: Line) -> Wish:
    name = line.unit.field(line.language).name
    return Wish(line.unit.name, fields={name: line.entered}, base={name: line.text})


def translation_source(place: Jurisdiction, units: Sequence[Unit]) -> str:
    """An official address that stands behind the originals; the centre's own page where they name none."""
    for unit in units:
        if isinstance(unit.record, Fact):
            return unit.record.source_url
    first = TrustedSource.objects.filter(center__jurisdiction=place).order_by("rank", "pk").first()
    return first.url if first else f"{settings.PUBLIC_URL}/en/centers/{place.code}/"


def _submission(request: StaffRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def _confirm(request: StaffRequest, place: Jurisdiction, language: str, lines: list[Line]) -> HttpResponse:
    """Ask before several are confirmed, with the count."""
    ticked = set(request.POST.getlist("tick"))
    chosen = [line for line in lines if line.unit.id in ticked and line.text]
    if not chosen:
        return _side_by_side(request, place, language, lines, errors=["Tick the translations you have read first."])
    context = {"language": language, "language_name": LANGUAGE_NAMES[language], "lines": chosen}
    context |= {"direction": direction(language), "back": _here(place, language, request.GET.get("show", ""))}
    return desk_render(
        request, "staff/centers/translations_confirm.html", place, context, crumbs=_crumbs(place, language)
    )


def _confirmed(request: StaffRequest, place: Jurisdiction, language: str, lines: list[Line]) -> HttpResponse:
    """They are confirmed, each as it was shown."""
    post = request.POST
    by_id = {line.unit.id: line for line in lines}
    chosen = [by_id[one].unit for one in dict.fromkeys(post.getlist("tick")) if one in by_id]
    read = [
        Read(unit.name, unit.base, language, post.get(f"seen.{unit.id}", ""), post.get(f"of.{unit.id}", ""))
        for unit in chosen
    ]
    if not read:
        return _side_by_side(request, place, language, lines, errors=["Tick the translations you have read first."])
    try:
        translations_confirm(place=place, read=read, by=request.user)
    except CurationError as error:
        said = [sentence for sentences in error.errors.values() for sentence in sentences]
        return _side_by_side(request, place, language, lines, errors=["Nothing was confirmed.", *said])
    messages.success(request, f"{_counted(len(read), 'translation')} confirmed.")
    return redirect(_here(place, language, post.get("show", "")))


_DEEDS: Final = {"propose": _propose, "confirm": _confirm, "confirmed": _confirmed}


def _here(place: Jurisdiction, language: str, show: str) -> str:
    kept = f"&show={show}" if show in SHOWN else ""
    return f"{reverse('desk-translations', args=[place.code])}?language={language}{kept}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
