"""How the rest of the portal asks for batches, content and labels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models.functions import Coalesce

from centers.models import Jurisdiction
from labeling.review.queue import Queue

if TYPE_CHECKING:
    # ruff does not read the quoted names below, mypy does.
    from labeling.models import ContentItem, IntakeBatch, Job, Label, Platform, RuleBrake, Ruleset  # noqa: F401
    from labeling.models import EmergingHashtag, HashtagHour, ReminderText  # noqa: F401  # isort: skip
    from labeling.models import AuthorErasure  # noqa: F401  # isort: skip
    from labeling.models import AtprotoLabel  # noqa: F401  # isort: skip
    from labeling.models import ChangeSet, LabelChange, WebhookDelivery, WebhookEndpoint  # noqa: F401  # isort: skip
    from labeling.models import ReviewTask  # noqa: F401  # isort: skip
    from labeling.models import GoldenItem, QualityCheck  # noqa: F401  # isort: skip
    from labeling.models import OfficialAccount  # noqa: F401  # isort: skip


AnyJob = TypeVar("AnyJob", bound="Job")


class IntakeBatchQuerySet(models.QuerySet["IntakeBatch"]):
    """Batches."""

    def unfinished(self) -> IntakeBatchQuerySet:
        """Batches that still wait to be labelled."""
        return self.filter(state__in=("received", "working"))

    def set_aside(self) -> IntakeBatchQuerySet:
        """Batches that failed and still have their items: somebody can look at them and put them back."""
        return self.filter(state="poison", payload__isnull=False)

    def handed_in(self, platform: Platform, since: dt.datetime) -> IntakeBatchQuerySet:
        """What a platform handed in after a moment; failed items that got a batch of their own count once."""
        return self.filter(platform=platform, received_at__gt=since, split_from=None)

    def due(self, now: dt.datetime) -> IntakeBatchQuerySet:
        """Unfinished batches that somebody should have finished by now."""
        return self.unfinished().filter(due_at__lte=now)

    def ended_before(self, moment: dt.datetime) -> IntakeBatchQuerySet:
        """Batches that ended before a moment, have no items any more and none set aside in a batch of their own."""
        return self.filter(finished_at__lt=moment, payload=None, set_aside=None)

    def not_sent_since(self, moment: dt.datetime) -> IntakeBatchQuerySet:
        """Batches for which no worker was woken again lately."""
        return self.filter(models.Q(sent_at=None) | models.Q(sent_at__lt=moment))


class RulesetQuerySet(models.QuerySet["Ruleset"]):
    """Sets of rules."""

    def live(self) -> RulesetQuerySet:
        """The set that is live; none before the first one is loaded."""
        return self.filter(status="live")

    def candidate(self) -> RulesetQuerySet:
        """The set that is tried beside the live one, in its shadow or on a share of the items; mostly none."""
        return self.filter(status__in=("shadow", "ramping"))

    def with_counts(self) -> RulesetQuerySet:
        """With `rule_count` and `brake_count` (engaged ones), counted only for the rows that are read."""
        from labeling.models import Rule, RuleBrake  # they name these querysets

        counts = {"rule_count": Rule.objects.all(), "brake_count": RuleBrake.objects.engaged()}
        return self.annotate(
            **{
                name: Coalesce(
                    models.Subquery(
                        rows.order_by()
                        .filter(ruleset=models.OuterRef("pk"))
                        .values("ruleset")
                        .annotate(number=models.Count("pk"))
                        .values("number")
                    ),
                    0,
                )
                for name, rows in counts.items()
            }
        )

    def in_force(self) -> RulesetQuerySet:
        """The live set and the candidate."""
        return self.filter(status__in=("live", "shadow", "ramping"))


class RuleBrakeQuerySet(models.QuerySet["RuleBrake"]):
    """Brakes."""

    def engaged(self) -> RuleBrakeQuerySet:
        """Brakes that nobody released."""
        return self.filter(released_at=None)


class JobQuerySet(models.QuerySet[AnyJob]):
    """Jobs of one kind."""

    def unfinished(self) -> Self:
        """Jobs that go on."""
        return self.filter(state__in=("queued", "running"))

    def waiting(self, now: dt.datetime) -> Self:
        """Jobs that go on, may do so now, and that no worker has."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=now)
        return self.unfinished().filter(free, due_at__lte=now)


