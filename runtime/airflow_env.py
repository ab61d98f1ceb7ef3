"""The embedded Airflow's environment: LocalExecutor, SQLite, 127.0.0.1, nothing phoning home."""

import os
import secrets
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

from warehouse.settings import PROJECT_ROOT, Settings

LOCAL_SETTINGS = Path(__file__).resolve().parent / "airflow_config"


def _kept_secret(path: Path) -> str:
    """A random secret made once for this installation, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return path.read_text()


def airflow_env(home: Settings, port: int, *, scheduled: bool) -> dict[str, str]:
    """Environment variables for every Airflow process of this run.

    Args:
        home: where Airflow keeps its database and logs (`<home>/airflow`).
        port: of the API server and UI.
        scheduled: let the DAGs' own schedules start runs; else only a person or the command line.
    """
    url = f"http://127.0.0.1:{port}"
    key = _kept_secret(home.airflow / "secret.key")
    own_bin = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{own_bin}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), str(LOCAL_SETTINGS)]),
        "HEEDLINE_HOME": str(home.root),
        "HEEDLINE_SCHEDULED": "1" if scheduled else "0",
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT_ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "4",
        "AIRFLOW__CORE__FERNET_KEY": key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home.airflow / 'airflow.db'}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": key,
        "AIRFLOW__API_AUTH__JWT_SECRET": key,
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home.airflow / "logs"),
        "DO_NOT_TRACK": "1",
        "SCARF_ANALYTICS": "false",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        # numpy's own thread pool would multiply with Airflow's processes on a small machine.
        "OPENBLAS_NUM_THREADS": "1",
    }
