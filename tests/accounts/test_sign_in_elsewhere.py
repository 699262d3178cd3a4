"""Single sign-on against a real OpenID Connect provider: it opens accounts that exist, replaces no second factor, and
takes no token that is not sound.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from pytest_django import Settings

from accounts.models import Role, User
from tests.accounts.providers import CLIENT, SECRET, Provider, key_made, provider_running
from tests.members import code_now, given_factor, given_member

pytestmark = pytest.mark.django_db

SSO = "/staff/account/sso/organisation/login/"
FACTOR, HOME = "/staff/account/factors/authenticate/", "/staff/"
ANNA = "anna@fictional.example"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """One that the portal is set up with."""
    with provider_running() as running:
        running.user["email"] = ANNA
        app = {
            "provider_id": "organisation",
            "name": "Fictional ministry",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": running.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
        yield running


@pytest.fixture
def member() -> User:
    user = given_member(Role.MODERATOR)
    user.set_password("a long fictional password")
    user.save()
    given_factor(user)
    return user


def sent(client: Client, query: str = "") -> tuple[str, dict[str, str]]:
    """Where the portal sends who wants to sign in, and with which parameters."""
    answer: Any = client.get(f"{SSO}{query}")
    assert answer.status_code == HTTPStatus.FOUND, answer.content.decode()
    return answer["Location"], {
        name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()
    }


def came_back(client: Client, provider: Provider, query: str = "") -> Any:
    """There and back again."""
    address, asked = sent(client, query)
    return client.get(f"{SSO}callback/", {"code": provider.authorize(address), "state": asked["state"]})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def refused(client: Client, answer: Any) -> bool:
    """Nobody is signed in, no second factor is asked for, and the page says so in words."""
    page = answer.content.decode()
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Traceback" not in page
    return not is_signed_in(client) and client.get(HOME)["Location"].startswith("/staff/account/login/")


def test_member_signs_in_with_a_verified_address_and_the_second_factor(
    client: Client, provider: Provider, member: User
) -> None:
    password = member.password
    page = client.get("/staff/account/login/?next=/staff/members/").content.decode()
    assert "Fictional ministry" in page
    address, asked = sent(client)
    assert address.startswith(f"{provider.url}/authorize?")
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32
    assert urlsplit(asked["redirect_uri"]).path == f"{SSO}callback/"

    back = came_back(client, provider)
    assert back["Location"] == FACTOR, "others' checks do not replace the second factor"
    assert client.get(HOME)["Location"].startswith("/staff/account/login/")
    done = client.post(FACTOR, {"code": code_now()})

    assert done["Location"] == HOME
    assert client.get(HOME).status_code == HTTPStatus.OK
    member.refresh_from_db()
    assert member.password == password, "the password still opens the account"
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


def test_member_without_a_second_factor_is_led_to_set_one_up(client: Client, provider: Provider) -> None:
    given_member(Role.MODERATOR)
    came_back(client, provider)
    assert client.get(HOME)["Location"] == "/staff/account/factors/"


@pytest.mark.parametrize(
    "said",
    [
        {"email": "stranger@fictional.example"},
        {"email": ANNA, "email_verified": False},
        {"email": ANNA, "email_verified": "false"},
        {"email": ANNA, "email_verified": None},
        {"email": None},
    ],
)
def test_who_has_no_account_is_told_politely(
    client: Client, provider: Provider, member: User, said: dict[str, Any]
) -> None:
    provider.user |= said
    answer = came_back(client, provider)
    assert "Accounts come by invitation" in answer.content.decode()
    assert User.objects.count() == 1
    assert not is_signed_in(client)


def test_account_that_was_closed_stays_closed(client: Client, provider: Provider, member: User) -> None:
    User.objects.update(is_active=False)
    came_back(client, provider)
    assert not is_signed_in(client)
    assert client.get(HOME)["Location"].startswith("/staff/account/login/")


@pytest.mark.parametrize("state", ["", "forged"])
def test_answer_with_a_forged_state_is_refused(client: Client, provider: Provider, member: User, state: str) -> None:
    address, _ = sent(client)
    code = provider.authorize(address)
    assert refused(client, client.get(f"{SSO}callback/", {"code": code, "state": state}))
    assert code in provider.asked, "the code was not even used"


def test_answer_to_somebody_elses_sign_in_is_refused(client: Client, provider: Provider, member: User) -> None:
    attacker = Client()
    address, asked = sent(attacker)
    code = provider.authorize(address)
    # Their state is not of this session; their code with one's own state fits neither challenge nor nonce.
    assert refused(client, client.get(f"{SSO}callback/", {"code": code, "state": asked["state"]}))
    _, own = sent(client)
    assert refused(client, client.get(f"{SSO}callback/", {"code": code, "state": own["state"]}))


def test_answer_is_taken_once(client: Client, provider: Provider, member: User) -> None:
    address, asked = sent(client)
    given = {"code": provider.authorize(address), "state": asked["state"]}
    assert client.get(f"{SSO}callback/", given)["Location"] == FACTOR
    other = Client()
    assert refused(other, other.get(f"{SSO}callback/", given))


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"sub": "somebody-else"},
        {"sub": None},
    ],
)
def test_token_that_is_not_for_this_sign_in_is_refused(
    client: Client, provider: Provider, member: User, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert refused(client, came_back(client, provider))


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", "other"), ("HS256", "x" * 40), ("none", None)])
def test_token_that_the_provider_did_not_sign_is_refused(
    client: Client, provider: Provider, member: User, algorithm: str, key: str | None
) -> None:
    provider.algorithm = algorithm
    provider.signing_key = key_made() if key == "other" else key
    assert refused(client, came_back(client, provider))


def test_provider_that_refuses_or_is_away_is_said_in_words(client: Client, provider: Provider, member: User) -> None:
    _, asked = sent(client)
    answer = client.get(f"{SSO}callback/", {"error": "access_denied", "state": asked["state"]})
    assert refused(client, answer)
    provider.is_away = True
    other = Client()
    assert refused(other, other.get(SSO))


def test_way_back_leads_nowhere_else(client: Client, provider: Provider, member: User) -> None:
    came_back(client, provider, "?next=https://elsewhere.example/")
    assert client.post(FACTOR, {"code": code_now()})["Location"] == HOME


def test_unknown_provider_has_no_page(client: Client, provider: Provider) -> None:
    for path in ("", "callback/"):
        assert client.get(f"/staff/account/sso/nobody/login/{path}").status_code == HTTPStatus.NOT_FOUND
