"""One publish, top to bottom: what is there, is it new, build, audit, flip.

Write-audit-publish. The order matters: nothing below `published/current` changes before every file
of the new version has been written, read back and synced.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publish import audit, config, versions
from publish.content import content_of
from publish.edition import Destination, Edition
from publish.lists import require_list
from publish.manifest import Manifest
from publish.marts import CannotPublish, catalogue
from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.settings import settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """What readers find under `published/current`.

    Attributes:
        version: name of the version's folder.
        folder: its absolute path (not the symlink).
        files: size in bytes of every file, by path relative to `folder`.
        unchanged: nothing was written: the current version already says the same.
    """

    version: str
    folder: Path
    files: dict[str, int]
    unchanged: bool


def publish(as_of: datetime) -> Published:
    """Publish the marts as they stand in the warehouse.

    Args:
        as_of: the run's only "now"; part of what makes two versions the same.

    Raises:
        PublisherBusy: another publish is under way.
        CannotPublish: a mart is missing or undescribed, the at-risk list was not prepared,
            personal data would reach the leaders' files, a destination does not hold what the
            warehouse holds, or the disk is full. The current version stays as it is.
    """
    root = settings().published
    with versions.only_publisher(root), warehouse(read_only=True) as connection:
        destinations = config.destinations()
        marts = catalogue(connection)
        require_list(connection, marts, as_of)
        edition = Edition(connection, marts, content_of(connection, marts, as_of), as_of)
        if unchanged := _current_if_same(root, edition, destinations):
            log.info("publish: unchanged, %s already says the same", unchanged.version)
            return unchanged
        started = time.monotonic()
        with _room_on(root), versions.building(root, as_of) as version:
            for destination in destinations:
                destination.write(edition, version.folder)
            held = audit.check(edition, destinations, version.folder)
            manifest = Manifest.of(version.folder, version.name, edition, held)
            manifest.write(version.folder)
            folder = version.commit()
        versions.collect_garbage(root, settings().keep_versions, settings().keep_minutes)
    published = Published(version.name, folder, manifest.sizes, unchanged=False)
    log.info(
        "publish: %s as of %s: %d marts, %d files, %.1f MB in %.1f s",
        *(version.name, iso(as_of), len(marts), len(published.files)),
        *(sum(published.files.values()) / 1e6, time.monotonic() - started),
    )
    return published


@contextmanager
def _room_on(root: Path) -> Iterator[None]:
    """Say what to do about a full disk, whichever library noticed it."""
    try:
        yield
    except Exception as error:
        if "no space left" not in str(error).lower():
            raise
        now = versions.current(root)
        stays = f"; {now.name} stays current" if now else ""
        raise CannotPublish(
            f"publish: no space left on the disk of {root}; make room, or keep fewer versions "
            f"(HEEDLINE_KEEP_VERSIONS), then publish again{stays}"
        ) from error


def _current_if_same(
    root: Path, edition: Edition, destinations: Sequence[Destination]
) -> Published | None:
    """The current version, when it says this in these places and all its files are still there."""
    folder = versions.current(root)
    manifest = Manifest.read(folder) if folder else None
    if folder is None or manifest is None or manifest.content != edition.content:
        return None
    if set(manifest.destinations) != {destination.NAME for destination in destinations}:
        return None
    if not manifest.is_intact(folder):
        log.warning("publish: %s lacks files it was published with; publishing anew", folder.name)
        return None
    return Published(manifest.version, folder, manifest.sizes, unchanged=True)