class ContentItemQuerySet(models.QuerySet["ContentItem"]):
    """Content."""

    def known(self, platform: Platform, external_ids: Iterable[str]) -> ContentItemQuerySet:
        """The items of a platform among `external_ids`."""
        return self.filter(platform=platform, external_id__in=list(external_ids))

    def kept_since_before(self, moment: dt.datetime) -> ContentItemQuerySet:
        """Items first seen before a moment whose words are still kept."""
        return self.filter(erased_at=None, first_seen_at__lt=moment)


class AtprotoLabelQuerySet(models.QuerySet["AtprotoLabel"]):
    """What was said to the AT Protocol's network."""

    def after(self, seq: int) -> AtprotoLabelQuerySet:
        """What was said after a number, in order. Reading on from the last number read misses nothing."""
        return self.filter(seq__gt=seq).order_by("seq")

    def in_span(self, first: str, end: str, *, after: tuple[str, str] | None = None) -> AtprotoLabelQuerySet:
        """About the uris from `first` up to `end`, in order of uri and value; `after` goes on behind those two."""
        found = self.filter(uri__gte=first, uri__lt=end).order_by("uri", "val")
        if after and after[0] >= first:
            # Said so that the index begins there; only the values of that one uri are left out one by one.
            found = found.filter(uri__gte=after[0]).exclude(uri=after[0], val__lte=after[1])
        return found

    def erasable(self, before: dt.datetime) -> AtprotoLabelQuerySet:
        """What was taken back before a moment."""
        return self.filter(neg=True, cts__lt=before)


class LabelQuerySet(models.QuerySet["Label"]):
    """Labels."""

    def applied(self) -> LabelQuerySet:
        """Labels that viewers see."""
        return self.filter(state="applied")

    def for_network(self) -> LabelQuerySet:
        """Labels the AT Protocol's network is told of: a context note is nothing without its words and its link."""
        return self.filter(models.Q(finding=None) | ~models.Q(finding__is_note=True))

    def with_content(self) -> LabelQuerySet:
        """Labels on content whose words are still kept."""
        return self.filter(item__erased_at=None)

    def for_uris(self, uris: Iterable[tuple[str, str]]) -> LabelQuerySet:
        """Labels on the items named by (platform key, id on the platform)."""
        by_platform: dict[str, list[str]] = {}
        for platform, external_id in uris:
            by_platform.setdefault(platform, []).append(external_id)
        named = models.Q(pk__in=[])
        for platform, external_ids in by_platform.items():
            named |= models.Q(item__platform__key=platform, item__external_id__in=external_ids)
        return self.filter(named)

    def in_place(self, code: str) -> LabelQuerySet:
        """Labels a viewer in a place meets: about the place itself, or about the union it belongs to."""
        union = Jurisdiction.objects.filter(children__code=code)
        return self.filter(models.Q(jurisdiction__code=code) | models.Q(jurisdiction__in=union))

    def for_viewers(self) -> LabelQuerySet:
        """With everything a page shows of a label, in one query."""
        return self.select_related("item__platform", "item__author", "jurisdiction__parent", "election", "ruleset")


class ReminderTextQuerySet(models.QuerySet["ReminderText"]):
    """Texts of reminders."""

    def that_may_hold(self, code: str, now: dt.datetime) -> ReminderTextQuerySet:
        """Texts of active reminders for a place or what is above it that have not ended; some begin later."""
        places = Jurisdiction.objects.filter(
            models.Q(code=code) | models.Q(children__code=code) | models.Q(children__children__code=code)
        )
        held = models.Q(reminder__jurisdiction=None) | models.Q(reminder__jurisdiction__in=places)
        lasting = models.Q(reminder__ends_at=None) | models.Q(reminder__ends_at__gt=now)
        related = ("reminder__jurisdiction", "reminder__election")
        return self.filter(held, lasting, reminder__active=True).select_related(*related)


