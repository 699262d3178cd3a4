"""Which addresses of the workspace open to whom before any role is looked at. Names of URLs; unknown ones are shut."""

from __future__ import annotations

from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

#: Everything under these needs a member with a second factor, except what is named below.
GUARDED: Final = ("/staff/", "/admin/")

#: For whoever comes: signing in, and what leads back to it.
OPEN: Final = frozenset(
    {
        "account_login",
        "account_inactive",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "invitation-accept",
        # The signature in the link stands for the member it was mailed to.
        "notifications-stop",
        # Signing out needs no right, and a sign-in that was broken off ends with it.
        "account_logout",
    }
)

#: For a member who is signed in with a password alone: what leads to a second factor, and one's own sessions.
SET_UP: Final = frozenset(
    {
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "usersessions_list",
    }
)

#: For every member with a second factor: their own account.
OWN: Final = frozenset(
    {
        "account_change_password",
        "account_set_password",
        "mfa_deactivate_totp",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)

#: What counts as a second factor; recovery codes only stand in for one.
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Session key: id of the user who set a second factor up in this session.
SET_UP_HERE: Final = "second_factor_set_up_by"
_PROVEN: Final = "second_factor_is_proven"


def second_factor_proven(request: HttpRequest) -> bool:
    """Whether the signed-in user has a second factor and this session used it, or set it up.

    A session that began with a password alone stays shut when somebody else sets one up elsewhere. At most one query
    for a request: the menu asks what the gate has asked.
    """
    if hasattr(request, _PROVEN):
        return bool(getattr(request, _PROVEN))
    user = request.user
    proven = request.session.get(SET_UP_HERE) == user.pk or any(
        record.get("method") == "mfa" for record in get_authentication_records(request, user)
    )
    proven = proven and Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()
    setattr(request, _PROVEN, proven)
    return proven
