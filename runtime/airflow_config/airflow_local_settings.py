"""Airflow reads this file in every one of its processes.

The scheduler of the embedded runtime forks its task processes. Importing the heavy libraries once,
in the parent, saves every task the two or three seconds of importing them again.
"""

import atexit
import importlib
import os
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


def _leave(started: int) -> None:
    """End at once: all that is left to do is to take hundreds of thousands of objects apart."""
    if os.getpid() == started:  # not in a process that was forked from it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


# Nobody reads how these two ended. What registers after this is called before it.
if sys.argv[1:2] in (["scheduler"], ["api-server"]):
    atexit.register(_leave, os.getpid())
