"""Where and when a rule counts: its regions, its period, and the window of the election it waits for."""

from collections.abc import Collection
from datetime import UTC, datetime

from labeling.matching.model import Geography, Rule


def is_in_region(regions: Collection[str], region: str | None) -> bool:
    """Whether an item's region is one of those a rule is bound to, or a part of one (`us-ca` is in `us`)."""
    return not regions or (region is not None and (region in regions or region.partition("-")[0] in regions))


def is_in_force(rule: Rule, moment: datetime | None, geography: Geography) -> bool:
    """Whether a rule counts at a moment; one that is bound to a time does not where the moment is unknown.

    The window of an election that the portal does not have, or of which it knows no day, is never open.
    """
    if not (rule.starts_at or rule.ends_at or rule.during):
        return True
    if moment is None:
        return False
    now = aware(moment)
    if (rule.starts_at and now < aware(rule.starts_at)) or (rule.ends_at and now >= aware(rule.ends_at)):
        return False
    if rule.during is None:
        return True
    window = geography.windows.get(rule.during)
    return window is not None and window[0] <= now.astimezone(UTC).date() <= window[1]


def aware(moment: datetime) -> datetime:
    """Take a moment without a time zone as UTC, as the rest of the portal does."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
