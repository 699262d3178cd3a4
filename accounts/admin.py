"""Administration of users and organisations."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Membership, Organisation, User
from accounts.services import second_factors_remove

# Secrets belong to nobody's screen, sessions to their owners; single sign-on is set by the environment.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class MembershipInline(admin.TabularInline[Membership, User]):
    """Roles of a user, on the user's page."""

    model = Membership
    extra = 0
    autocomplete_fields = ("organisation", "jurisdiction")


@admin.action(description="Remove second factors (lost telephone) and end all sessions")
def factors_remove(admin_page: admin.ModelAdmin[User], request: HttpRequest, users: QuerySet[User]) -> None:
    """For members who lost theirs: they set up new ones after signing in with their password."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    for member in users:
        removed = second_factors_remove(actor=request.user, member=member)
        admin_page.message_user(request, f"{member.email}: {removed} removed.", messages.SUCCESS)


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """Users; memberships beside them."""

    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff")
    search_fields = ("email", "name")
    inlines = (MembershipInline,)
    actions = (factors_remove,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin[Organisation]):
    """Organisations."""

    list_display = ("name", "name_en", "kind", "vetting", "jurisdiction")
    list_filter = ("kind", "vetting")
    list_select_related = ("jurisdiction",)
    search_fields = ("name", "name_en", "key")
    autocomplete_fields = ("jurisdiction",)
