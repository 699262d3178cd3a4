"""How django-allauth behaves here: no public sign-up, secrets encrypted, mail that fails says so."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any, Final

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import render

from electioncenters.sealing import seal, unseal

_PURPOSE: Final = "accounts.second-factor"

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As the proxy says; its own address where it says nothing, so that its lapse locks nobody out."""
        header = settings.ALLAUTH_TRUSTED_CLIENT_IP_HEADER
        if header and not request.headers.get(header):
            return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104  # nothing is bound to it
        return str(super().get_client_ip(request))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or answer that mail cannot be sent now instead of claiming that it was."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            log.error("mail_failed", what=template_prefix, error=str(error))
            if template_prefix.startswith("account/email/password_reset_key"):
                raise ImmediateHttpResponse(render(self.request, "staff/mail_failed.html", status=503)) from error


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped
    """Second factors; whoever reads the database alone cannot make codes."""

    def encrypt(self, text: str) -> str:
        """With the first key."""
        return seal(text.encode(), purpose=_PURPOSE).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With the key it was encrypted with; `UnsealError` when that is neither current nor kept as a fallback."""
        return unseal(encrypted_text.encode(), purpose=_PURPOSE).decode()

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002  # its name
        """What the form suggests."""
        return f"Key {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped
    """Single sign-on opens accounts that exist, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """The account with an address that the provider says is verified."""
        found = super().authenticate_by_email(sociallogin)
        # Without the address: for one that nobody verified here the password would be taken away, because a stranger
        # could have signed up with it. Here nobody signs up; who was invited has read the mail.
        return (found[0], "") if found else None
