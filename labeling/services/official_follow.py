"""Labels say that content is from an official account: of what flows in, and of what was kept when it was verified."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from labeling.intake import Item
from labeling.models import (
    POLITICAL,
    LabelKind,
    LabelState,
    OfficialAccount,
    OfficialState,
    Platform,
    SignalKind,
)
from labeling.services import label_rows
from labeling.services.changes_sequence import changes_nudge
from labeling.services.label_rows import KnownLabel, LabelDraft, LabelKey, Verdict
from labeling.services.review_join import Signal, language_of, signals_join

logger = logging.getLogger(__name__)

#: What stands in a label's history, and in its evidence.
GIVEN, ENDED = "official_account", "official_account_ended"
SIGN: Final = "account"
#: Who looks at what such accounts pay for.
PAID_POLICY: Final = "paid-political"
#: Items of one transaction.
SLICE: Final = 500


class Official(NamedTuple):
    """What labels need of a verified account; `pays_not` says that what it pays for is a moderator's to see."""

    external_id: str
    name: str
    category: str
    place: int
    pays_not: bool

    def sign(self) -> dict[str, str]:
        """As a label's evidence holds it; `text` is erased together with the item's words."""
        return {"kind": SIGN, "basis": self.category, "text": self.name}


def officials_of(platform: Platform, external_ids: Collection[str]) -> dict[str, Official]:
    """The verified ones among accounts of a platform. One query, by the index of what stands."""
    if not external_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT external_id, name, category, jurisdiction_id, category = ANY(%s) OR no_paid_political_advertising
               FROM labeling_officialaccount
               WHERE platform_id = %s AND external_id = ANY(%s) AND state IN ('proposed', 'verified')
                 AND state = 'verified'""",
            [[category.value for category in POLITICAL], platform.pk, sorted(external_ids)],
        )
        return {row[0]: Official(*row) for row in cursor.fetchall()}


def officials_take(*, platform: Platform, items: Sequence[tuple[int, bool, Item]], now: dt.datetime) -> None:
    """Mark what official accounts post, in the transaction that is open; primary key, whether it is new, and the item.

    What such an account paid for comes to the moderators.
    """
    by_author = {author for _, _, item in items if (author := item.author and item.author.id)}
    officials = officials_of(platform, by_author)
    if not officials:
        return
    theirs = [(pk, is_new, item, officials[item.author.id]) for pk, is_new, item in items
              if item.author and item.author.id in officials]  # fmt: skip
    known = label_rows.labels_known(sorted(pk for pk, is_new, _, _ in theirs if not is_new))
    _mark({pk: official for pk, _, _, official in theirs}, known, now)
    _paid_join(platform, [(pk, item, official) for pk, _, item, official in theirs if item.paid], now)


def _mark(items: Mapping[int, Official], known: Sequence[KnownLabel], now: dt.datetime) -> None:
    """Give items their label, or give it back; what a person decided stays."""
    own = {label.key.item: label for label in known if label.key.kind == LabelKind.OFFICIAL_ACCOUNT}
    drafts = [_draft(pk, official) for pk, official in items.items() if pk not in own]
    back = [
        (own[pk], _draft(pk, official))
        for pk, official in items.items()
        if pk in own and not own[pk].by_person and own[pk].state != LabelState.APPLIED
    ]
    label_rows.labels_insert(drafts, now, GIVEN)
    label_rows.labels_update([(label.pk, draft) for label, draft in back], now)
    label_rows.decisions_record([Verdict(label.pk, LabelState.APPLIED, GIVEN, None) for label, _ in back], now)


def _draft(item: int, official: Official) -> LabelDraft:
    key = LabelKey(item, LabelKind.OFFICIAL_ACCOUNT.value, official.place, None)
    return LabelDraft(key, LabelState.APPLIED, 1.0, (official.sign(),), None)


def _paid_join(platform: Platform, paid: Sequence[tuple[int, Item, Official]], now: dt.datetime) -> None:
    """One task for each item, once: an edit of what was looked at is not looked at again."""
    asking = {
        f"{platform.key}:{item.external_id}": (pk, item, official) for pk, item, official in paid if official.pays_not
    }
    if not asking:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT task.uri FROM labeling_reviewtask AS task
               JOIN labeling_reviewsignal AS signal ON signal.task_id = task.id AND signal.source = 'paid'
               WHERE task.item_id = ANY(%s::bigint[])""",
            [[pk for pk, _, _ in asking.values()]],
        )
        seen = {uri for (uri,) in cursor.fetchall()}
    signals = [
        Signal(
            uri=uri,
            item=pk,
            place=official.place,
            language=language_of(item.lang or ""),
            kind=SignalKind.UNSURE,
            source="paid",
            policy=PAID_POLICY,
            detail={"said": f"The platform says that somebody paid for it. The account is {official.name}’s."},
        )
        for uri, (pk, item, official) in asking.items()
        if uri not in seen
    ]
    signals_join(signals=signals, now=now)


