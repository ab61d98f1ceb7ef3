"""`python -m publish.superset`: make the bundle anew.

Reads dbt's manifests below HEEDLINE_HOME (`heedline run` leaves them there) or `--target`.
"""

import argparse
import sys
from pathlib import Path

from publish.superset.bundle import ROOM, bundle, write
from publish.superset.connection import DUCKDB, POSTGRES
from publish.superset.datasets import CannotBuild
from warehouse import dbt


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m publish.superset", description=__doc__)
    asked.add_argument("--target", type=Path, help="folder with dbt's manifests")
    asked.add_argument("--postgres", action="store_true", help="read schema kpi of Postgres")
    asked.add_argument("--output", type=Path, help="folder to write (default: bundle/)")
    options = asked.parse_args()
    if options.postgres and not options.output:
        asked.error("--postgres needs --output: the kept bundle reads DuckDB")
    connection = POSTGRES if options.postgres else DUCKDB
    try:
        files = bundle(options.target or dbt.manifest().parent, connection)
    except (CannotBuild, FileNotFoundError) as error:
        sys.stderr.write(f"superset: {error}\n")
        return 1
    folder = options.output or ROOM / "bundle"
    write(files, folder)
    sys.stdout.write(f"superset: {len(files)} files in {folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
