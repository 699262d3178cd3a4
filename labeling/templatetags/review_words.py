"""Words of the moderators' desk for templates."""

from __future__ import annotations

from django import template

from labeling.services.quality_outcome import outcome_said

register = template.Library()
register.filter("outcome", outcome_said)
