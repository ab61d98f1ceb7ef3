"""Which rows of a vendor's list have landed, so that those it has deleted since can be told.

For vendors that list what is there and never say what is gone. Ids stay in the resource's own
state: 100,000 of twelve characters are 1.5 MB of it.
"""

from collections.abc import Iterable
from typing import Any


class Held:
    """The ids of one list that have landed, within a dlt resource's state."""

    def __init__(self, state: dict[str, Any], key: str = "held") -> None:
        """`state[key]` is made when missing: a sorted list of ids."""
        self._state, self._key = state, key
        self._ids: set[str] = set(state.setdefault(key, []))

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Iterable[str]) -> None:
        """These have landed."""
        self._ids.update(ids)
        self._state[self._key] = sorted(self._ids)

    def drop_all_but(self, listed: set[str]) -> list[str]:
        """Forget the ids that the vendor's whole list no longer has, and say which they were."""
        gone = sorted(self._ids - listed)
        self._ids &= listed
        self._state[self._key] = sorted(self._ids)
        return gone