class HashtagHourQuerySet(models.QuerySet["HashtagHour"]):
    """Counts of hashtags by the hour."""

    def before(self, moment: dt.datetime) -> HashtagHourQuerySet:
        """Hours that began before a moment."""
        return self.filter(hour__lt=moment)


class EmergingHashtagQuerySet(models.QuerySet["EmergingHashtag"]):
    """Hashtags that were noticed."""

    def proposed(self) -> EmergingHashtagQuerySet:
        """Those that wait for a decision."""
        return self.filter(state="proposed")

    def decided_since(self, moment: dt.datetime) -> EmergingHashtagQuerySet:
        """Those decided after a moment."""
        return self.filter(decided_at__gt=moment)


class ChangeSetQuerySet(models.QuerySet["ChangeSet"]):
    """Sets of changes."""

    def unsequenced(self) -> ChangeSetQuerySet:
        """Committed, but without a position yet: nobody is told of them."""
        return self.filter(last_position=None)


class LabelChangeQuerySet(models.QuerySet["LabelChange"]):
    """Changes of labels."""

    def after(self, position: int) -> LabelChangeQuerySet:
        """Changes after a position, in order, each with its own `position` and the moment `at` of the change.

        Reading on from the last position read misses nothing, whatever is written meanwhile. 0 is before the first.
        """
        last, size = models.F("change_set__last_position"), models.F("change_set__size")
        return (
            self.filter(change_set__last_position__gt=position)
            .annotate(position=last - size + models.F("ordinal"), at=models.F("change_set__at"))
            .filter(position__gt=position)
            .order_by("change_set__last_position", "ordinal")
        )

    def of_platform(self, platform: Platform) -> LabelChangeQuerySet:
        """Changes of labels on one platform's items."""
        return self.filter(change_set__platform=platform)


class AuthorErasureQuerySet(models.QuerySet["AuthorErasure"]):
    """Accounts that are gone."""

    def unfinished(self) -> AuthorErasureQuerySet:
        """Those of which something may be left."""
        return self.filter(finished_at=None)


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Addresses of platforms."""

    def active(self) -> WebhookEndpointQuerySet:
        """Those that are told."""
        return self.filter(disabled_at=None)

    def with_news(self) -> WebhookEndpointQuerySet:
        """Those with changes they were not told of and no message waiting."""
        from labeling.models import ChangeSet, WebhookDelivery  # models import this module

        sets = ChangeSet.objects.filter(
            platform=models.OuterRef("platform"), last_position__gt=models.OuterRef("position")
        )
        waiting = WebhookDelivery.objects.pending().filter(endpoint=models.OuterRef("pk"))
        return self.filter(models.Exists(sets), ~models.Exists(waiting))

    def with_counts(self) -> WebhookEndpointQuerySet:
        """With `pending` and `dead`, the messages that wait and that were given up; each read from its own index."""
        from labeling.models import WebhookDelivery  # models import this module

        kinds = {"pending": WebhookDelivery.objects.pending(), "dead": WebhookDelivery.objects.dead()}
        return self.annotate(
            **{
                name: Coalesce(
                    models.Subquery(
                        rows.order_by()
                        .filter(endpoint=models.OuterRef("pk"))
                        .values("endpoint")
                        .annotate(number=models.Count("pk"))
                        .values("number")
                    ),
                    0,
                )
                for name, rows in kinds.items()
            }
        )


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Messages to endpoints."""

    def pending(self) -> WebhookDeliveryQuerySet:
        """Those that must still be taken."""
        return self.filter(state="pending")

    def dead(self) -> WebhookDeliveryQuerySet:
        """Those that were given up."""
        return self.filter(state="dead")

    def due(self, now: dt.datetime) -> WebhookDeliveryQuerySet:
        """Those to be sent now: the first one that waits for its endpoint, when its time has come."""
        earlier = self.model.objects.pending().filter(
            endpoint=models.OuterRef("endpoint"), pk__lt=models.OuterRef("pk")
        )
        return self.pending().filter(~models.Exists(earlier), next_at__lte=now, endpoint__disabled_at=None)


