"""The two public forms. No session and no cookie: what a form carries is in its own signed token."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from centers import formats
from labeling.models import ReportKind
from labeling.outside.links import UnknownLinkError, content_uri
from labeling.outside.tokens import FormToken, TokenError, form_known, form_read

#: Characters of what people may write.
MOST_WORDS: Final = 2_000
_LONGEST_ADDRESS: Final = 254


def words_cleaned(text: str) -> str:
    """What somebody wrote, without what cannot be seen or turns the direction of what stands beside it.

    >>> words_cleaned("a\\u202eb\\x00c\\r\\n d")
    'abc\\n d'
    """
    kept = (char for char in text.replace("\r\n", "\n").replace("\r", "\n") if char == "\n" or not _is_hidden(char))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _is_hidden(char: str) -> bool:
    # The joiners are letters' helpers in Persian, Urdu and emoji.
    return char not in "\u200c\u200d" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class AnyField(forms.CharField):
    """A line in which whatever is wrong is told in the form's own words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []


class WordsField(AnyField):
    """Free text; hidden characters are taken out, not complained about."""

    widget = forms.Textarea(attrs={"rows": 5})

    def clean(self, value: Any) -> str:
        """The text as it will be kept."""
        text = words_cleaned(str(value or ""))
        if len(text) > MOST_WORDS:
            number = formats.number(MOST_WORDS, get_language() or "en")
            raise forms.ValidationError(gettext("Please use at most %(count)s characters.") % {"count": number})
        if self.required and not text:
            raise forms.ValidationError(self.error_messages["required"])
        return text


class OutsideForm(forms.Form):
    """What both forms share: words, an address to answer to, the token, and a field that people do not see."""

    use_required_attribute = False
    purpose = ""
    ASKED: Final = gettext_lazy("Please fill this in.")

    contact = forms.EmailField(
        label=_("Your e-mail address (optional)"),
        help_text=_("Only for a receipt and the outcome. It is stored encrypted and erased afterwards."),
        required=False,
        max_length=_LONGEST_ADDRESS,
        error_messages={key: _("This is no e-mail address.") for key in ("invalid", "max_length")},
    )
    website = AnyField(label=_("Leave this field empty"), required=False)
    token = AnyField(widget=forms.HiddenInput, required=False)

    #: What the token proves once the form is valid, and before, as far as it is one of ours.
    proven: FormToken | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].widget.attrs |= {"autocomplete": "email", "spellcheck": "false"}
        self.fields["website"].widget.attrs |= {"autocomplete": "off", "tabindex": "-1"}

    def clean_website(self) -> str:
        """Only programs fill in what nobody sees."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(gettext("Leave this field empty"))
        return ""

    def clean_contact(self) -> str:
        """Without hidden characters, which an address cannot have."""
        return words_cleaned(self.cleaned_data["contact"] or "")

    def clean(self) -> dict[str, Any]:
        """Whether the form was served by us, for this, and long enough ago to have been read."""
        cleaned = super().clean() or {}
        token = cleaned.get("token", "")
        again = gettext("Please look at what you wrote once more, and send it again.")
        try:
            self.proven = form_known(token, self.purpose)
            self.proven = form_read(token, self.purpose)
        except TokenError:
            raise forms.ValidationError(again) from None
        return cleaned


class ReportForm(OutsideForm):
    """Something is wrong with some content."""

    purpose = "report"

    link = AnyField(
        label=_("Link to the content"),
        help_text=_("Copy it from the platform: “Share”, then “Copy link”."),
        error_messages={"required": OutsideForm.ASKED},
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=ReportKind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one."), "invalid_choice": _("Please choose one.")},
    )
    place = forms.ChoiceField(
        label=_("Which country’s election is it about?"),
        required=False,
        error_messages={"invalid_choice": _("Please choose one.")},
    )
    said = WordsField(label=_("What should the moderators know? (optional)"), required=False)

    field_order = ["link", "kind", "place", "said", "contact", "website", "token"]

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        if isinstance(place, forms.ChoiceField):
            place.choices = [("", gettext("I do not know")), *places]

    def clean_link(self) -> str:
        """`platform:id` of the content."""
        try:
            return content_uri(self.cleaned_data["link"])
        except UnknownLinkError as error:
            said = gettext("This leads to no video or post of a platform that works with us (%(platforms)s).")
            raise forms.ValidationError(said % {"platforms": ", ".join(error.platforms) or "–"}) from None


class AppealForm(OutsideForm):
    """A label is wrong."""

    purpose = "appeal"

    said = WordsField(label=_("Why is the label wrong?"), error_messages={"required": OutsideForm.ASKED})

    field_order = ["said", "contact", "website", "token"]

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        self.purpose = f"appeal:{label}"
        super().__init__(*args, **kwargs)


#: More bytes are not read: the longest honest form is shorter.
MOST_BYTES: Final = 64 * 1024
