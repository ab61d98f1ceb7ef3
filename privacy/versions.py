"""Published versions that hold an erased person go; readers always find a whole `current`."""

import logging
import shutil
from pathlib import Path

from filelock import FileLock

from privacy.people import Person
from privacy.search import Search
from warehouse.settings import settings

log = logging.getLogger(__name__)


class StillPublished(RuntimeError):
    """The newest version still holds the person: the marts were not published without them yet."""


def current() -> Path | None:
    """The version readers see."""
    link = settings().published / "current"
    return link.resolve() if link.is_symlink() and link.exists() else None


def all_versions() -> list[Path]:
    """Version folders, oldest first, what a killed publish left included."""
    root = settings().published
    names = sorted(root.iterdir()) if root.exists() else []
    return [p for p in names if p.is_dir() and not p.is_symlink()]


def holds(version: Path, person: Person) -> bool:
    """Is the person in any file of a version?"""
    search = Search(person)
    return bool(search.everywhere(version).found)


def prune(person: Person) -> list[str]:
    """Remove older versions that hold the person; their names.

    Raises:
        StillPublished: the current one holds them.
    """
    root, now = settings().published, current()
    if now is not None and holds(now, person):
        raise StillPublished(
            f"published/{now.name} still holds the person; the marts have to be built and "
            "published without them first: run the DAG `unify`, or `heedline erase --replay`"
        )
    removed = []
    if root.exists():
        with FileLock(root / ".publish.lock"):
            for version in all_versions():
                if version != now and holds(version, person):
                    # A reader that has a file open keeps it until it closes it.
                    shutil.rmtree(version)
                    removed.append(version.name)
    if removed:
        log.info("erase: removed published versions %s", ", ".join(removed))
    return removed
