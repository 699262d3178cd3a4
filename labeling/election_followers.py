"""What follows an election in labeling, for the desk's look at what a change does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Count

from centers.followers import Following
from centers.models import Election
from labeling.links import center_path
from labeling.models import Label, LabelKind, LabelState, Reminder, Ruleset, RulesetStatus
from labeling.services.geography import places_load
from labeling.standing import standings_read
from labeling.texts import label_text

_LABELS = "Labels"
_RULES = "Rules and reminders"


def labels_following(keys: Sequence[str]) -> Iterator[Following]:
    """What labels say that name these elections, where they lead, and how many there are."""
    shown = Label.objects.filter(state=LabelState.APPLIED, election__key__in=keys).values("election__key")
    counts = dict(shown.annotate(number=Count("pk")).values_list("election__key", "number"))
    standings = standings_read(keys)
    for key, code in _places(keys):
        words = label_text(LabelKind.ELECTION, settings.LANGUAGE_CODE, standings.get(key))
        leads = center_path(code, settings.LANGUAGE_CODE)
        newer = standings[key].replaced_by if key in standings else None
        onward = f", on to {newer}" if newer else ""
        yield Following(_LABELS, f"{counts.get(key, 0):,} labels of {key}", f"“{words.text}” → {leads}{onward}")


def rules_following(keys: Sequence[str]) -> Iterator[Following]:
    """When rules and reminders that wait for these elections count."""
    windows = places_load().geography.windows
    live = Ruleset.objects.filter(status=RulesetStatus.LIVE).first()
    for key, _ in _places(keys):
        bound = live.rules.filter(during=key).count() if live else 0
        reminders = Reminder.objects.filter(active=True, election__key=key).count()
        what = f"{bound:,} rules bound to {key}, {reminders:,} reminders of its own"
        first, last = windows.get(key, (None, None))
        says = f"In its window from {first:%-d %B %Y} to {last:%-d %B %Y}" if first and last else "In no window"
        yield Following(_RULES, what, says)


def _places(keys: Sequence[str]) -> list[tuple[str, str]]:
    found = Election.objects.filter(key__in=keys).order_by("key")
    return [(key, code) for key, code in found.values_list("key", "jurisdiction__code")]
