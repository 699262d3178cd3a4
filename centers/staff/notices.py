"""Urgent notices on a place's desk: put one up in under a minute, look at a colleague's, end it."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.curation import CurationError
from centers.local_text import direction
from centers.models import Jurisdiction, NoticeKind, UrgentNotice
from centers.notices import notice_rendered
from centers.services.notice_follow import notice_end, notice_prolong, notice_review, notice_withdraw
from centers.services.notice_publish import NoticeDraft, notice_publish
from centers.services.proposal_submit import speaking_for
from centers.staff.desk import PUBLISH, VIEW, desk_place, desk_render
from centers.staff.notice_form import EndingForm, NoticeForm, draft_digest
from centers.staff.people import people_of
from electioncenters.languages import LANGUAGE_NAMES

#: In English, as the workspace is.
KINDS: Final = (
    (NoticeKind.MOVED, "Polling stations have moved", "A building cannot be used: people vote elsewhere."),
    (NoticeKind.HOURS, "Opening hours have changed", "Polling stations open later, or close later."),
    (NoticeKind.DISINFORMATION, "False information", "A false message about voting is going round."),
    (NoticeKind.OTHER, "Something else", "In your own words."),
)


class WithdrawForm(forms.Form):
    """Why a notice is taken down."""

    reason = forms.CharField(label="Why", max_length=2_000, widget=forms.Textarea({"rows": 2}))


@staff_view(VIEW, target=desk_place, to_post=PUBLISH)
def notice_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """What voters see now, what was there before, and a new one: its form, its preview, and up it goes."""
    kind = request.GET.get("kind", "")
    form = None
    preview: dict[str, Any] = {}
    if kind in NoticeKind.values and request.user.has_perm(PUBLISH, place):
        form = NoticeForm(request.POST or None, place=place, kind=NoticeKind(kind))
        if request.method == "POST" and form.is_valid():
            made, preview = _put_up(request, place, form)
            if made is not None:
                messages.success(request, "It is live. A second person is asked to check it.")
                return redirect("desk-notice", code=place.code)
    now = timezone.now()
    notices = UrgentNotice.objects.with_people().filter(center=place.center)
    past = page_of(request, notices.exclude(pk__in=notices.standing(now).values("pk")), size=20)
    people = people_of(request.user, place)
    context = {
        "form": form,
        "kind": kind,
        "kinds": KINDS,
        "standing": [_card(one, place) for one in notices.standing(now)],
        "past": [(one, people.signed(one.published_by, one.organisation)) for one in past],
        "page": past,
        "may_publish": request.user.has_perm(PUBLISH, place),
        "now": now,
        **preview,
    }
    status = 422 if form is not None and form.errors else 200
    return desk_render(request, "staff/centers/notice.html", place, context, crumbs=[("Notice", "")], status=status)


def _put_up(request: StaffRequest, place: Jurisdiction, form: NoticeForm) -> tuple[UrgentNotice | None, dict[str, Any]]:
    """The notice, where its author has seen just this preview; else the preview, unless the form is wrong."""
    draft = form.draft()
    digest = draft_digest(draft, f"{form.cleaned_data['until']} {form.data.get('expires_at', '')}")
    try:
        # What could not be put up is said with the preview, not after it.
        if request.POST.get("put_up") == digest:
            return notice_publish(center=place.center, by=request.user, draft=draft), {}
    except CurationError as error:
        form.show(error)
        return None, {}
    return None, {"digest": digest, "preview": _preview(request, place, draft), **_readers(draft, place)}


def _preview(request: StaffRequest, place: Jurisdiction, draft: NoticeDraft) -> list[dict[str, Any]]:
    """The banner in each language of the form that has a text."""
    now = timezone.now()
    organisation = speaking_for(request.user, place)
    if organisation is None:
        return []
    notice = UrgentNotice(
        public_id=draft.public_id,
        center=place.center,
        kind=draft.kind,
        source_url=draft.source_url,
        starts_at=draft.starts_at or now,
        expires_at=draft.expires_at,
        organisation=organisation,
        published_at=now,
        **{f"text_{code}": text for code, text in draft.texts.items()},
    )
    return [_banner(notice, place, code) for code, text in draft.texts.items() if text]


def _readers(draft: NoticeDraft, place: Jurisdiction) -> dict[str, Any]:
    """Who reads what: languages of the place without a text, and the others."""
    missing = [LANGUAGE_NAMES.get(code, code) for code in place.languages if not draft.texts.get(code)]
    return {"missing": missing, "composed": len(draft.composed)}


def _banner(notice: UrgentNotice, place: Jurisdiction, code: str) -> dict[str, Any]:
    html = mark_safe(notice_rendered(notice, place, code))  # noqa: S308  # a template's, which escapes
    return {"language": code, "name": LANGUAGE_NAMES[code], "direction": direction(code), "html": html}


def _card(notice: UrgentNotice, place: Jurisdiction) -> dict[str, Any]:
    own = place.languages[0] if place.languages[0] in LANGUAGE_NAMES else "en"
    return {"notice": notice, "banner": _banner(notice, place, own)}


def _notice(*, code: str, pk: int) -> UrgentNotice:
    """The notice of this centre. Raises `Http404`."""
    found = UrgentNotice.objects.with_people().filter(center__jurisdiction__code=code, pk=pk).first()
    if found is None:
        raise Http404
    return found


@staff_view(VIEW, target=_notice, to_post=PUBLISH)
def notice_page(request: StaffRequest, notice: UrgentNotice) -> HttpResponse:
    """One notice in every language it has, and what can be done about it."""
    place = notice.center.jurisdiction
    asked = request.POST.get("do", "")
    prolong = EndingForm(request.POST if asked == "prolong" else None, place=place)
    withdraw = WithdrawForm(request.POST if asked == "withdraw" else None)
    if request.method == "POST":
        done = _do(request, notice, asked, prolong, withdraw)
        if done:
            messages.success(request, done)
            return redirect("desk-notice", code=place.code)
    languages = [code for code in LANGUAGE_NAMES if getattr(notice, f"text_{code}")]
    persons = (notice.published_by, notice.reviewed_by, notice.withdrawn_by)
    people = people_of(request.user, place, persons)
    context = {
        "notice": notice,
        "put_up_by": people.signed(notice.published_by, notice.organisation),
        "checked_by": people.signed(notice.reviewed_by, None),
        "withdrawn_by": people.signed(notice.withdrawn_by, None),
        "banners": [_banner(notice, place, code) for code in sorted(languages, key=lambda code: _order(place, code))],
        "prolong": prolong,
        "withdraw": withdraw,
        "is_over": notice.is_over(timezone.now()),
        "is_own": notice.published_by_id == request.user.pk,
        "may_publish": request.user.has_perm(PUBLISH, place),
    }
    crumbs = [("Notice", reverse("desk-notice", args=[place.code])), (notice.get_kind_display(), "")]
    status = 422 if prolong.errors or withdraw.errors else 200
    return desk_render(request, "staff/centers/notice_one.html", place, context, crumbs=crumbs, status=status)


def _order(place: Jurisdiction, code: str) -> int:
    """Languages of the place first."""
    return place.languages.index(code) if code in place.languages else len(place.languages)


def _do(
    request: StaffRequest, notice: UrgentNotice, asked: str, prolong: EndingForm, withdraw: WithdrawForm
) -> str | None:
    """Do what was asked; what to say about it, or nothing where it could not be done."""
    form: forms.Form | None = {"prolong": prolong, "withdraw": withdraw}.get(asked)
    if form is not None and not form.is_valid():
        return None
    try:
        if asked == "check":
            notice_review(notice=notice, by=request.user)
            return "You have checked it. Voters go on seeing it until it ends."
        if asked == "end":
            notice_end(notice=notice, by=request.user)
            return "It has ended. Voters do not see it any more."
        if asked == "prolong":
            notice_prolong(notice=notice, by=request.user, expires_at=prolong.cleaned_data["expires_at"])
            return "It is shown until then."
        if asked == "withdraw":
            notice_withdraw(notice=notice, by=request.user, reason=withdraw.cleaned_data["reason"])
            return "It is taken down. The history says why."
    except (CurationError, PermissionDenied) as error:
        _say(request, form, error)
        return None
    raise Http404


def _say(request: StaffRequest, form: forms.Form | None, error: Exception) -> None:
    """Beside the field it is about, else above the page."""
    named = error.errors if isinstance(error, CurationError) else {"": [str(error)]}
    for name, sentences in named.items():
        if form is not None and name in form.fields:
            form.add_error(name, sentences)
        else:
            messages.error(request, " ".join(sentences))
