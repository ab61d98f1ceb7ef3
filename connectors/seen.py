"""Remembers what has landed of a stretch of time that a source makes us read again and again.

Vendors whose filter is coarse (whole days) or whose old records change unannounced are read with a
lookback. This keeps a digest per record of that stretch in the resource's own state, so that a
record lands again only when it changed, and nothing is decided by comparing clocks.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import orjson

Row = dict[str, Any]


def digest(row: Row) -> str:
    """A short fingerprint of a record's content, whatever the order of its keys."""
    packed = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    return blake2b(packed, digest_size=9).hexdigest()


class Seen:
    """The records that have landed, by id, within a dlt resource's state."""

    def __init__(self, state: dict[str, Any], key: str = "seen") -> None:
        """`state[key]` is made when missing: id → [time as the vendor counts it, digest]."""
        self._kept: dict[str, list[Any]] = state.setdefault(key, {})

    def fresh(self, rows: Iterable[Row], id_: str, when: str) -> list[Row]:
        """The rows not landed in exactly this form yet; they count as landed from now on."""
        found = []
        for row in rows:
            mark = [row[when], digest(row)]
            if self._kept.get(str(row[id_])) != mark:
                self._kept[str(row[id_])] = mark
                found.append(row)
        return found

    def forget_before(self, moment: Any) -> None:
        """Drop what lies before the stretch that the next run reads again."""
        for id_ in [id_ for id_, (when, _) in self._kept.items() if when < moment]:
            del self._kept[id_]

    def ids(self) -> set[str]:
        """The records that are remembered."""
        return set(self._kept)

    def forget(self, ids: Iterable[str]) -> None:
        """Drop records that are gone: should one come back, it lands again."""
        for id_ in ids:
            self._kept.pop(id_, None)
