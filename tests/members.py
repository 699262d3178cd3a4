"""Members of the workspace for tests: users with roles, signed in with a second factor."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts.gate import SET_UP_HERE
from accounts.models import Membership, Role, User
from centers.models import Jurisdiction
from tests.factories import OrganisationFactory

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def given_member(
    role: Role | None = None,
    place: Jurisdiction | None = None,
    *,
    email: str = "anna@fictional.example",
    **fields: bool,
) -> User:
    """A user who cannot sign in with a password; with `role` for `place` (None: everywhere) in an own organisation."""
    user = User.objects.create_user(email, **fields)
    if role is not None:
        organisation = OrganisationFactory.create(name=f"Fictional Commission of {email}")
        Membership.objects.create(user=user, organisation=organisation, role=role, jurisdiction=place)
    return user


def given_factor(user: User) -> Authenticator:
    """An authenticator app with `SECRET`."""
    return TOTP.activate(user, SECRET).instance  # type: ignore[no-any-return]


def code_now(secret: str = SECRET, step: int | None = None) -> str:
    """The six digits of this half minute, or of the one numbered `step`."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 if step is None else step)))


def client_of(user: User) -> Client:
    """A browser in which `user` is signed in and has used a second factor."""
    if not Authenticator.objects.filter(user=user).exists():
        given_factor(user)
    client = Client()
    client.force_login(user)
    session = client.session
    session[SET_UP_HERE] = user.pk
    session.save()
    return client
