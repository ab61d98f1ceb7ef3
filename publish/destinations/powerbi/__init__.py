"""A Power BI project (PBIP) of what is published: `powerbi/Heedline.pbip` opens it.

Made from dbt's manifest and semantic layer: tables, relationships, every KPI as a measure with its
definition, a role by team, and a page to begin with. `data` holds the few rows no mart has.
"""

from pathlib import Path

from publish.destinations.powerbi import project
from publish.destinations.powerbi.data import FOLDER
from publish.edition import Edition, Held

NAME = "powerbi"
FOR_LEADERS = True

__all__ = ["FOLDER", "FOR_LEADERS", "NAME", "read_back", "write"]


def write(edition: Edition, folder: Path) -> None:
    project.write(edition.connection, edition.marts, folder)


def read_back(edition: Edition, folder: Path) -> list[Held]:
    """It holds no mart: the project reads those in Parquet, which are checked there."""
    return []
