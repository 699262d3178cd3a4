"""Trying a set on what flowed in before, watching it in the shadow, and labelling stored content anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.staff.access import StaffRequest, staff_view
from labeling.models import BackTest, ContentItem, Job, JobState, RelabelJob, Ruleset
from labeling.services.back_test import BackTestError, back_test_ask, back_test_digest
from labeling.services.comparison import CHANGES, Differences, differences_read
from labeling.services.job_cancel import JobEndedError, job_cancel
from labeling.services.relabel import RelabelError, relabel_ask
from labeling.services.ruleset_draft import DRAFT
from labeling.services.ruleset_release import RELEASE
from labeling.services.shadow import shadow_report
from labeling.staff.finding import ruleset_or_404
from labeling.staff.forms import RelabelForm

VIEW = "labeling.view_rules"


@dataclass(frozen=True, slots=True)
class Row:
    """How the labels of a country or a language would differ."""

    name: str
    new: int
    lost: int
    changed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.new + self.lost + self.changed


def rows_of(counts: dict[str, Any]) -> list[Row]:
    """The largest difference first."""
    rows = [
        Row(name, *(sum(of.get(kind, 0) for kind in CHANGES[change]) for change in ("new", "lost", "changed")))
        for name, of in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.name))


def shown(differences: Differences) -> dict[str, Any]:
    """What the tables of a comparison take."""
    titles = {"new": "New labels", "lost": "Lost labels", "changed": "Changed labels"}
    examples = [
        (titles[change], [one for one in differences.examples if one["change"] in kinds])
        for change, kinds in CHANGES.items()
    ]
    return {
        "compared": differences.compared,
        "same": differences.same,
        "totals": [(titles[change], differences.total(change)) for change in CHANGES],
        "tables": [
            ("By country", rows_of(differences.by_country)),
            ("By language", rows_of(differences.by_language)),
        ],
        "examples": [(title, found) for title, found in examples if found],
    }


@staff_view(VIEW, to_post=DRAFT, record=ruleset_or_404)
def back_test_page(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """The last back-test of a set with its progress or result; asking for another."""
    if request.method == "POST":
        try:
            back_test_ask(ruleset=ruleset, user=request.user)
        except BackTestError as error:
            messages.error(request, str(error))
        return redirect("back-test", ruleset.version)
    test = BackTest.objects.filter(ruleset=ruleset).select_related("baseline", "requested_by").first()
    is_done = test is not None and test.state == JobState.DONE
    watched = shadow_report(ruleset=ruleset)
    context = {
        "ruleset": ruleset,
        "job": test,
        "result": shown(differences_read(test.result)) if test and is_done else None,
        "is_stale": test is not None and is_done and test.result.get("digest") != back_test_digest(ruleset),
        "watched": shown(watched) if watched.compared else None,
        "may_ask": request.user.has_perm(DRAFT),
        "crumbs": [("Rules", "../../"), (f"Set {ruleset}", "../"), ("Back-test", "")],
    }
    return render(request, "staff/labeling/back_test.html", context)


@staff_view(DRAFT, record=ruleset_or_404, methods=("POST",))
def back_test_cancel(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """End the back-test of a set that is under way."""
    _cancel(request, BackTest.objects.unfinished().filter(ruleset=ruleset).first())
    return redirect("back-test", ruleset.version)


@staff_view(VIEW, to_post=RELEASE)
def relabel_page(request: StaffRequest) -> HttpResponse:
    """The last relabelling with its progress; asking for another, after saying how much there is."""
    live = Ruleset.objects.live().first()
    form = RelabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and live is not None:
        try:
            relabel_ask(ruleset=live, user=request.user, per_second=form.cleaned_data["per_second"])
        except RelabelError as error:
            form.add_error(None, str(error))
        else:
            return redirect("relabel")
    context = {
        "live": live,
        "form": form,
        "job": RelabelJob.objects.select_related("ruleset", "requested_by").first(),
        "stored": ContentItem.objects.count(),
        "may_ask": live is not None and request.user.has_perm(RELEASE),
        "crumbs": [("Relabel", "")],
    }
    return render(request, "staff/labeling/relabel.html", context, status=422 if form.errors else 200)


@staff_view(RELEASE, methods=("POST",))
def relabel_cancel(request: StaffRequest) -> HttpResponse:
    """End the relabelling that is under way."""
    _cancel(request, RelabelJob.objects.unfinished().first())
    return redirect("relabel")


def _cancel(request: StaffRequest, job: Job | None) -> None:
    try:
        if job is None:
            raise JobEndedError("It has ended.")
        job_cancel(job=job, user=request.user)
    except JobEndedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It ends after the step it is in. What it did until then stays.")


def last_test(ruleset: Ruleset) -> dict[str, Any] | None:
    """Totals of the last back-test that came to an end, for whoever is about to release the set."""
    done = BackTest.objects.filter(ruleset=ruleset, state=JobState.DONE).first()
    return shown(differences_read(done.result)) if done else None
