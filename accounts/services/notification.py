"""Tell members what waits on them.

    notify(
        recipients=members_nearest(permission="centers.publish_center", place=place, besides=author),
        kind=NotificationKind.PROPOSAL_WAITS, place=place, subject=f"proposal:{proposal.pk}",
        title="A proposal waits: answer “When do we vote?”", path=reverse("desk", args=[place.code]),
    )

Called in the transaction of what it tells of: either both are there or neither. Nothing is sent here; mails go out
from the rows (`accounts.services.notification_mail`), so that a broker that is away loses none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Digest, MailMode, Membership, Notification, NotificationChoice, NotificationKind, User
from accounts.models.notification import KEPT
from accounts.permissions import GRANTS, lineage

if TYPE_CHECKING:
    from centers.models import Jurisdiction

_SALT: Final = "accounts.notification.mail"
_LONGEST_TITLE: Final = 250


def notify(
    *,
    recipients: Iterable[User],
    kind: NotificationKind,
    subject: str,
    title: str,
    path: str,
    place: Jurisdiction | None = None,
) -> int:
    """Tell each of `recipients` once; who has not read the same yet is not told again. Answers how many were told.

    `title` is one plain line; `path` an address below `/staff/`. Two queries for any number of recipients.
    """
    people = {user.pk: user for user in recipients if user.is_active}
    if not people:
        return 0
    chosen = NotificationChoice.objects.in_bulk(people)
    told = Notification.objects.bulk_create(
        (
            Notification(
                recipient=user,
                kind=kind,
                place=place,
                subject=subject,
                title=_line(title),
                path=path,
                mail=(chosen.get(pk) or NotificationChoice(user=user)).mode(kind),
            )
            for pk, user in people.items()
        ),
        ignore_conflicts=True,
    )
    return len(told)


def members_nearest(*, permission: str, place: Jurisdiction, besides: User | None = None) -> list[User]:
    """The members a matter of `place` waits on: who holds `permission` there; else who holds it above; else everywhere.

    `besides` is not among them. Whoever holds it everywhere is not asked where somebody is nearer.
    """
    above: list[int | None] = [*lineage(place), None]
    held = Membership.objects.filter(role__in=GRANTS[permission], user__is_active=True).select_related("user")
    by_level: dict[int | None, dict[int, User]] = {}
    for one in held:
        if one.jurisdiction_id in above and (besides is None or one.user_id != besides.pk):
            by_level.setdefault(one.jurisdiction_id, {})[one.user_id] = one.user
    nearest = next((by_level[level] for level in above if level in by_level), {})
    return list(nearest.values())


def notifications_settle(*, subject: str, kinds: Iterable[NotificationKind]) -> int:
    """What waited needs nobody any more: read for everybody. Answers how many were."""
    return Notification.objects.unread().filter(subject=subject, kind__in=list(kinds)).update(read_at=timezone.now())


def notification_read(*, notification: Notification, by: User) -> None:
    """Mark one as read; again is fine. Raises `PermissionDenied` for somebody else's."""
    if notification.recipient_id != by.pk:
        raise PermissionDenied("Only the member who was told reads it.")
    Notification.objects.unread().filter(pk=notification.pk).update(read_at=timezone.now())


def notifications_read_all(*, by: User) -> int:
    """Mark all of one's own as read; answers how many were not."""
    return Notification.objects.of(by).unread().update(read_at=timezone.now())


@transaction.atomic
def notification_choose(*, by: User, modes: Mapping[str, str], is_off: bool) -> NotificationChoice:
    """Say what to get by mail, per kind or nothing at all. Raises `ValidationError` for kinds or ways there are not."""
    if not set(modes) <= set(NotificationKind.values) or not set(modes.values()) <= set(MailMode.values):
        raise ValidationError("Choose one of the ways offered.")
    choice, _ = NotificationChoice.objects.update_or_create(user=by, defaults={"modes": dict(modes), "is_off": is_off})
    # What waits to be mailed follows the new choice.
    waiting = Notification.objects.of(by).unread().filter(mailed_at=None)
    for kind in NotificationKind:
        waiting.filter(kind=kind).update(mail=choice.mode(kind))
    return choice


def mail_stop_token(user: User) -> str:
    """What the link in a mail carries that stops all mail about the work; it names the member by number only."""
    return signing.dumps(user.pk, salt=_SALT)


def mail_stop(*, token: str) -> bool:
    """Stop all mail to the member the link was sent to; False when it is none of our links. Again is fine."""
    try:
        user = User.objects.filter(pk=signing.loads(token, salt=_SALT)).first()
    except signing.BadSignature:
        return False
    if user is None:
        return False
    kept = NotificationChoice.objects.filter(user=user).first()
    notification_choose(by=user, modes=kept.modes if kept else {}, is_off=True)
    return True


def notifications_erase() -> int:
    """Erase what is older than `KEPT`; answers how many notifications."""
    long_ago = timezone.now() - KEPT
    erased, _ = Notification.objects.filter(created_at__lt=long_ago).delete()
    Digest.objects.filter(sent_at__lt=long_ago).delete()
    return erased


def _line(title: str) -> str:
    text = " ".join(title.split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"
