"""Logins for a newcomer who tries the portal on their own machine; never made in production."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from accounts.models import Membership, Organisation, OrganisationKind, Role, User
from centers.models import Jurisdiction
from electioncenters.sealing import UnsealError


@dataclass(frozen=True)
class DemoLogin:
    """One login to print: `what` says what it may do."""

    email: str
    password: str
    what: str
    secret: str
    """For an authenticator app, the same for all of them; `manage.py demo_code` tells the code it shows now."""


#: Key of the organisation that the demo users belong to.
DEMO_ORGANISATION = "demo-organisation"

#: email, role (None: administrator), jurisdiction code
_DEMO: tuple[tuple[str, Role | None, str], ...] = (
    ("admin@demo.example", None, ""),
    ("curator.ie@demo.example", Role.CURATOR, "ie"),
    ("publisher.ie@demo.example", Role.PUBLISHER, "ie"),
    ("contributor.ie@demo.example", Role.CONTRIBUTOR, "ie"),
    ("auditor.ie@demo.example", Role.AUDITOR, "ie"),
    ("moderator@demo.example", Role.MODERATOR, ""),
    ("factchecker.ie@demo.example", Role.FACT_CHECKER, "ie"),
    ("operator@demo.example", Role.OPERATOR, ""),
)


@transaction.atomic
def demo_users_ensure() -> list[DemoLogin]:
    """Create the demo users once, with one password and second factor drawn for this checkout; return their logins.

    Both lie in `.data/`, readable by the owner only. Raises `ImproperlyConfigured` in
    production.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("Demo users are never made in production.")
    password = _drawn_once("demo-password", secrets.token_urlsafe(12))
    secret = demo_secret()
    organisation, _ = Organisation.objects.get_or_create(
        key=DEMO_ORGANISATION,
        defaults={
            "kind": OrganisationKind.CIVIL_SOCIETY,
            "name": "Demo organisation (fictional)",
            "name_en": "Demo organisation (fictional)",
        },
    )
    # They get their password together, so one look tells: a look takes a third of a second.
    one = User.objects.filter(email__iexact=_DEMO[-1][0]).first()
    lost = one is not None and not one.check_password(password)
    logins = []
    for email, role, code in _DEMO:
        user = _ensure(email, role, code, organisation, password)
        _ensure_factor(user, secret)
        logins.append(DemoLogin(email, password, f"{role} {code}".strip() if role else "administrator", secret))
    if lost:
        _set_passwords(password)
    return logins


def _set_passwords(password: str) -> None:
    for user in User.objects.filter(email__in=[email for email, _, _ in _DEMO]):
        user.set_password(password)
        user.save(update_fields=["password"])


def _ensure(email: str, role: Role | None, code: str, organisation: Organisation, password: str) -> User:
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        create = User.objects.create_user if role else User.objects.create_superuser
        user = create(email, password)
    if role:
        place = Jurisdiction.objects.filter(code=code).first() if code else None
        Membership.objects.get_or_create(user=user, organisation=organisation, role=role, jurisdiction=place)
    return user


def _ensure_factor(user: User, secret: str) -> None:
    """The app's factor is the checkout's; what else the user set up stays."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if kept is not None and _secret_of(kept) == secret:
        return
    if kept is not None:
        kept.delete()
    TOTP.activate(user, secret)


def _secret_of(factor: Authenticator) -> str | None:
    try:
        return str(decrypt(factor.data["secret"]))
    except UnsealError:  # SECRET_KEY is another one since
        return None


def demo_secret() -> str:
    """The secret of the demo users' authenticator app. Raises `ImproperlyConfigured` in production."""
    if settings.PRODUCTION:
        raise ImproperlyConfigured("Demo users are never made in production.")
    return _drawn_once("demo-authenticator", base64.b32encode(secrets.token_bytes(20)).decode("ascii"))


def _drawn_once(name: str, drawn: str) -> str:
    """What lies in `.data/` under `name`; `drawn` is put there when nothing does."""
    path: Path = settings.BASE_DIR / ".data" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(drawn, encoding="ascii")
    return path.read_text(encoding="ascii")
