"""Invitations: sent by mail, accepted once, withdrawn."""

from __future__ import annotations

import datetime as dt
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.audit import acting
from accounts.models import Invitation, Membership, NotificationKind, Organisation, Role, User
from accounts.services.notification import notify
from centers.models import Jurisdiction

_SALT = "accounts.invitation"


class MailFailedError(Exception):
    """The mail server did not take the invitation; nothing was stored or changed."""


class InvitationClosedError(Exception):
    """The link was used, withdrawn, replaced by a newer one, has expired, or was never ours; the text says which."""


def invitation_send(
    *, actor: User, organisation: Organisation, role: Role, jurisdiction: Jurisdiction | None, email: str
) -> Invitation:
    """Invite `email` to `role`; an open invitation to the same is sent again with a new link, the old one is void.

    Raises `PermissionDenied` where the actor may not manage members, `ValidationError` when the role is held already,
    and `MailFailedError`.
    """
    wanted = Membership(organisation=organisation, role=role, jurisdiction=jurisdiction)
    if not actor.has_perm("accounts.manage_members", wanted):
        raise PermissionDenied
    held = Membership.objects.filter(
        user__email__iexact=email, organisation=organisation, role=role, jurisdiction=jurisdiction
    )
    if held.exists():
        raise ValidationError({"email": "This person holds that role already."})
    with transaction.atomic():
        same = Invitation.objects.open().filter(
            email__iexact=email, organisation=organisation, role=role, jurisdiction=jurisdiction
        )
        invitation = same.select_for_update().first() or Invitation(
            email=email, organisation=organisation, role=role, jurisdiction=jurisdiction
        )
        invitation.draw_nonce()
        invitation.invited_by = actor
        invitation.expires_at = timezone.now() + dt.timedelta(days=settings.INVITATION_DAYS)
        invitation.full_clean(exclude=["invited_by", "accepted_by"])
        invitation.save()
        # Inside: an invitation nobody was told of is none.
        _mail(invitation)
    return invitation


def invitation_withdraw(*, actor: User, invitation: Invitation) -> None:
    """Make the link void. Raises `PermissionDenied`; one that was accepted or withdrawn already stays as it is."""
    if not actor.has_perm("accounts.manage_members", invitation):
        raise PermissionDenied
    Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


def invitation_token(invitation: Invitation) -> str:
    """What the link carries: signed, and void with the next nonce."""
    return signing.dumps([str(invitation.public_id), invitation.nonce], salt=_SALT)


def invitation_read(token: str) -> Invitation:
    """The open invitation a link stands for. Raises `InvitationClosedError`."""
    try:
        public_id, nonce = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise InvitationClosedError("This link is not complete. Copy it from the mail as a whole.") from None
    invitation = (
        Invitation.objects.filter(public_id=public_id, nonce=nonce)
        .select_related("organisation", "jurisdiction")
        .first()
    )
    if invitation is None or invitation.withdrawn_at:
        raise InvitationClosedError("This invitation was withdrawn, or a newer one was sent.")
    if invitation.accepted_at:
        raise InvitationClosedError("This invitation was accepted already. Sign in with your password.")
    if not invitation.is_open:
        raise InvitationClosedError("This invitation has expired. Ask for a new one.")
    return invitation


@transaction.atomic
def invitation_accept(*, token: str, name: str = "", password: str | None = None, member: User | None = None) -> User:
    """Join: as `member`, who must have the invited address, or as a new user with `name` and `password`.

    Raises `InvitationClosedError`, `PermissionDenied` when the address is somebody else's, and `ValidationError` for a
    password that is too weak.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation_read(token).pk)
    if not invitation.is_open:
        raise InvitationClosedError("This invitation was accepted already. Sign in with your password.")
    user = member or _user_made(invitation.email, name, password)
    if user.email.lower() != invitation.email.lower():
        raise PermissionDenied
    with acting(by=user, reason=f"Invitation {invitation.pk}"):
        Membership.objects.get_or_create(
            user=user,
            organisation=invitation.organisation,
            role=invitation.role,
            jurisdiction=invitation.jurisdiction,
        )
        invitation.accepted_at, invitation.accepted_by = timezone.now(), user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
    notify(
        recipients=[invitation.invited_by] if invitation.invited_by is not None else [],
        kind=NotificationKind.INVITATION_ACCEPTED,
        place=invitation.jurisdiction,
        subject=f"invitation:{invitation.pk}",
        title=f"{user.name or 'Somebody you invited'} has joined as {invitation.get_role_display().lower()}",
        path=reverse("members"),
    )
    return user


def _user_made(email: str, name: str, password: str | None) -> User:
    if not password or User.objects.filter(email__iexact=email).exists():
        raise PermissionDenied
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    return User.objects.create_user(email, password, name=name)


def _mail(invitation: Invitation) -> None:
    link = settings.PUBLIC_URL + reverse("invitation-accept", kwargs={"token": invitation_token(invitation)})
    text = render_to_string("staff/mail/invitation.txt", {"invitation": invitation, "link": link})
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}You are invited to {invitation.organisation.name_en}"
    try:
        send_mail(subject, text, None, [invitation.email])
    except (SMTPException, OSError) as error:
        raise MailFailedError from error