class ReviewTaskQuerySet(models.QuerySet["ReviewTask"]):
    """What waits for moderators."""

    def open(self) -> ReviewTaskQuerySet:
        """Tasks that nobody decided yet."""
        return self.filter(state="open")

    def free(self, now: dt.datetime) -> ReviewTaskQuerySet:
        """Tasks that nobody is working on."""
        return self.filter(models.Q(claimed_until=None) | models.Q(claimed_until__lte=now))

    def for_places(self, places: Iterable[int] | None) -> ReviewTaskQuerySet:
        """Tasks of some places (primary keys) and of all below these; of everywhere for `None`."""
        if places is None:
            return self
        own = list(places)
        below = Jurisdiction.objects.filter(
            models.Q(pk__in=own) | models.Q(parent__in=own) | models.Q(parent__parent__in=own)
        )
        # As a list: the planner then walks the index by place instead of all tasks by rank.
        return self.filter(jurisdiction__in=list(below.values_list("pk", flat=True)))

    def in_languages(self, languages: Iterable[str]) -> ReviewTaskQuerySet:
        """Tasks in one of the languages, and those whose language nobody knows."""
        return self.filter(language__in=["", *languages])

    def in_queue(self, queue: Queue) -> ReviewTaskQuerySet:
        """Tasks of one queue."""
        wanted = {
            "kind": queue.kind, "jurisdiction__code": queue.place, "language": queue.language,
            "policy__key": queue.policy,
        }  # fmt: skip
        return self.filter(**{name: value for name, value in wanted.items() if value})


class GoldenItemQuerySet(models.QuerySet["GoldenItem"]):
    """Content whose right answer is agreed."""

    def in_pool(self) -> GoldenItemQuerySet:
        """What can be given to moderators: not retired, and its words are still kept."""
        return self.filter(retired_at=None, item__erased_at=None)

    def in_turn(self, place: int) -> GoldenItemQuerySet:
        """Those of a place (primary key) first, and of these what was given least often."""
        here = models.Case(models.When(jurisdiction=place, then=0), default=1)
        return self.annotate(given=models.Count("checks")).order_by(here, "given", "pk")


class QualityCheckQuerySet(models.QuerySet["QualityCheck"]):
    """Answers that are compared."""

    def waiting(self) -> QualityCheckQuerySet:
        """Those whose second answer is not there yet."""
        return self.filter(state="waiting")

    def compared_between(self, start: dt.datetime, end: dt.datetime) -> QualityCheckQuerySet:
        """Those whose second answer came in a period, without the ones that came to nothing."""
        return self.filter(compared_at__gte=start, compared_at__lt=end).exclude(state="void")

    def seconds(self) -> QualityCheckQuerySet:
        """Blind second decisions."""
        return self.filter(kind="second")

    def goldens(self) -> QualityCheckQuerySet:
        """Answers to golden items."""
        return self.filter(kind="golden")

    def in_places(self, places: Iterable[int]) -> QualityCheckQuerySet:
        """Those of some places (primary keys)."""
        return self.filter(jurisdiction__in=list(places))


class OfficialAccountQuerySet(models.QuerySet["OfficialAccount"]):
    """Official accounts."""

    def verified(self) -> OfficialAccountQuerySet:
        """Those that two people vouch for."""
        return self.filter(state="verified")

    def of_account(self, platform: Platform, external_id: str) -> OfficialAccountQuerySet:
        """What stands of one account on a platform."""
        return self.filter(platform=platform, external_id=external_id, state__in=("proposed", "verified"))

    def for_lists(self) -> OfficialAccountQuerySet:
        """With everything a list shows, in one query."""
        return self.select_related("platform", "jurisdiction", "election", "proposed_by", "decided_by")
