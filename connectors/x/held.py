"""The posts of the last days that have landed: so that each lands once, and goes when X's goes."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.seen import Seen
from warehouse.clock import iso, parse_as_of

Row = dict[str, Any]
LookUp = Callable[[list[str]], tuple[list[Row], set[str]]]
AT_ONCE = 100
# What stays of a deleted post: no word and no name.
_KEPT = ("first_id", "conversation_id", "author_id", "in_reply_to_user_id", "posted_at")


class Held:
    """Posts within a dlt resource's state: `held` (id → what is kept of it), `rechecked_at`."""

    def __init__(self, state: Row, now: datetime) -> None:
        self._state, self._now = state, now
        self._seen = Seen(state)
        self._posts: dict[str, Row] = state.setdefault("held", {})
        state.setdefault("rechecked_at", iso(now))

    def fresh(self, rows: Iterable[Row]) -> list[Row]:
        """The posts that have not landed in this form yet; they count as landed from now on."""
        found = []
        for row in rows:
            if row.get("posted_at") is None:  # no id: the gate sets it aside and says why
                found.append(row)
                continue
            if fresh := self._seen.fresh([row], "id", "posted_at"):
                self._posts[row["id"]] = {name: row.get(name) for name in _KEPT}
                found += fresh
        return found

    def recheck(self, look_up: LookUp, every: timedelta) -> Iterator[list[Row]]:
        """When it is time, what became of every post held: changed ones, and marks of deleted ones.

        A mark has the ids and `deleted: true`, nothing else.
        """
        if self._now - parse_as_of(self._state["rechecked_at"]) < every:
            return
        ids = list(self._posts)
        for start in range(0, len(ids), AT_ONCE):
            rows, gone = look_up(ids[start : start + AT_ONCE])
            marks = [{"id": id_, **self._posts.pop(id_), "deleted": True} for id_ in sorted(gone)]
            if found := self.fresh(rows) + marks:
                yield found
        self._seen.forget(set(ids) - set(self._posts))
        self._state["rechecked_at"] = iso(self._now)

    def forget_before(self, moment: datetime) -> None:
        """Drop what is older: it is neither read again nor rechecked."""
        limit = iso(moment)
        self._seen.forget_before(limit)
        for id_ in [i for i, post in self._posts.items() if post["posted_at"] < limit]:
            del self._posts[id_]
