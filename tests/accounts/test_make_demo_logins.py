"""Logins for trying the portal out."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from accounts.services import demo_users_ensure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checkout(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_every_demo_login_works_and_stays_when_made_again(tmp_path: Path) -> None:
    logins = demo_users_ensure()
    assert demo_users_ensure() == logins
    assert User.objects.count() == len(logins)
    for login in logins:
        assert User.objects.get(email=login.email).check_password(login.password)
    assert (tmp_path / ".data" / "demo-password").stat().st_mode & 0o077 == 0


def test_every_demo_login_gets_the_new_password_when_the_old_one_is_lost(tmp_path: Path) -> None:
    before = demo_users_ensure()
    (tmp_path / ".data" / "demo-password").unlink()
    after = demo_users_ensure()
    assert {login.password for login in before} != {login.password for login in after}
    for login in after:
        assert User.objects.get(email=login.email).check_password(login.password)
    assert [login.what for login in after if User.objects.get(email=login.email).is_superuser] == ["administrator"]
