"""Feeds of a partner: what is read, what came of it and what was wrong, and reviews that wait for a person."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from electioncenters.languages import LANGUAGE_NAMES
from factcheck.feeds.trouble import Trouble, explained
from factcheck.models import (
    Claim,
    FactCheckPartner,
    FeedArticle,
    FeedKind,
    FeedRun,
    FeedSource,
    ImportedReview,
    ReviewState,
)
from factcheck.services.claim_merge import claims_alike
from factcheck.services.feed_source import feed_add, feed_ask, feed_pause
from factcheck.services.feed_wake import feeds_send
from factcheck.services.review_take import review_settle
from factcheck.similar import bands
from factcheck.staff.finding import partner_or_404

VIEW: Final = "factcheck.view_desk"
KEEP: Final = "factcheck.keep_partner"
_A_PAGE, _ARTICLES, _RUNS = 50, 20, 5
_STATES: Final = (
    ("held", "Held", Q(state=ReviewState.HELD)),
    ("refused", "Refused", Q(state=ReviewState.REFUSED)),
    ("missing", "Gone", Q(missing_since__isnull=False)),
    ("taken", "Taken", Q(state=ReviewState.TAKEN)),
)


class FeedForm(forms.Form):
    """A feed to be read."""

    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose one"), *FeedKind.choices])
    url = forms.URLField(
        label="Address of the feed",
        max_length=2000,
        assume_scheme="https",
        help_text="Of articles, only those on the partner’s own site are read.",
    )
    language = forms.ChoiceField(
        label="Language",
        choices=[("", "Choose one"), *LANGUAGE_NAMES.items()],
        help_text="Of reviews that don’t say theirs.",
    )
    countries = forms.MultipleChoiceField(
        label="Where its claims spread",
        widget=forms.CheckboxSelectMultiple,
        help_text="Reviews don’t say so. A feed for each country, where the partner has them, tells voters more.",
    )

    def __init__(self, *args: Any, partner: FactCheckPartner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["countries"].choices = [
            (place.code, str(getattr(place, "name_en", place.code))) for place in partner.jurisdictions
        ]


def feed_or_404(pk: int, feed: int, step: str) -> FeedSource:
    """A feed of this partner, with a step that there is."""
    if step not in {"pause", "resume", "read"}:
        raise Http404
    found = FeedSource.objects.select_related("partner__organisation").filter(partner=pk, pk=feed).first()
    if found is None:
        raise Http404
    return found


def review_or_404(pk: int, review: int) -> ImportedReview:
    """A review of this partner."""
    reviews = ImportedReview.objects.select_related("partner__organisation", "source", "claim", "assessment")
    return get_object_or_404(reviews, partner=pk, pk=review)


@staff_view(VIEW, record=partner_or_404, methods=("GET", "HEAD"))
def partner_feeds(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """What is read of a partner, how it went, and the reviews; `?show=` one state of them."""
    runs = Prefetch("runs", FeedRun.objects.order_by("-id"))
    show = request.GET.get("show", "held")
    wanted = {name: condition for name, _, condition in _STATES}
    show = show if show in wanted else "held"
    reviews = partner.reviews.select_related("claim")
    counts = reviews.aggregate(**{name: Count("pk", filter=condition) for name, _, condition in _STATES})
    context = {
        "partner": partner,
        "feeds": [_feed_line(feed) for feed in partner.feeds.prefetch_related(runs)],
        "articles": [
            (article, explained(article.error))
            for article in FeedArticle.objects.filter(source__partner=partner).exclude(error="")[:_ARTICLES]
        ],
        "page": page_of(request, reviews.filter(wanted[show]), size=_A_PAGE),
        "reasons": {trouble.value: explained(trouble) for trouble in Trouble},
        "tabs": [(name, title, counts[name]) for name, title, _ in _STATES],
        "show": show,
        "may_keep": request.user.has_perm(KEEP, partner),
        "crumbs": [*_crumbs(partner), ("Feeds", "")],
    }
    return render(request, "staff/factcheck/feeds.html", context)


def _feed_line(feed: FeedSource) -> dict[str, Any]:
    runs = list(feed.runs.all())[:_RUNS]
    last = runs[0] if runs else None
    return {
        "feed": feed,
        "last": last,
        "reason": explained(last.error) if last and last.error else "",
        "before": runs[1:],
    }


def _crumbs(partner: FactCheckPartner) -> list[tuple[str, str]]:
    return [("Fact-checkers", reverse("fact-checkers")), (str(partner), reverse("fact-checker", args=[partner.pk]))]


@staff_view(KEEP, target=partner_or_404)
def partner_feed_add(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """Another feed, read from now on."""
    form = FeedForm(request.POST or None, partner=partner, initial={"language": partner.languages[0]})
    here = reverse("fact-checker-feeds", args=[partner.pk])
    if request.method == "POST" and form.is_valid():
        try:
            feed_add(partner=partner, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            feeds_send()
            messages.success(request, "It is read from now on, every half hour. What comes of it stands below.")
            return redirect(here)
    context = {
        "title": f"A feed of {partner}",
        "about": f"Checks on {partner.organisation.url} and below it are taken as findings of {partner}.",
        "form": form,
        "button": "Read it",
        "back": here,
        "crumbs": [*_crumbs(partner), ("Feeds", here), ("New", "")],
    }
    return render(request, "staff/factcheck/form.html", context, status=422 if form.errors else 200)


@staff_view(KEEP, target=feed_or_404, methods=("POST",))
def partner_feed_step(request: StaffRequest, feed: FeedSource) -> HttpResponse:
    """Pause it, read it again, or read it now."""
    step = request.path.rstrip("/").rpartition("/")[2]
    try:
        if step == "read":
            feed_ask(feed=feed, by=request.user)
            is_sent = feeds_send()
            said = (
                "It is being read: look again in a moment." if is_sent else "It is read as soon as a worker is there."
            )
        else:
            feed_pause(feed=feed, by=request.user, paused=step == "pause")
            said = "It is paused. What was taken from it stays." if step == "pause" else "It is read again."
        messages.success(request, said)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("fact-checker-feeds", feed.partner_id)


@staff_view(VIEW, record=review_or_404, methods=("GET", "HEAD"))
def partner_review(request: StaffRequest, review: ImportedReview) -> HttpResponse:
    """One review as it was read, and what became of it."""
    waits = review.state == ReviewState.HELD and review.reason in {Trouble.ALIKE, Trouble.OTHER_FINDING}
    alike = claims_alike(Claim(text=review.claim_text, bands=bands(review.claim_text))) if waits else []
    partner = review.partner
    context = {
        "review": review,
        "partner": partner,
        "reason": explained(review.reason) if review.reason else "",
        "waits": waits and request.user.has_perm(KEEP, partner),
        "alike": alike if review.reason == Trouble.ALIKE else [],
        "crumbs": [*_crumbs(partner), ("Feeds", reverse("fact-checker-feeds", args=[partner.pk])), ("Review", "")],
    }
    return render(request, "staff/factcheck/review.html", context)


@staff_view(KEEP, target=review_or_404, methods=("POST",))
def partner_review_settle(request: StaffRequest, review: ImportedReview) -> HttpResponse:
    """It is about the claim named by `into`; without one, about a claim of its own."""
    here = redirect("fact-checker-review", review.partner_id, review.pk)
    named = request.POST.get("into", "")
    try:
        into = Claim.objects.get(public_id=named) if named else None
        done = review_settle(review=review, by=request.user, into=into)
    except (Claim.DoesNotExist, ValidationError) as error:
        is_told = isinstance(error, ValidationError) and error.code is None
        messages.error(request, error.messages[0] if is_told else "There is no such claim.")  # type: ignore[union-attr]
        return here
    messages.success(request, "It is taken: the partner’s finding stands.")
    return redirect("claim", done.claim.public_id) if done.claim else here
