"""One at a time per source: who asks the vendor, and who handles what has landed.

The ordinary pull and a backfill are runs of two DAGs, in processes of their own. Extractions take
turns, so that rows without a version land in the order in which they were read, and the newest
state stays the last one. Gate and load take turns, so that no batch is deleted while it is judged.
The system frees a turn with the process that had it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock

from warehouse.settings import settings

_LOOK_SECONDS = 0.2


@contextmanager
def extracting(source: str) -> Iterator[None]:
    """Ask the vendor, while nobody else pulls from this source."""
    with _turn(f"{source}.extracting"):
        yield


@contextmanager
def handling(source: str) -> Iterator[None]:
    """Judge, load or delete landed batches of this source, while nobody else does."""
    with _turn(f"{source}.handling"):
        yield


@contextmanager
def _turn(name: str) -> Iterator[None]:
    folder = settings().root / "turns"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{name}.lock").acquire(poll_interval=_LOOK_SECONDS):
        yield
