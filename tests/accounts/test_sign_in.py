"""Signing in: password and second factor, set-up, lock-out, sessions, forgotten passwords."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from pytest_django import Settings
from redis.exceptions import ConnectionError as ValkeyAwayError

from accounts.models import Role, User
from tests.members import SECRET, client_of, code_now, given_factor, given_member

pytestmark = pytest.mark.django_db

PASSWORD = "a long fictional password"
LOGIN, SECOND, HOME = "/staff/account/login/", "/staff/account/factors/authenticate/", "/staff/"


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def member() -> User:
    user = given_member(Role.MODERATOR)
    user.set_password(PASSWORD)
    user.save()
    return user


def given_password(client: Client, email: str = "anna@fictional.example", password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password} | more)


def test_stranger_is_led_to_sign_in_and_back(client: Client, member: User) -> None:
    given_factor(member)
    asked = client.get("/staff/?from=mail")
    assert asked.status_code == HTTPStatus.FOUND
    assert asked["Location"] == f"{LOGIN}?next=/staff/%3Ffrom%3Dmail"
    page = client.get(asked["Location"])
    assert page.status_code == HTTPStatus.OK
    assert 'name="next" value="/staff/?from=mail"' in page.content.decode()

    first = given_password(client, next="/staff/?from=mail")
    assert first["Location"].startswith(SECOND)
    second = client.post(SECOND, {"code": code_now()})

    assert second["Location"] == "/staff/?from=mail"
    assert client.get(second["Location"]).status_code == HTTPStatus.OK


def test_password_alone_opens_only_what_leads_to_a_second_factor(client: Client, member: User) -> None:
    given_password(client)
    for path in (HOME, "/staff/members/", "/staff/account/factors/recovery-codes/", "/staff/account/password/change/"):
        assert client.get(path)["Location"] == "/staff/account/factors/", path
    page = client.get("/staff/account/factors/").content.decode()
    assert "Before you can work here" in page
    assert "Labelling" not in page


@pytest.mark.django_db(transaction=True)
def test_member_works_after_setting_up_an_app(client: Client, member: User) -> None:
    given_password(client)
    asked = client.get("/staff/account/factors/totp/activate/")
    assert asked["Location"].startswith("/staff/account/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    form = client.get("/staff/account/factors/totp/activate/")
    secret = re.search(r'id="authenticator_secret"[^>]*value="(\w+)"', form.content.decode())
    assert secret is not None

    wrong = client.post("/staff/account/factors/totp/activate/", {"code": "000000"})
    assert "Incorrect code." in wrong.content.decode()
    done = client.post("/staff/account/factors/totp/activate/", {"code": code_now(secret[1])})

    assert done["Location"] == "/staff/account/factors/recovery-codes/"
    assert client.get(HOME).status_code == HTTPStatus.OK
    kept = Authenticator.objects.get(user=member, type=Authenticator.Type.TOTP)
    assert secret[1] not in str(kept.data)


def test_session_without_second_factor_stays_shut_when_one_is_set_up_elsewhere(client: Client, member: User) -> None:
    given_password(client)
    given_factor(member)
    assert client.get(HOME)["Location"] == "/staff/account/factors/"


def test_work_ends_when_the_last_factor_is_removed(member: User) -> None:
    client = client_of(member)
    assert client.get(HOME).status_code == HTTPStatus.OK
    Authenticator.objects.filter(user=member).delete()
    assert client.get(HOME)["Location"] == "/staff/account/factors/"


def test_code_works_once(client: Client, member: User) -> None:
    given_factor(member)
    code = code_now()
    given_password(client)
    assert client.post(SECOND, {"code": code})["Location"] == HOME
    other = Client()
    given_password(other)
    refused = other.post(SECOND, {"code": code})
    assert refused.status_code == HTTPStatus.OK
    assert "Incorrect code." in refused.content.decode()


def test_account_is_locked_after_five_wrong_passwords(client: Client, member: User) -> None:
    for _ in range(5):
        answer = given_password(client, password="wrong")
        assert "not correct" in answer.content.decode()
    locked = given_password(client)
    assert "Too many failed login attempts" in locked.content.decode()
    assert "_auth_user_id" not in client.session


def test_account_is_locked_after_five_wrong_codes(client: Client, member: User) -> None:
    given_factor(member)
    given_password(client)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    locked = client.post(SECOND, {"code": code_now()})
    assert "Too many failed login attempts" in locked.content.decode()


def test_guessing_is_limited_while_valkey_is_away(client: Client, member: User, monkeypatch: Any) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ValkeyAwayError("away")

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(f"django.core.cache.backends.redis.RedisCacheClient.{name}", away)
    email = f"guessed-{time.monotonic_ns()}@fictional.example"
    for _ in range(5):
        assert "not correct" in given_password(client, email, "wrong").content.decode()
    assert "Too many failed login attempts" in given_password(client, email, "wrong").content.decode()
    assert given_password(Client(REMOTE_ADDR="192.0.2.7")).status_code == HTTPStatus.FOUND


def test_nobody_signs_up(client: Client) -> None:
    fields = {"email": "new@fictional.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "by invitation" in client.post("/staff/account/signup/", fields).content.decode()
    assert not User.objects.exists()
    assert "sign up" not in client.get(LOGIN).content.decode().lower()


def test_administration_asks_for_sign_in_and_second_factor_first(client: Client) -> None:
    root = given_member(is_staff=True, is_superuser=True)
    root.set_password(PASSWORD)
    root.save()
    assert client.get("/admin/")["Location"].startswith(LOGIN)
    posted = client.post("/admin/login/", {"username": root.email, "password": PASSWORD})
    assert posted["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session

    given_password(client)
    assert client.get("/admin/")["Location"] == "/staff/account/factors/"
    assert client_of(root).get("/admin/").status_code == HTTPStatus.OK


def test_administration_is_shut_to_members(member: User) -> None:
    assert client_of(member).get("/admin/").status_code == HTTPStatus.FORBIDDEN


def test_sessions_are_listed_and_ended_everywhere_else(member: User) -> None:
    given_factor(member)
    here, there = Client(HTTP_USER_AGENT="Here"), Client(HTTP_USER_AGENT="There")
    for browser, step in ((here, 0), (there, 1)):
        given_password(browser)
        Authenticator.objects.filter(user=member).update(data={})
        Authenticator.objects.filter(user=member).delete()
        given_factor(member)
        browser.post(SECOND, {"code": code_at(step)})
    page = here.get("/staff/account/sessions/").content.decode()
    assert "Here" in page
    assert "There" in page

    here.post("/staff/account/sessions/")

    assert there.get(HOME)["Location"].startswith(LOGIN)
    assert here.get(HOME).status_code == HTTPStatus.OK


def code_at(step: int) -> str:
    """The code of this half minute or the one after, both of which are taken."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + step)))


