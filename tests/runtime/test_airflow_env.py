"""The embedded Airflow listens on loopback only, phones nobody, and keeps its key to itself."""

from runtime.airflow_env import airflow_env
from warehouse.settings import settings


def test_every_address_is_loopback() -> None:
    env = airflow_env(settings(), 8123, scheduled=False)
    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"
    urls = [v for k, v in env.items() if k.startswith("AIRFLOW__") and v.startswith("http")]
    assert urls
    assert all(url.startswith("http://127.0.0.1:8123") for url in urls)


def test_the_key_is_made_once_and_readable_by_its_owner_only() -> None:
    first, second = (airflow_env(settings(), 1, scheduled=True) for _ in range(2))
    assert first["AIRFLOW__CORE__FERNET_KEY"] == second["AIRFLOW__CORE__FERNET_KEY"]
    assert (settings().airflow / "secret.key").stat().st_mode & 0o077 == 0


def test_usage_reports_are_off() -> None:
    env = airflow_env(settings(), 1, scheduled=True)
    assert env["DO_NOT_TRACK"] == "1"
    assert env["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert env["GX_ANALYTICS_ENABLED"] == "false"
