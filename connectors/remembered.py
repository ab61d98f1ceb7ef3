"""What of a resource's state stays when it is pulled from its start again: what tells deletions.

Most vendors list what is there and do not say what is gone. Connectors notice it because they
remember what there was, next to the cursors. A pull anew that forgot this as well would leave for
good what was deleted since the last pull, and would never see that a deleted row is back.
"""

from typing import Any

KEPT, MARKS = "kept", "marks"
"""Kept as it is; or ids kept and the digests beside them emptied, so that rows land again."""

_POSTS = {"seen": MARKS, "held": KEPT, "rechecked_at": KEPT}
_WHOLE_LIST = {"seen": MARKS, "gone": KEPT}

REMEMBERED: dict[str, dict[str, dict[str, str]]] = {
    "app_store": {"reviews": {"apps.*.seen": MARKS}},
    "freshdesk": {
        "tickets": {"deleted": MARKS, "spam": MARKS},
        "companies": _WHOLE_LIST,
        "agents": _WHOLE_LIST,
        "groups": _WHOLE_LIST,
        "ticket_fields": _WHOLE_LIST,
        "surveys": _WHOLE_LIST,
        "articles": _WHOLE_LIST,
    },
    "google_play": {"reviews": {"packages.*.seen": MARKS, "packages.*.opened": KEPT}},
    "guru": {"cards": {"cards": MARKS}},
    "helpjuice": {
        "articles": {"known": MARKS, "views": KEPT},
        "categories": {"known": MARKS},
    },
    "hubspot": {
        "contacts": {"archived": KEPT},
        "companies": {"archived": KEPT},
        "tickets": {"archived": KEPT},
        "feedback_submissions": {"archived": KEPT},
        "threads": {"binned": MARKS},
    },
    "intercom": {"companies": {"seen": MARKS}, "articles": {"seen": MARKS}},
    "meta": {"comments": _POSTS},
    "qualtrics": {"responses": {"surveys.*.held": KEPT}},
    "reddit": {"things": _POSTS},
    "sql_database": {
        "tables": {"tables.*.held": KEPT, "tables.*.gone": KEPT, "last_arrival": KEPT},
    },
    "surveymonkey": {"responses": {"surveys.*.held": KEPT}},
    "x": {"posts": _POSTS},
    "zendesk": {"article_votes": {"articles": MARKS}},
}
"""By source, resource and place in its state; `*` stands for every key."""


def remembered(source: str, resource: str, state: dict[str, Any]) -> dict[str, Any]:
    """The part of a resource's state that a pull from the start begins with."""
    left: dict[str, Any] = {}
    for place, how in REMEMBERED.get(source, {}).get(resource, {}).items():
        _copy(state, place.split("."), how, left)
    return left


def _copy(state: dict[str, Any], path: list[str], how: str, left: dict[str, Any]) -> None:
    first, *rest = path
    for key in list(state) if first == "*" else [first] if first in state else []:
        if rest:
            _copy(state[key], rest, how, left.setdefault(key, {}))
        else:
            left[key] = state[key] if how == KEPT else _emptied(state[key])


def _emptied(held: Any) -> Any:
    """Ids with their digests emptied: `[time, digest]` of `Seen`, or the digest alone."""
    if isinstance(held, dict):
        return {id_: _emptied(mark) for id_, mark in held.items()}
    return [*held[:-1], ""] if isinstance(held, list) else ""
