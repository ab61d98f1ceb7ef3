"""The HTML report, drawn from the snapshot beside it (`publish/report.py`)."""

from pathlib import Path

from publish import report
from publish.edition import Edition, Held

NAME = "report"
FOR_LEADERS = True


def write(edition: Edition, folder: Path) -> None:
    report.write(folder, edition.as_of)


def read_back(edition: Edition, folder: Path) -> list[Held]:
    """It holds no mart; whether it is one whole, silent file is checked."""
    report.check(folder)
    return []
