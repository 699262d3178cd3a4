"""What a claim is known by: key phrases and pictures, beside its own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from factcheck.models import Claim, ClaimSign, SignKind
from factcheck.pictures import LARGEST
from factcheck.services.claim_sign import (
    MOST_PHRASES,
    OPEN,
    claim_phrases_set,
    claim_picture_add,
    claim_sign_remove,
)
from factcheck.staff.claims import claim_or_404

_INVALID = 422


class PhrasesForm(forms.Form):
    """Key phrases, one a line."""

    phrases = forms.CharField(
        label="Key phrases",
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 5, "dir": "auto"}),
        help_text=(
            f"One a line, at most {MOST_PHRASES}: words that stand in what repeats the claim and hardly anywhere else, "
            "also in other languages. Case, accents and punctuation do not count."
        ),
    )


class PictureForm(forms.Form):
    """A picture of the claim."""

    picture = forms.FileField(
        label="Picture",
        help_text=f"JPEG, PNG, WebP or GIF, at most {LARGEST // 1024 // 1024} MB. It is looked at and not kept.",
        widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )

    def clean_picture(self) -> bytes:
        """Its bytes; one that is too large is not read."""
        file: UploadedFile[Any] = self.cleaned_data["picture"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST // 1024 // 1024} MB.", code="too-large")
        data: bytes = file.read()
        return data


@staff_view(OPEN, target=claim_or_404)
def claim_signs(request: StaffRequest, claim: Claim) -> HttpResponse:
    """Both forms; which one was sent, its button says."""
    signs = list(claim.signs.all())
    held = "\n".join(sign.value for sign in signs if sign.kind == SignKind.PHRASE)
    sent = request.POST.get("send", "") if request.method == "POST" else ""
    phrases = PhrasesForm(request.POST if sent == "phrases" else None, initial={"phrases": held})
    picture = PictureForm(*((request.POST, request.FILES) if sent == "picture" else (None, None)))
    form: forms.Form = picture if sent == "picture" else phrases
    if sent and form.is_valid() and _written(request, claim, form):
        return redirect("claim-signs", claim.public_id)
    context: dict[str, Any] = {
        "claim": claim,
        "phrases": phrases,
        "picture": picture,
        "pictures": [sign for sign in signs if sign.kind != SignKind.PHRASE],
        "crumbs": [
            ("Claims", reverse("claims")),
            (str(claim), reverse("claim", args=[claim.public_id])),
            ("What it is known by", ""),
        ],
    }
    return render(request, "staff/factcheck/claim_signs.html", context, status=_INVALID if form.errors else 200)


def _written(request: StaffRequest, claim: Claim, form: forms.Form) -> bool:
    """Whether the service took it; what it refuses stands beside the field."""
    given = form.cleaned_data
    try:
        if "picture" in given:
            claim_picture_add(claim=claim, by=request.user, data=given["picture"])
            said = "Content with this picture is looked for."
        else:
            changed = claim_phrases_set(claim=claim, by=request.user, phrases=given["phrases"].splitlines())
            said = "Content with these phrases is looked for." if changed else "Nothing changed."
    except ValidationError as error:
        for name, problems in error.error_dict.items():
            for problem in problems:
                form.add_error(name, problem)
        return False
    messages.success(request, said)
    return True


def sign_or_404(public_id: str, sign: int) -> ClaimSign:
    """A sign of this claim; permissions are asked for where the claim spreads."""
    claim = claim_or_404(public_id)
    found = claim.signs.filter(pk=sign).first()
    if found is None:
        raise Http404
    found.claim = claim
    found.jurisdictions = claim.jurisdictions  # type: ignore[attr-defined]  # what permissions are asked for
    return found


@staff_view(OPEN, target=sign_or_404, methods=("POST",))
def claim_sign_end(request: StaffRequest, sign: ClaimSign) -> HttpResponse:
    """Look for it no more."""
    claim_sign_remove(sign=sign, by=request.user)
    messages.success(request, "It is looked for no more. What was found by it stays.")
    return redirect("claim-signs", sign.claim.public_id)
