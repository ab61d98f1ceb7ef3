"""Writes Tableau's folder of a version."""

from pathlib import Path

from publish.destinations.tableau import tds
from publish.destinations.tableau.hyper import FILE, FOLDER, write_tables
from publish.edition import Edition


def write(edition: Edition, folder: Path) -> None:
    """Write the `.hyper` file, and a `.tds` for each of its tables.

    Raises:
        CannotPublish: a number of a mart is too big for Tableau.
    """
    target = folder / FOLDER
    target.mkdir()
    write_tables(edition, target / FILE)
    for mart in edition.tables:
        (target / f"{mart.name}.tds").write_bytes(tds.document(mart))
