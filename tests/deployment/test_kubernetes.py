"""The manifests in deploy/kubernetes are valid, and say what this project needs."""

from datetime import timedelta
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from tasks_app.services import tasks
from tests.deployment.test_containers import SERVICES

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
SETTINGS = FOLDER.parents[1] / "project" / "settings.py"
# The oldest version that is still supported, and the newest that the validator knows.
VERSIONS = ["1.33", "1.37"]


def resources_of(folder):
    """Return the resources that `kubectl kustomize` combines, without those of other folders."""
    names = yaml.safe_load((FOLDER / folder / "kustomization.yaml").read_text())["resources"]
    files = [FOLDER / folder / name for name in names if name.endswith(".yaml")]
    return [each for file in files for each in yaml.safe_load_all(file.read_text())]


BASE = resources_of("base")
KEDA = {each["kind"]: each for each in resources_of("keda")}
PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in BASE
    if "template" in each.get("spec", {})
}
CONTAINERS = {name: pod["containers"][0] for name, pod in PODS.items()}


def test_every_file_is_part_of_the_base():
    names = {file.name for file in (FOLDER / "base").glob("*.yaml")}
    listed = yaml.safe_load((FOLDER / "base" / "kustomization.yaml").read_text())["resources"]
    assert names == {*listed, "kustomization.yaml"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "resource", BASE, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}"
)
def test_resource_is_valid(resource, version):
    kubernetes_validate.validate(resource, version, strict=True)


@pytest.mark.parametrize("name", PODS)
def test_pod_has_no_rights_that_it_does_not_need(name):
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_container_has_the_command_of_docker_compose(name):
    command = SERVICES[name]["command"]
    log_level = command.index("--loglevel")
    assert CONTAINERS[name]["command"] == command[:log_level] + command[log_level + 2 :]


def test_settings_are_read():
    code = SETTINGS.read_text()
    [settings] = [each for each in BASE if each["kind"] == "ConfigMap"]
    assert [name for name in settings["data"] if f'("{name}"' not in code] == []


@pytest.mark.django_db
@override_settings(
    ALLOWED_HOSTS=["localhost", "scheduler.example.com"], API_AUTH="token", SECURE_SSL_REDIRECT=True
)
@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_probe_of_the_web_is_answered(client, probe):
    request = CONTAINERS["web"][probe]["httpGet"]
    [header] = request["httpHeaders"]
    answer = client.get(request["path"], headers={header["name"]: header["value"]})
    assert answer.status_code == 200


@pytest.mark.django_db
def test_query_of_keda_counts_the_slots_that_due_and_running_tasks_need():
    tasks.create_tasks(
        [
            *(tasks.NewTask(a=1, b=1, slots=slots) for slots in (1, 2, 4)),
            tasks.NewTask(a=1, b=1, run_at=timezone.now() + timedelta(hours=1)),
        ]
    )
    [trigger] = KEDA["ScaledObject"]["spec"]["triggers"]
    with connection.cursor() as cursor:
        cursor.execute(trigger["metadata"]["query"])
        assert cursor.fetchone() == (7,)


def test_keda_divides_by_the_slots_of_a_node():
    [trigger] = KEDA["ScaledObject"]["spec"]["triggers"]
    command = CONTAINERS["worker"]["command"]
    slots = command[command.index("--concurrency") + 1]
    assert trigger["metadata"]["targetQueryValue"] == slots
