"""Versions of what is published, and the one instant in which readers move to a new one.

A version is built in `published/.building-<id>/`, synced to disk, renamed to `published/<version>/`
and only then named by the symlink `published/current`. A kill at any point leaves `current` on a
whole version; what it left behind is removed by the next publish.
"""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from publish.readers import open_below, readers_of, superseded_for
from warehouse.durable import sync, sync_tree

log = logging.getLogger(__name__)

CURRENT = "current"
BUILDING = ".building-"
FLIPPING = ".current-"
REMOVING = ".removing-"
_VERSION = re.compile(r"v(\d{6,})-\d{8}T\d{6}Z")


class PublisherBusy(RuntimeError):
    """Another publish is under way; its result will be as good as ours."""


@dataclass(frozen=True)
class Building:
    """A version under construction: write into `folder`, then `commit()`."""

    root: Path
    folder: Path
    name: str

    def commit(self) -> Path:
        """Make the version durable, then current; the folder it now lies in."""
        final = self.root / self.name
        sync_tree(self.folder)
        os.rename(self.folder, final)
        sync(self.root)
        flip(self.root, self.name)
        return final


@contextmanager
def only_publisher(root: Path) -> Iterator[None]:
    """Hold the publisher's lock. The system drops it with the process, however that ends.

    Raises:
        PublisherBusy: somebody else holds it.
    """
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / ".publish.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise PublisherBusy(
            f"publish: another publish into {root} is under way; wait for it to end and try again"
        ) from error
    try:
        _remove_leftovers(root)
        yield
    finally:
        lock.release()


@contextmanager
def building(root: Path, as_of: datetime) -> Iterator[Building]:
    """A fresh folder to build in; removed again when the build fails."""
    folder = root / f"{BUILDING}{uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        yield Building(root, folder, next_name(root, as_of))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def next_name(root: Path, as_of: datetime) -> str:
    """`v000007-20260630T000000Z`: a running number (names sort by age), then `as_of`."""
    newest = max((_number(path) for path in all_versions(root)), default=0)
    return f"v{newest + 1:06d}-{as_of:%Y%m%dT%H%M%SZ}"


def flip(root: Path, name: str) -> None:
    """Point `current` at a version, in one step: readers never find it missing."""
    aside = root / f"{FLIPPING}{uuid4().hex}"
    # Relative, so that the folder can be mounted or copied elsewhere.
    aside.symlink_to(name, target_is_directory=True)
    os.replace(aside, root / CURRENT)
    sync(root)


def current(root: Path) -> Path | None:
    """The folder `current` names, resolved; None before the first publish."""
    link = root / CURRENT
    return link.resolve() if link.is_symlink() and link.exists() else None


def all_versions(root: Path) -> list[Path]:
    """Version folders, oldest first."""
    found = [path for path in root.iterdir() if path.is_dir() and _VERSION.fullmatch(path.name)]
    return sorted((path for path in found if not path.is_symlink()), key=_number)


def collect_garbage(root: Path, keep: int, minutes: float) -> list[str]:
    """Remove all but the newest `keep` versions, as far as they are unread; names of the removed.

    Never the current one, none that lost its place less than `minutes` ago, and none that a process
    of this machine has open (`publish/readers.py`).
    """
    now, found = current(root), all_versions(root)
    newer = dict(pairwise(found))
    old = [
        version
        for version in found[:-keep]
        if version != now and superseded_for(newer[version]) >= 60 * minutes
    ]
    opened = open_below(root.resolve()) if old else {}
    removed = []
    for version in old:
        if readers := readers_of(version.resolve(), opened):
            log.warning("publish: kept %s, read by %s", version.name, ", ".join(readers))
            continue
        # Half a version must not look like one, should we be killed meanwhile.
        aside = root / f"{REMOVING}{version.name}"
        os.rename(version, aside)
        shutil.rmtree(aside)
        removed.append(version.name)
    if removed:
        log.info("publish: removed %d old versions, %d left", len(removed), len(all_versions(root)))
    return removed


def _number(version: Path) -> int:
    match = _VERSION.fullmatch(version.name)
    return int(match.group(1)) if match else 0


def _remove_leftovers(root: Path) -> None:
    """Remove what a killed publisher left. Safe: we hold the lock, so nobody is building."""
    for path in [*root.glob(f"{BUILDING}*"), *root.glob(f"{REMOVING}*")]:
        shutil.rmtree(path)
        log.info("publish: removed %s, left by a publish that was killed", path.name)
    for path in root.glob(f"{FLIPPING}*"):
        path.unlink()
