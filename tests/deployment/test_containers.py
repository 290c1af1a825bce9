"""What users of the containers rely on."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {"migrate", "web", "worker", "beat", "django-web"}


def test_services():
    assert set(SERVICES) == OURS | {"db", "redis"}


def test_the_web_is_published_on_this_machine_only_and_nothing_else_is():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_django_web_serves_by_default_and_runs_commands_that_are_given():
    assert SERVICES["web"]["networks"]["default"]["aliases"] == ["django-web"]

    tests = SERVICES["django-web"]
    assert tests["build"]["target"] == "test"
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["django-web"]
    # The tests empty their broker.
    assert tests["environment"]["REDIS_URL"] != SERVICES["worker"]["environment"]["REDIS_URL"]


def test_all_services_use_one_image():
    runtime = OURS - {"django-web"}
    assert {SERVICES[name]["image"] for name in runtime} == {"cluster-scheduler"}
    assert [name for name in runtime if "build" in SERVICES[name]] == ["migrate"]
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }


def test_data_outlives_the_containers():
    # postgres:18 does not start with a volume at /var/lib/postgresql/data.
    assert SERVICES["db"]["volumes"] == ["pg:/var/lib/postgresql"]
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]
    assert set(COMPOSE["volumes"]) == {"pg", "redis", "secrets"}


def test_the_broker_keeps_what_it_has_and_evicts_nothing():
    options = SERVICES["redis"]["command"]
    values = dict(pairwise(options))

    assert values["--appendonly"] == "yes"
    assert values["--appendfsync"] == "everysec"
    assert values["--maxmemory-policy"] == "noeviction"


def test_workers_scale_and_have_time_to_finish():
    worker = SERVICES["worker"]

    assert "worker@%h" in worker["command"]
    assert not {"container_name", "hostname", "ports"} & set(worker)
    assert worker["stop_grace_period"] == "40s"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_signal_reaches_the_process_itself(name):
    command = SERVICES[name]["command"]

    assert isinstance(command, list)
    assert command[0] in {"python", "celery"}
    assert SERVICES[name]["init"] is True


@pytest.mark.parametrize("name", ["db", "redis", "web", "worker"])
def test_health_is_checked(name):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_services_restart_and_one_off_services_do_not(name):
    done = name in {"migrate", "django-web"}

    assert SERVICES[name]["restart"] == ("no" if done else "unless-stopped")


@pytest.mark.parametrize("name", sorted(OURS))
def test_no_privileges(name):
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_no_secret_key_is_committed(name):
    environment = SERVICES[name]["environment"]

    assert "SECRET_KEY" not in environment
    volume, place = SERVICES[name]["volumes"][0].split(":")[:2]
    assert (volume, place) == ("secrets", str(Path(environment["SECRET_KEY_FILE"]).parent))


def test_each_image_ends_without_root():
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    users = {}
    for stage in stages:
        [(source, name)] = re.findall(r"\A(\S+) AS (\S+)", stage)
        own = re.findall(r"^USER (\S+)", stage, re.MULTILINE)
        users[name] = own[-1] if own else users.get(source, "root")

    assert (users["runtime"], users["test"]) == ("10001", "10001")
    assert list(users)[-1] == "runtime"


def test_what_is_private_or_made_elsewhere_stays_out_of_the_image():
    ignored = set((ROOT / ".dockerignore").read_text().split())

    assert {".git", ".env", ".venv", ".state", "static"} <= ignored


def test_containers_have_no_more_rights_than_they_need():
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("privileged", False) is False
    for name in OURS - {"django-web"}:
        assert SERVICES[name]["read_only"] is True, name
        assert "cap_add" not in SERVICES[name], name
