"""The end of a list that was read whole: what Intercom counts, and what is listed no more."""

from typing import Any

from connectors.contract import SourceError
from connectors.counts import vendor_count
from connectors.seen import Seen

Row = dict[str, Any]


def counted(answer: Any, path: str) -> int:
    """`total_count` of an answer. Raises SourceError."""
    number = answer.get("total_count") if isinstance(answer, dict) else None
    if not isinstance(number, int):
        remedy = "nothing was kept; the next run asks again"
        raise SourceError("intercom", f"/{path}", "answer has no total_count", remedy)
    return number


def end_of_list(state: Row, seen: Seen, listed: set[str], count: int) -> list[Row]:
    """Keep the count; rows for what is gone.

    Nobody tells of deletions. Only where the count says that all were listed is the rest gone; a
    count above the list is an estimate.
    """
    state["vendor_count"] = vendor_count(count, exact=count <= len(listed))
    gone = sorted(seen.ids() - listed) if count == len(listed) else []
    seen.forget(gone)
    return [{"id": id_, "is_gone": True} for id_ in gone]
