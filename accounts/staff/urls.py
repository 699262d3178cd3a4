"""The workspace's ground floor under `/staff/`, with the pages of django-allauth that are used, and no others."""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.urls import include, path, re_path

from accounts.staff import audit, notifications, sso, views

urlpatterns = [
    path("", views.home, name="staff-home"),
    path("members/", views.members, name="members"),
    path("members/history/", audit.members_history, name="members-history"),
    path("members/<int:pk>/remove/", views.membership_remove, name="membership-remove"),
    path("invitations/<uuid:public_id>/withdraw/", views.invitation_cancel, name="invitation-withdraw"),
    path("join/<str:token>/", views.invitation_page, name="invitation-accept"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/read/", notifications.notifications_all_read, name="notifications-read"),
    path("notifications/mail/", notifications.notification_settings, name="notification-settings"),
    path("notifications/<int:pk>/", notifications.notification_open, name="notification-open"),
    path("notifications/stop/<str:token>/", notifications.notifications_stop, name="notifications-stop"),
    path("account/login/", account.login, name="account_login"),
    # Answers that it is closed; django-allauth's mails name it.
    path("account/signup/", account.signup, name="account_signup"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/factors/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/sso/error/", social.login_error, name="socialaccount_login_error"),
    path("account/sso/unknown/", social.signup, name="socialaccount_signup"),
    path("account/sso/<slug:provider_id>/login/", sso.sso_login, name="openid_connect_login"),
    path("account/sso/<slug:provider_id>/login/callback/", sso.sso_callback, name="openid_connect_callback"),
]
