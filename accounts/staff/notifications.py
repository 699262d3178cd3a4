"""A member's notifications, and which of them come by mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import MailMode, Notification, NotificationChoice, NotificationKind
from accounts.services.notification import (
    mail_stop,
    notification_choose,
    notification_read,
    notifications_read_all,
)
from accounts.staff.access import MEMBER, StaffRequest, staff_view
from accounts.staff.listing import page_of


class MailForm(forms.Form):
    """One choice per kind, and a switch for everything."""

    is_off = forms.BooleanField(
        label="No mail about my work at all",
        required=False,
        help_text="Everything still stands in the workspace. Mails about your password and sign-in come regardless.",
    )

    def __init__(self, *args: Any, choice: NotificationChoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_off"].initial = choice.is_off
        chosen = NotificationChoice(modes=choice.modes)
        for kind in NotificationKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, choices=MailMode.choices, initial=chosen.mode(kind)
            )

    def modes(self) -> dict[str, str]:
        """What was chosen, by kind."""
        return {kind.value: self.cleaned_data[kind.value] for kind in NotificationKind}


@staff_view(MEMBER, methods=("GET", "HEAD"))
def notification_list(request: StaffRequest) -> HttpResponse:
    """The newest first; `?show=all` with those read."""
    rows = Notification.objects.of(request.user).select_related("place")
    shows_all = request.GET.get("show") == "all"
    page = page_of(request, rows if shows_all else rows.unread(), size=50)
    crumbs = [("Notifications", "")]
    return render(
        request, "staff/notifications.html", {"page": page, "shows_all": shows_all, "crumbs": crumbs, "tab": "list"}
    )


@staff_view(MEMBER, methods=("POST",))
def notification_open(request: StaffRequest, pk: int) -> HttpResponse:
    """Read, and on to what it is about; with `stay`, back to the list."""
    notification = get_object_or_404(Notification.objects.of(request.user), pk=pk)
    notification_read(notification=notification, by=request.user)
    return redirect("notifications") if "stay" in request.POST else redirect(notification.path)


@staff_view(MEMBER, methods=("POST",))
def notifications_all_read(request: StaffRequest) -> HttpResponse:
    """Nothing is unread any more."""
    count = notifications_read_all(by=request.user)
    messages.success(request, f"{count} notification{'' if count == 1 else 's'} marked as read.")
    return redirect("notifications")


@staff_view(MEMBER)
def notification_settings(request: StaffRequest) -> HttpResponse:
    """Which kinds come by mail, and when."""
    choice = NotificationChoice.objects.filter(user=request.user).first() or NotificationChoice(user=request.user)
    form = MailForm(request.POST or None, choice=choice)
    if request.method == "POST" and form.is_valid():
        notification_choose(by=request.user, modes=form.modes(), is_off=form.cleaned_data["is_off"])
        messages.success(request, "Your choice is saved.")
        return redirect("notification-settings")
    crumbs = [("Notifications", ""), ("By mail", "")]
    status = 422 if form.errors else 200
    return render(
        request, "staff/notification_settings.html", {"form": form, "crumbs": crumbs, "tab": "settings"}, status=status
    )


# The link in a mail: its signature stands for the member, and a mail program's own button sends no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notifications_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asked first by whoever opens the link, so that no mail scanner presses it; then no mail comes any more."""
    if request.method != "POST":
        return render(request, "staff/notifications_stop.html", {"done": False})
    if not mail_stop(token=token):
        return render(request, "staff/notifications_stop.html", {"unknown": True}, status=404)
    return render(request, "staff/notifications_stop.html", {"done": True})
