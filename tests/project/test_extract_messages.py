"""What is extracted from Python and templates, and how catalogues take it."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from electioncenters.i18n.catalogue import catalogue_load, catalogue_save, catalogue_update
from electioncenters.i18n.messages import ExtractionError, Found, Message, messages_merge
from electioncenters.i18n.python_source import python_messages
from electioncenters.i18n.sources import sources_messages
from electioncenters.i18n.template_source import template_messages

PYTHON = """
from django.utils import translation
from django.utils.translation import gettext_lazy as _, ngettext, npgettext_lazy, pgettext, gettext_noop

# Translators: shown above
# the list.
title = _("Key dates")
two_lines = _(
    "one "
    "text"
)
# an ordinary comment
days = ngettext("%(n)s day", "%(n)s days", len(list(range(3)))) % {"n": 3}
verb = pgettext("button", "Register")
seats = npgettext_lazy("parliament", "%(n)s seat", "%(n)s seats", "n")
kept = gettext_noop("later")
nested = translation.gettext(message="outside %(inside)s") % {"inside": _("inside")}
again = _(kept)
other.gettext("not ours")
f"{_('in a string')}"
"""

TEMPLATE = """{% load i18n %}
{# Translators: the page's heading #}
<h1>{% translate "It's “open”" context "polling station" %}</h1>
{% comment %}Translators: a comment
of two lines{% endcomment %}
{% blocktranslate count counter=days|length with name=center.name trimmed context "countdown" %}
  <b>One day</b> to 5% of
  {{ name }}
{% plural %}
  <b>{{ counter }} days</b> to {{ name }}
{% endblocktranslate %}
{% trans 'half 50%' as half %}{% include "x.html" with label=_("Label") %}{{ value|default:_("nothing") }}
{% blocktranslate %} kept as
 it is {{ number }}{% endblocktranslate %}
<p>gettext("not a call")</p>{% translate variable %}
"""


def _texts(found: list[Found]) -> list[tuple[str | None, str, str | None]]:
    return [(one.context, one.id, one.id_plural) for one in found]


def test_python_messages_are_found_when_marked_in_any_way() -> None:
    assert _texts(python_messages("a.py", PYTHON)) == [
        (None, "Key dates", None),
        (None, "one text", None),
        (None, "%(n)s day", "%(n)s days"),
        ("button", "Register", None),
        ("parliament", "%(n)s seat", "%(n)s seats"),
        (None, "later", None),
        (None, "outside %(inside)s", None),
        (None, "inside", None),
        (None, "in a string", None),
    ]


def test_python_comment_goes_with_the_message_below_it_when_addressed_to_translators() -> None:
    comments = {one.id: one.comments for one in python_messages("a.py", PYTHON)}
    assert comments["Key dates"] == ("Translators: shown above the list.",)
    assert comments["%(n)s day"] == ()


@pytest.mark.parametrize("argument", ['f"{name} votes"', '"votes " + name', '"%s votes" % name', '"{}".format(name)'])
def test_python_message_is_refused_when_built_while_running(argument: str) -> None:
    source = f"from django.utils.translation import gettext\n\ngettext({argument})"
    with pytest.raises(ExtractionError, match=r"a\.py:3: message must be a literal text"):
        python_messages("a.py", source)


def test_template_messages_are_what_django_will_look_up() -> None:
    assert _texts(template_messages("a.html", TEMPLATE)) == [
        ("polling station", "It's “open”", None),
        ("countdown", "<b>One day</b> to 5%% of %(name)s", "<b>%(counter)s days</b> to %(name)s"),
        (None, "half 50%%", None),
        (None, "Label", None),
        (None, "nothing", None),
        (None, " kept as\n it is %(number)s", None),
    ]


def test_template_messages_know_their_lines_and_comments() -> None:
    found = {one.id: one for one in template_messages("a.html", TEMPLATE)}
    heading, countdown = found["It's “open”"], found["<b>One day</b> to 5%% of %(name)s"]
    assert (heading.line, heading.comments) == (3, ("Translators: the page's heading",))
    assert (countdown.line, countdown.comments) == (6, ("Translators: a comment of two lines",))
    assert found["half 50%%"].comments == ()


@pytest.mark.parametrize(
    "template",
    [
        "{% blocktranslate %}a {% if x %}b{% endif %}{% endblocktranslate %}",
        "{# Translators: lost #} {% translate 'x' %}\n",
    ],
)
def test_template_is_refused_when_a_tag_or_comment_would_be_lost(template: str) -> None:
    with pytest.raises(ExtractionError, match=r"a\.html"):
        template_messages("a.html", template)


def test_message_is_refused_when_it_has_two_plurals() -> None:
    found = [Found("a.py", 1, "%(n)s seat", "%(n)s seats"), Found("b.py", 2, "%(n)s seat", "%(n)s places")]
    with pytest.raises(ExtractionError, match=r"a\.py:1, b\.py:2: .*several plurals"):
        messages_merge(found)


def test_sources_are_read_except_tests_and_what_holds_no_source(tmp_path: Path) -> None:
    text = 'from django.utils.translation import gettext as _\n_("{}")'
    for name in ["app/views.py", "tests/test_x.py", "app/migrations/0001.py", ".venv/x.py", "bench/x.py"]:
        given_file(tmp_path / name, text.format(name))
    given_file(tmp_path / "templates/page.html", '{% translate "page" %}')
    given_file(tmp_path / "elsewhere/page.html", '{% translate "no template" %}')
    assert [(m.id, m.files) for m in sources_messages(tmp_path)] == [
        ("app/views.py", ("app/views.py",)),
        ("page", ("templates/page.html",)),
    ]


def test_sources_problems_are_all_named_when_several_files_are_wrong(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        given_file(tmp_path / name, "from django.utils.translation import gettext\ngettext(f'{x}')")
    with pytest.raises(ExtractionError) as caught:
        sources_messages(tmp_path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["a.py", "b.py"]


def test_catalogue_keeps_translations_and_drops_what_is_gone() -> None:
    old = catalogue_update(
        catalogue=polib.POFile(), language="pl", messages=[_message("Gone"), _message("Vote", "Votes")]
    )
    old[0].msgstr, old[1].msgstr_plural = "Nie ma", {0: "głos", 1: "głosy", 2: "głosów"}
    new = catalogue_update(catalogue=old, language="pl", messages=[_message("Vote", "Votes"), _message("Voter")])
    assert [(entry.msgid, entry.msgstr, entry.msgstr_plural) for entry in new] == [
        ("Vote", "", {0: "głos", 1: "głosy", 2: "głosów"}),
        ("Voter", "", {}),
    ]


def test_catalogue_starts_a_message_empty_when_it_gains_a_plural() -> None:
    old = catalogue_update(catalogue=polib.POFile(), language="fr", messages=[_message("vote")])
    old[0].msgstr = "vote"
    new = catalogue_update(catalogue=old, language="fr", messages=[_message("vote", "votes")])
    assert new[0].msgstr_plural == {0: "", 1: ""}


def test_catalogue_file_changes_only_when_a_message_does(tmp_path: Path) -> None:
    path = tmp_path / "ga.po"
    messages = [_message("%(n)s day", "%(n)s days"), _message("Vote")]
    first = catalogue_update(catalogue=polib.POFile(), language="ga", messages=messages)
    assert catalogue_save(first, path)
    again = catalogue_update(catalogue=catalogue_load(path), language="ga", messages=messages)
    assert not catalogue_save(again, path)
    text = path.read_text(encoding="utf-8")
    assert "#: app/a.py\n" in text
    assert "POT-Creation-Date" not in text
    assert "X-Translation-State: machine-drafted" in text


def _message(text: str, plural: str | None = None) -> Message:
    return Message(text, plural, None, ("app/a.py",), ())


def given_file(path: Path, text: str) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
