"""The production files: valid by the Compose specification, closed by default, documented."""

import json
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"migrate"}
# Only with `--profile`; whoever leaves it out need not fill in its secrets.
ON_DEMAND = {name for name, service in SERVICES.items() if service.get("profiles")}
OF_SUPERSET = {"SUPERSET_SECRET_KEY", "SUPERSET_ADMIN_USER", "SUPERSET_ADMIN_PASSWORD"}
LONG_RUNNING = sorted(set(SERVICES) - ONE_SHOT)
SECRET = re.compile(r"PASSWORD|SECRET|KEY|USER")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:[?-])?(?P<rest>[^}]*)\}")


def test_it_is_valid_by_the_compose_specification() -> None:
    """The specification's own schema, as the package check-jsonschema carries it."""
    package = find_spec("check_jsonschema")
    assert package is not None, "check-jsonschema, of requirements.in, is not installed"
    assert package.origin is not None
    file = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(file.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(COMPOSE)] == []


def test_the_services_of_a_production_airflow_are_there() -> None:
    assert set(SERVICES) == {
        *("postgres", "migrate", "api-server", "scheduler", "dag-processor", "triggerer"),
        *ON_DEMAND,
    }
    assert {"superset"} <= ON_DEMAND


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_every_service_that_stays_up_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_is_open_to_the_network_or_privileged(name: str) -> None:
    service = SERVICES[name]

    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service.get("network_mode") is None


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres", "migrate"} - ON_DEMAND))
def test_airflow_starts_after_the_database_is_migrated(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_every_secret_must_be_given_and_none_has_a_default() -> None:
    variables = {match["name"]: match["rule"] for match in VARIABLE.finditer(TEXT)}
    secrets = {name for name in variables if SECRET.search(name)}

    assert secrets >= {"POSTGRES_PASSWORD", "AIRFLOW_FERNET_KEY", "HEEDLINE_ADMIN_PASSWORD"}
    assert {name for name in secrets if variables[name] != ":?"} == OF_SUPERSET
    assert {name for name, rule in variables.items() if rule is None} == set()


@pytest.mark.parametrize("missing", sorted(OF_SUPERSET))
def test_superset_does_not_start_without_its_secrets(missing: str) -> None:
    given = dict.fromkeys(OF_SUPERSET - {missing}, "given") | {missing: "", "SUPERSET_HOME": "/"}
    script = ROOT / "dashboards" / "superset" / "start.sh"
    ran = subprocess.run([script], env=given, capture_output=True, text=True, check=False)

    assert ran.returncode != 0
    assert missing in ran.stderr


def test_superset_sees_the_published_version_only_and_cannot_change_it() -> None:
    own, published = SERVICES["superset"]["volumes"]

    assert own == "superset:/superset"
    assert published["read_only"]
    assert published["volume"] == {"subpath": "published"}
    assert SERVICES["superset"]["read_only"]


def test_no_environment_value_is_a_written_out_secret() -> None:
    for name, service in SERVICES.items():
        for key, value in service["environment"].items():
            if re.search(r"PASSWORD$|SECRET|_KEY$", key):
                assert str(value).startswith("${"), f"{name}: {key}"


def test_env_example_names_every_variable_and_no_secret() -> None:
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    variables = {match["name"]: match for match in VARIABLE.finditer(TEXT)}

    assert set(example) == set(variables)
    for name, match in variables.items():
        # A required one is empty; an optional one shows the default that the compose file has.
        assert example[name] == ("" if match["rule"] == ":?" else match["rest"]), name


def test_every_airflow_setting_exists_in_this_airflow() -> None:
    from airflow.configuration import retrieve_configuration_description

    known = retrieve_configuration_description(include_providers=False)
    for key in SERVICES["scheduler"]["environment"]:
        if key.startswith("AIRFLOW__"):
            _, section, option = key.lower().split("__")
            assert option in known[section]["options"], key


def test_every_heedline_setting_exists() -> None:
    from warehouse.settings import Settings

    read_elsewhere = {"HEEDLINE_ADMIN_USER", "HEEDLINE_ADMIN_PASSWORD"}
    known = {f"HEEDLINE_{name.upper()}" for name in Settings.model_fields} | read_elsewhere
    for service in SERVICES.values():
        named = {key for key in service["environment"] if key.startswith("HEEDLINE_")}
        assert named <= known


def test_secrets_stay_out_of_the_repository_and_the_image() -> None:
    for name in (".env", "deploy/channels.env"):
        ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False)
        assert ignored.returncode == 0, name
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "**/*.env", ".git", "data"} <= set(left_out)


def test_the_image_runs_as_nobody_special_from_the_lock() -> None:
    steps = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in steps
    assert steps.rindex("USER heedline") > steps.rindex("RUN ")
    uv = re.search(r"UV_VERSION := (\S+)", (ROOT / "Makefile").read_text())
    assert uv
    assert f"uv=={uv[1]}" in steps


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres"}))
def test_every_file_a_service_runs_is_there(name: str) -> None:
    service = SERVICES[name]
    words = [*service["command"], *service.get("healthcheck", {}).get("test", [])]
    for word in words:
        if word.startswith("/app/"):
            context = ROOT / service["build"]["context"]
            assert (context / word.removeprefix("/app/")).is_file()


def test_the_migration_script_is_shell() -> None:
    script = ROOT / "deploy" / "migrate.sh"

    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)
