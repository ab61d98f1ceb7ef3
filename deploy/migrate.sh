#!/bin/sh
# Runs once before the other services: the first user's password, the database's schema, the pool.
set -eu

umask 077
mkdir -p "$AIRFLOW_HOME/logs" "$HEEDLINE_HOME"
# Airflow reads names and passwords from this file; written from the environment, never printed.
python - <<'PYTHON'
import json, os
from pathlib import Path

file = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
password = os.environ["HEEDLINE_ADMIN_PASSWORD"]
file.write_text(json.dumps({os.environ["HEEDLINE_ADMIN_USER"]: password}) + "\n")
PYTHON

airflow db migrate
# One slot: DuckDB takes one writer at a time.
airflow pools set warehouse 1 "the one writer of the warehouse"
