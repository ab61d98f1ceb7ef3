"""The posts of the last weeks that have landed: each lands once, and goes when the vendor's goes.

For public posts that a vendor can be asked for by id: X, Reddit, Meta.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.seen import Seen
from warehouse.clock import iso, parse_as_of

Row = dict[str, Any]
LookUp = Callable[[list[str]], tuple[list[Row], set[str]]]


class Posts:
    """Posts within a dlt resource's state: `held` (id → what is kept of it), `rechecked_at`."""

    def __init__(self, state: Row, now: datetime, *, key: str, kept: tuple[str, ...]) -> None:
        """`posted_at` (ISO 8601 in UTC) is the time of a row.

        Args:
            key: column with the id.
            kept: further columns that stay of a deleted post: ids and times, no word and no name.
        """
        self._state, self._now, self._key, self._kept = state, now, key, (*kept, "posted_at")
        self._seen = Seen(state)
        self._posts: dict[str, Row] = state.setdefault("held", {})
        state.setdefault("rechecked_at", iso(now))

    def __contains__(self, id_: object) -> bool:
        return id_ in self._posts

    def where(self, name: str, value: str) -> list[str]:
        """Ids of the posts held whose kept column has this value."""
        return [id_ for id_, post in self._posts.items() if post.get(name) == value]

    def fresh(self, rows: Iterable[Row]) -> list[Row]:
        """The posts that have not landed in this form yet; they count as landed from now on."""
        found = []
        for row in rows:
            if row.get(self._key) is None or row.get("posted_at") is None:  # the gate's to judge
                found.append(row)
                continue
            if fresh := self._seen.fresh([row], self._key, "posted_at"):
                self._posts[row[self._key]] = {name: row.get(name) for name in self._kept}
                found += fresh
        return found

    def marks(self, gone: Iterable[str]) -> list[Row]:
        """Marks of those posts that are held and gone: what is kept, and `deleted: true`."""
        ids = sorted(id_ for id_ in gone if id_ in self._posts)
        self._seen.forget(ids)
        return [{self._key: id_, **self._posts.pop(id_), "deleted": True} for id_ in ids]

    def is_due(self, every: timedelta) -> bool:
        """Whether the last recheck (before any: the first run) is so long ago."""
        return self._now - parse_as_of(self._state["rechecked_at"]) >= every

    def unlisted(self, listed: set[str], since: datetime) -> list[Row]:
        """A recheck by a list that is whole from a moment on: marks of those that it lacks."""
        self._state["rechecked_at"] = iso(self._now)
        return self.marks(
            id_
            for id_, post in self._posts.items()
            if id_ not in listed and parse_as_of(post["posted_at"]) >= since
        )

    def recheck(self, look_up: LookUp, every: timedelta, at_once: int = 100) -> Iterator[list[Row]]:
        """When it is time, what became of every post held: changed ones, and marks of gone ones.

        Args:
            look_up: up to `at_once` ids → (their rows, ids of those that are gone).
        """
        if not self.is_due(every):
            return
        ids = list(self._posts)
        for start in range(0, len(ids), at_once):
            rows, gone = look_up(ids[start : start + at_once])
            if found := self.fresh(rows) + self.marks(gone):
                yield found
        self._state["rechecked_at"] = iso(self._now)

    def forget_before(self, moment: datetime) -> None:
        """Drop what is older: it is neither read again nor rechecked."""
        limit = iso(moment)
        self._seen.forget_before(limit)
        for id_ in [i for i, post in self._posts.items() if post["posted_at"] < limit]:
            del self._posts[id_]
