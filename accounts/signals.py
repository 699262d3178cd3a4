"""What follows from things done in django-allauth's own pages."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.http import HttpRequest

from accounts.gate import FACTORS, SET_UP_HERE
from accounts.models import User


def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Whoever sets a second factor up has it at hand: this session passes the gate."""
    if authenticator.type in FACTORS:
        request.session[SET_UP_HERE] = user.pk


def connect() -> None:
    """Called once when the app is ready."""
    authenticator_added.connect(factor_added, dispatch_uid="accounts.factor_added")
