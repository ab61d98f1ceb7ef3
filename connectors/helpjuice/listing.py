"""Articles and categories: read whole, landed when changed; what is gone is told.

The lists have no filter by change. A deleted record leaves them without a word, and so may, for
one run, a record that moved to another page meanwhile: what is missing is looked up by its id.
"""

from collections.abc import Iterator

from connectors.contract import SourceError
from connectors.counts import vendor_count
from connectors.helpjuice.paging import API, NAME, NEXT_RUN, Row, Walk
from connectors.http import Http, Refused
from connectors.seen import digest

_GONE = frozenset({404, 410})
_SINGULAR = {"articles": "article", "categories": "category"}


def changed(http: Http, name: str, page_size: int, state: Row) -> Iterator[list[Row]]:
    """Records that are new, changed, or gone (`declared_deleted`) since the run before."""
    known: dict[str, str] = state.setdefault("known", {})
    walk = Walk(http, name, name, page_size)
    for rows in walk:
        if fresh := _fresh(known, rows):
            yield fresh
    state["vendor_count"] = vendor_count(walk.total)
    for key in sorted(known.keys() - {str(id_) for id_ in walk.seen}):
        row = _looked_up(http, name, key)
        if row is None:
            del known[key]
            yield [{"id": int(key), "declared_deleted": True}]
        elif fresh := _fresh(known, [row]):
            yield fresh


def with_views(rows: list[Row], state: Row, read_at: str) -> list[Row]:
    """Articles with the view counter as it stood at the read before, and when this one was made;
    neither at the first read, which tells of no view that happened since."""
    before: dict[str, int] = state.setdefault("views", {})
    told = []
    for row in rows:
        key, views = str(row["id"]), row.get("views")
        at = read_at if key in before else None
        told.append({**row, "declared_views_before": before.get(key), "declared_read_at": at})
        if isinstance(views, int):
            before[key] = views
        elif row.get("declared_deleted"):
            before.pop(key, None)
    return told


def _fresh(known: dict[str, str], rows: list[Row]) -> list[Row]:
    marks = {str(row["id"]): digest(row) for row in rows}
    new = [row for row in rows if known.get(str(row["id"])) != marks[str(row["id"])]]
    known.update(marks)
    return new


def _looked_up(http: Http, name: str, key: str) -> Row | None:
    """A record that the list did not have, as it stands; None when there is none any more."""
    try:
        answer = http.get(f"{API}/{name}/{key}")
    except Refused as refusal:
        if refusal.status not in _GONE:
            raise
        return None
    row = answer.get(_SINGULAR[name]) if isinstance(answer, dict) else None
    if not isinstance(row, dict) or row.get("id") != int(key):
        raise SourceError(NAME, f"{API}/{name}/{key}", "answer is not that record", NEXT_RUN)
    return row