def official_wake() -> None:
    """Let a worker bring labels to what was decided, once it is committed; beat does so otherwise."""
    from labeling.tasks import official_follow_all  # tasks import services

    transaction.on_commit(lambda: _sent(official_follow_all))


def _sent(task: Any) -> None:
    try:
        task.delay()
    except Exception as error:  # whatever brokers raise: beat comes anyway
        logger.warning("No worker was told of an official account: %s", type(error).__name__)


def official_follow() -> int:
    """Bring labels on kept content to what was decided about accounts; returns how many changed.

    In slices, each its own transaction; safe to interrupt, to repeat, and for two at once.
    """
    changed, after = 0, 0
    while True:
        account = _next(after)
        if account is None:
            return changed
        after = account.pk
        while (done := _slice(account.pk)) is not None:
            changed += done
        changes_nudge()


def _next(after: int) -> OfficialAccount | None:
    return OfficialAccount.objects.filter(must_follow=True, pk__gt=after).order_by("pk").first()


@transaction.atomic
def _slice(pk: int) -> int | None:
    """Labels of one slice; `None` when nothing is left, or somebody else is at it."""
    found = OfficialAccount.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, must_follow=True)
    account = found.select_related("platform").first()
    if account is None:
        return None
    now = timezone.now()
    if account.state == OfficialState.VERIFIED:
        items = _items(account, _UNMARKED)
        official = officials_of(account.platform, [account.external_id])[account.external_id]
        _mark(dict.fromkeys(items, official), label_rows.labels_known(items), now)
    else:
        # Somebody may have proposed the account anew, and had that verified since.
        again = OfficialAccount.objects.of_account(account.platform, account.external_id).verified()
        items = [] if again.exists() else _items(account, _MARKED)
        labels = [label for label in label_rows.labels_known(items) if _is_machines(label)]
        label_rows.labels_withdraw([label.pk for label in labels], now)
        label_rows.decisions_record([Verdict(label.pk, LabelState.WITHDRAWN, ENDED, None) for label in labels], now)
    if not items:
        account.must_follow = False
        account.save(update_fields=["must_follow"])
        return None
    return len(items)


def _is_machines(label: KnownLabel) -> bool:
    return label.key.kind == LabelKind.OFFICIAL_ACCOUNT and not label.by_person and label.state == LabelState.APPLIED


#: Items that still need what `_slice` does: those without such a label that is shown or a person's, and those with one.
_UNMARKED: Final = """NOT EXISTS (
    SELECT FROM labeling_label AS label WHERE label.item_id = item.id AND label.kind = 'official_account'
    AND (label.state = 'applied' OR label.decided_by = 'person'))"""
_MARKED: Final = """EXISTS (
    SELECT FROM labeling_label AS label WHERE label.item_id = item.id AND label.kind = 'official_account'
    AND label.state = 'applied' AND label.decided_by = 'machine')"""


def _items(account: OfficialAccount, which: str) -> list[int]:
    """Kept items of the account, locked in the order of ids on the platform, as batches lock theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT item.id FROM labeling_contentitem AS item
                JOIN labeling_account AS author ON author.id = item.author_id
                WHERE author.platform_id = %s AND author.external_id = %s AND item.erased_at IS NULL AND {which}
                ORDER BY item.external_id LIMIT %s FOR UPDATE OF item""",  # noqa: S608 -- our own conditions
            [account.platform_id, account.external_id, SLICE],
        )
        return [pk for (pk,) in cursor.fetchall()]