def test_signing_out_ends_the_session(member: User) -> None:
    client = client_of(member)
    assert client.post("/staff/account/logout/")["Location"] == LOGIN
    assert client.get(HOME)["Location"].startswith(LOGIN)


def test_forgotten_password_is_replaced_by_a_link_that_works_once(client: Client, member: User) -> None:
    client.post("/staff/account/password/reset/", {"email": member.email})
    (letter,) = mail.outbox
    assert letter.to == [member.email]
    link = re.search(r"http://testserver(/staff/account/password/reset/\S+)", letter.body)
    assert link is not None
    form = client.get(link[1])
    new = "another fictional password"
    client.post(form["Location"], {"password1": new, "password2": new})

    assert "_auth_user_id" not in client.session
    assert given_password(Client(), password=new).status_code == HTTPStatus.FOUND
    assert "invalid" in Client().get(link[1], follow=True).content.decode()


def test_unknown_address_is_answered_like_a_known_one(client: Client, member: User) -> None:
    known = client.post("/staff/account/password/reset/", {"email": member.email})
    unknown = client.post("/staff/account/password/reset/", {"email": "nobody@fictional.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_failing_mail_is_said(client: Client, member: User, monkeypatch: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    answer = client.post("/staff/account/password/reset/", {"email": member.email})
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "could not be sent" in answer.content.decode()


def test_secret_is_read_after_the_key_was_changed(client: Client, member: User, settings: Settings) -> None:
    given_factor(member)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new-" + "y" * 50
    given_password(client)
    assert client.post(SECOND, {"code": code_now()})["Location"] == HOME


def test_form_from_before_signing_in_is_refused_in_words(member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(LOGIN, {"login": member.email, "password": PASSWORD})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "Open the page again" in answer.content.decode()


def test_workspace_is_never_kept_by_caches_and_runs_no_foreign_script(member: User) -> None:
    page = client_of(member).get(HOME)
    assert page["Cache-Control"] == "no-store, private"
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    assert "style=" not in page.content.decode()
