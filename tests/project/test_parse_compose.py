"""The container files cannot be run here; they are held to the project they describe."""

from __future__ import annotations

import ast
import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from bench.nginx import configuration
from electioncenters.embedded.postgres import MAJOR_VERSION

_ROOT = Path(__file__).resolve().parents[2]
_LONG_RUNNING = {"postgres", "valkey", "web", "worker", "courier", "beat", "labeler", "nginx"}
_PORTAL = {"migrate", "web", "worker", "courier", "beat", "labeler"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services of docker-compose.yml by name."""
    read: dict[str, dict[str, Any]] = yaml.safe_load((_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
        "services"
    ]
    return read


@pytest.fixture(scope="module")
def dockerfile() -> list[list[str]]:
    """The Dockerfile's instructions, each split into words."""
    text = (_ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [[line.split()[0], *line.split(maxsplit=1)[1:]] for line in lines]


@pytest.fixture(scope="module")
def nginx() -> str:
    """nginx.conf without comments."""
    return re.sub(r"#.*", "", (_ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8"))


def read_names() -> set[str]:
    """Names that settings.py reads from the environment."""
    tree = ast.parse((_ROOT / "electioncenters" / "settings.py").read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = set()
    for call in calls:
        function = call.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "_env":
            read = call.args if function.attr == "single_sign_on" else call.args[:1]
            names |= {str(word.value) for word in read if isinstance(word, ast.Constant)}
    return names


def example_names() -> set[str]:
    lines = (_ROOT / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def command_of(service: dict[str, Any], dockerfile: list[list[str]]) -> list[str]:
    """The command a service of the portal runs: its own, or the image's."""
    if "command" in service:
        return [str(word) for word in service["command"]]
    (image,) = (rest for word, rest in dockerfile if word == "CMD")
    return [str(word) for word in ast.literal_eval(image)]


def healthcheck_words(service: dict[str, Any]) -> list[str]:
    """The probe's words, whether written as a list or for a shell."""
    test = [str(word) for word in service["healthcheck"]["test"]]
    return shlex.split(test[1]) if test[0] == "CMD-SHELL" else test[1:]


def test_services_are_the_whole_portal(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == _LONG_RUNNING | {"migrate"}


@pytest.mark.parametrize("name", sorted(_LONG_RUNNING))
def test_service_says_whether_it_is_well(services: dict[str, dict[str, Any]], name: str) -> None:
    check = services[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(check)
    assert services[name]["restart"] == "unless-stopped"


def test_healthchecks_run_what_exists(services: dict[str, dict[str, Any]]) -> None:
    from deploy.healthcheck import BEAT_SCHEDULE

    for name in ("web", "labeler", "beat"):
        program, script, part = healthcheck_words(services[name])
        assert (program, part) == ("python", name)
        assert (_ROOT / script).is_file()
    beat = services["beat"]["command"]
    assert beat[beat.index("--schedule") + 1] == str(BEAT_SCHEDULE)


@pytest.mark.parametrize("name", ["worker", "courier"])
def test_worker_is_asked_by_the_name_it_has(services: dict[str, dict[str, Any]], name: str) -> None:
    words = services[name]["command"]
    assert words[words.index("--hostname") + 1] == f"{name}@%h"
    assert f"{name}@$$(hostname)" in healthcheck_words(services[name])


def test_every_queue_has_its_worker(services: dict[str, dict[str, Any]]) -> None:
    commands = [services[name]["command"] for name in ("worker", "courier")]
    taken = [words[words.index("--queues") + 1] for words in commands]
    assert taken == list(settings.CELERY_TASK_QUEUES)


@pytest.mark.parametrize("name", sorted(_PORTAL))
def test_environment_is_read_by_settings_and_complete(services: dict[str, dict[str, Any]], name: str) -> None:
    given = services[name]["environment"]
    assert set(given) <= read_names()
    assert {"ENVIRONMENT", "SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL"} <= set(given)
    assert given["ENVIRONMENT"] == "production"


def test_addresses_name_services(services: dict[str, dict[str, Any]]) -> None:
    given = services["web"]["environment"]
    assert "@postgres:5432/" in given["DATABASE_URL"]
    assert given["REDIS_URL"].startswith("redis://valkey:6379/")
    assert given["DATABASE_URL"].endswith(f"/{services['postgres']['environment']['POSTGRES_DB']}")
    assert f"//{services['postgres']['environment']['POSTGRES_USER']}:" in given["DATABASE_URL"]


def test_example_environment_names_all_and_only_what_compose_asks_for() -> None:
    text = (_ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    # Which profiles run is asked by docker itself.
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) | {"COMPOSE_PROFILES"} == example_names()


def test_no_secret_has_a_default() -> None:
    text = (_ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert set(re.findall(rf"\$\{{{name}([^}}]*)\}}", text)) == {":?see deploy/env.example"}


@pytest.mark.parametrize("name", sorted(_PORTAL))
def test_command_exists(services: dict[str, dict[str, Any]], dockerfile: list[list[str]], name: str) -> None:
    words = command_of(services[name], dockerfile)
    line = " ".join(words)
    for command in re.findall(r"manage\.py (\w+)", line):
        assert command in get_commands()
    if words[0] == "celery":
        assert import_module(f"{words[words.index('-A') + 1]}.celery").app.main == "electioncenters"
    if words[0] == "granian":
        module, _, attribute = words[-1].partition(":")
        assert callable(getattr(import_module(module), attribute))
    assert words[0] in {"celery", "granian"} or re.search(r"manage\.py \w+", line)


def test_others_wait_for_migrations(services: dict[str, dict[str, Any]]) -> None:
    for name in ("web", "worker", "courier", "beat", "labeler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]


def test_servers_are_of_the_versions_that_are_tested(services: dict[str, dict[str, Any]]) -> None:
    assert services["postgres"]["image"] == f"postgres:{MAJOR_VERSION}"
    assert services["valkey"]["image"] == "valkey/valkey:9"


def test_only_nginx_is_reachable_from_outside(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, service in services.items() if "ports" in service} == {"nginx"}
    assert {name for name, service in services.items() if "outside" in service["networks"]} == {"nginx", "courier"}


def test_nginx_passes_to_the_web_service(nginx: str, services: dict[str, dict[str, Any]]) -> None:
    upstreams = dict(re.findall(r"upstream (\w+) \{.*?server ([\w:]+)", nginx, flags=re.DOTALL))
    passed = set(re.findall(r"proxy_pass http://(\w+);", nginx))
    assert passed == set(upstreams)
    assert upstreams == {"portal": "web:8000", "labeler": "labeler:8100"}
    assert {target.partition(":")[0] for target in upstreams.values()} <= set(services)
    labeler = services["labeler"]["command"]
    assert labeler[labeler.index("--port") + 1] == "8100"


def test_nginx_passes_the_network_to_the_label_service(nginx: str) -> None:
    for path in ("= /xrpc/com.atproto.label.subscribeLabels", "/xrpc/", "= /.well-known/did.json"):
        assert re.search(rf"location {re.escape(path)} \{{\s*proxy_pass http://labeler;", nginx), path
    stream = nginx[nginx.index("subscribeLabels") :].partition("}")[0]
    assert "proxy_set_header Upgrade $http_upgrade;" in stream
    assert "proxy_buffering off;" in stream


def test_nobody_but_the_label_service_has_its_key(services: dict[str, dict[str, Any]]) -> None:
    assert {name for name, one in services.items() if "LABELER_KEY" in one.get("environment", {})} == {"labeler"}
    # Whoever does not want it does not start it.
    assert services["labeler"]["profiles"] == ["labeler"]


def test_nginx_keeps_voter_pages_and_nobodys_address(nginx: str) -> None:
    assert re.search(r"^\s*access_log off;", nginx, flags=re.MULTILINE)
    assert re.search(r"^error_log \S+ emerg;", nginx, flags=re.MULTILINE)
    assert "X-Forwarded-For" not in nginx
    # Sign-in counts guesses by address; that of whoever reads is never told.
    (workspace,) = re.findall(r"location ~ \^/\(admin\|staff\)/ \{(.*?)\n\s*\}", nginx, flags=re.DOTALL)
    assert "proxy_set_header X-Real-IP $remote_addr;" in workspace
    # Reports and appeals are counted by it, for ten minutes (decision 21).
    (forms,) = re.findall(r"location ~ \^/\[a-z\]\[a-z\]/\(report\|labels\S+ \{(.*?)\n\s*\}", nginx, flags=re.DOTALL)
    assert "X-Real-IP $remote_addr" in forms
    assert "proxy_cache" not in forms
    # The form for films is the workspace's, too.
    (files,) = re.findall(r"location ~ \^/staff/centers/\S+ \{(.*?)\n\s*\}", nginx, flags=re.DOTALL)
    assert "X-Real-IP $remote_addr" in files
    assert nginx.count("$remote_addr") == 3
    assert re.search(r"proxy_cache_lock\s+on;", nginx)
    assert re.search(r"proxy_cache_background_update\s+on;", nginx)
    # Cache-Control with its stale-while-revalidate and stale-if-error must count.
    assert "proxy_ignore_headers" not in nginx
    assert "proxy_cache_valid" not in nginx


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_nginx_does_not_pass_on_what_is_for_operators(nginx: str, path: str) -> None:
    assert re.search(rf"location = {path} \{{\s*return 404;", nginx)


def test_nginx_braces_are_closed_and_statements_ended(nginx: str) -> None:
    assert nginx.count("{") == nginx.count("}")
    for line in filter(None, map(str.strip, nginx.splitlines())):
        assert line[-1] in "{};", line


def test_nginx_files_are_mounted(nginx: str, services: dict[str, dict[str, Any]]) -> None:
    mounted = [volume.rsplit(":", 2) for volume in services["nginx"]["volumes"]]
    assert ["./deploy/nginx.conf", "/etc/nginx/nginx.conf", "ro"] in mounted
    assert any(where[-2:] == ["/etc/nginx/tls", "ro"] for where in mounted)
    for file in re.findall(r"ssl_certificate(?:_key)? (\S+);", nginx):
        assert file.startswith("/etc/nginx/tls/")


def test_image_copies_what_exists_and_all_apps(dockerfile: list[list[str]]) -> None:
    from django.conf import settings

    copied = [rest.split() for word, rest in dockerfile if word == "COPY" and "--from" not in rest]
    sources = [source for words in copied for source in words[:-1]]
    assert all((_ROOT / source).exists() for source in sources)
    apps = {name.split(".")[0] for name in settings.INSTALLED_APPS}
    assert {name for name in apps if (_ROOT / name).is_dir()} <= set(sources)
    assert {"manage.py", "templates", "static", "locale"} <= set(sources)
    ignored = (_ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert not set(sources) & set(ignored)


def test_image_is_built_from_locked_packages_without_those_for_development(dockerfile: list[list[str]]) -> None:
    text = "\n".join(" ".join(words) for words in dockerfile)
    assert "--require-hashes" in text
    assert "requirements-dev" not in text
    assert "compile_locale" in text
    assert "collectstatic" in text


def test_image_runs_as_nobody_special(dockerfile: list[list[str]]) -> None:
    stages = [index for index, (word, _) in enumerate(dockerfile) if word == "FROM"]
    assert len(stages) == 2
    last = dockerfile[stages[-1] :]
    (user,) = (rest for word, rest in last if word == "USER")
    assert user not in {"root", "0"}
    assert any(word == "RUN" and "useradd" in rest and rest.endswith(user) for word, rest in last)
    assert all("chown" not in rest for word, rest in last if word == "COPY")


def test_nginx_is_measured_as_it_is_shipped(nginx: str, tmp_path: Path) -> None:
    measured = configuration(folder=tmp_path, portal=9001, port=9002, headers={"x-said": 'a "b" \\ c'})
    assert [line for line in nginx.splitlines() if "proxy_cache" in line and "path" not in line] == [
        line for line in measured.splitlines() if "proxy_cache" in line and "path" not in line
    ]
    assert not re.search(r"web:8000|/etc/nginx|/var/cache", measured)
    assert 'add_header x-said "a \\"b\\" \\\\ c";' in measured
