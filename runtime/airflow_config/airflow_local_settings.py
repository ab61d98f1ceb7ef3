"""Airflow reads this file in every one of its processes.

The scheduler of the embedded runtime forks its task processes. Importing the heavy libraries once,
in the parent, saves every task the two or three seconds of importing them again.
"""

import importlib
import sys

_HEAVY = (
    "dlt",
    "dlt.destinations",
    "duckdb",
    "great_expectations",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "pyarrow.parquet",
    "pydantic_settings",
    "airflow.sdk.definitions.decorators",
)

if "scheduler" in sys.argv[1:2]:
    for _name in _HEAVY:
        importlib.import_module(_name)
