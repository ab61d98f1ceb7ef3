"""The bundle of Apache Superset dashboards, made from dbt's contracts and three short pages.

What is written by hand lies in `dashboards/superset/`: which marts are datasets (`datasets.yml`)
and what each page shows (`pages/*.yml`). What dbt knows is not written down again: columns, their
types and descriptions come from its manifest, the KPIs' names, definitions and formulas from its
semantic manifest. `python -m publish.superset` makes `dashboards/superset/bundle/` anew, Superset's
own import format; it is kept in the repository, and a test says when it is out of date.
"""

from publish.superset.bundle import bundle, write
from publish.superset.connection import DUCKDB, POSTGRES, Connection

__all__ = ["DUCKDB", "POSTGRES", "Connection", "bundle", "write"]
