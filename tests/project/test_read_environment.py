"""The environment is read by typed readers that name every problem at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from electioncenters.env import Environment, celery_broker

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("url", "name", "host", "port", "user"),
    [
        ("postgresql://anna:s%40cret@db.example:5433/votes", "votes", "db.example", "5433", "anna"),
        ("postgres:///votes?host=/run/pg&user=anna", "votes", "/run/pg", "", "anna"),
    ],
)
def test_database_address_is_read(url: str, name: str, host: str, port: str, user: str) -> None:
    entry = Environment({"DATABASE_URL": url}).database("DATABASE_URL", "")
    assert (entry["NAME"], entry["HOST"], entry["PORT"], entry["USER"]) == (name, host, port, user)
    assert entry["OPTIONS"] == {}


def test_password_is_decoded() -> None:
    entry = Environment({"D": "postgresql://anna:s%40cret@db.example/votes"}).database("D", "")
    assert entry["PASSWORD"] == "s@cret"


def test_all_problems_are_named_at_once() -> None:
    env = Environment({"FLAG": "perhaps", "PORT": "-1", "KIND": "z", "DB": "mysql://x/y", "R": "http://x"})
    env.text("NAME")
    env.flag("FLAG", default=True)
    env.number("PORT", 8000)
    env.choice("KIND", ("a", "b"), "a")
    env.database("DB", "")
    env.redis("R", "")
    with pytest.raises(ImproperlyConfigured) as caught:
        env.check()
    for word in ("NAME is required", "FLAG", "PORT", "KIND", "DB", "R must start"):
        assert word in str(caught.value)


def test_no_problem_raises_nothing() -> None:
    env = Environment({"HOSTS": "a.example, b.example,"})
    assert env.names("HOSTS") == ["a.example", "b.example"]
    assert env.text("UNSET", "x") == "x"
    env.check()


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://localhost:6379/2", "redis://localhost:6379/2"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
    ],
)
def test_broker_address_follows_redis_address(url: str, broker: str) -> None:
    assert celery_broker(url) == broker


def _manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_names_everything_that_is_missing() -> None:
    result = _manage("check", ENVIRONMENT="production")
    assert result.returncode != 0
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_HOST"):
        assert f"{name} " in result.stderr


def test_production_settings_pass_the_deployment_check() -> None:
    result = _manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        ENVIRONMENT="production",
        SECRET_KEY="fictional-" + "k7Q!z" * 12,
        ALLOWED_HOSTS="portal.example",
        PUBLIC_URL="https://portal.example",
        DATABASE_URL="postgresql://portal@db.example/portal",
        REDIS_URL="redis://cache.example/0",
        EMAIL_HOST="mail.example",
    )
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_shares_are_read_by_name() -> None:
    env = Environment({"SHARES": "incitement=20, other=0", "BAD": "incitement=200,x", "NONE": ""})
    assert env.shares("SHARES") == {"incitement": 20, "other": 0}
    assert env.shares("NONE") == {}
    assert env.shares("BAD") == {}
    with pytest.raises(ImproperlyConfigured, match="incitement=200"):
        env.check()
