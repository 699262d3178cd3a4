"""The person who signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from accounts.models.membership import Membership


class UserManager(BaseUserManager["User"]):
    """Creates users; addresses are stored as typed and compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new user; without a password nobody can sign in with one."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new administrator."""
        return self.create_user(email, password, **({"is_staff": True, "is_superuser": True} | fields))

    def get_by_natural_key(self, email: str | None) -> User:
        """The user who signs in with `email`, whatever its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, known by an email address."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # Anna@example.org and anna@example.org are one mailbox for everyone who types it.
            models.UniqueConstraint(Lower("email"), name="user_email_unique_without_case"),
        ]

    def __str__(self) -> str:
        return self.email

    @cached_property
    def memberships_held(self) -> list[Membership]:
        """All roles with their organisations, read once for all the questions of a request."""
        return list(self.memberships.select_related("organisation", "jurisdiction").order_by("id"))
