"""Zendesk Guide: which articles there are, and what readers voted on them.

Votes are in no export, and need not touch their article. The list of articles has each one's sums:
where these moved, the votes of that article are read whole. Nobody tells of a vote that was taken
back; one that is no longer listed lands once more, marked as such.
"""

from collections.abc import Iterator

from connectors.http import Http, Refused
from connectors.seen import digest
from connectors.zendesk.exports import Row, by_count, listed

PLACE = "help_center"


def articles(http: Http, state: Row, start: int = 0) -> Iterator[list[Row]]:
    """New and changed articles."""
    yield from by_count(http, f"{PLACE}/incremental/articles", "articles", state, start)


def article_votes(http: Http, state: Row) -> Iterator[list[Row]]:
    """Votes of the articles whose sums moved."""
    known: dict[str, Row] = state.setdefault("articles", {})
    for rows in listed(http, f"{PLACE}/articles", key="articles"):
        for article in rows:
            sums = [article.get("vote_count") or 0, article.get("vote_sum") or 0]
            before = known.get(str(article["id"]), {"sums": [0, 0], "votes": {}})
            if sums == before["sums"]:
                continue
            votes = _votes(http, article["id"])
            if votes is None:
                continue
            # Ids and digests only: the state outlives an erased person.
            marks = {str(vote["id"]): digest(vote) for vote in votes}
            gone = [
                {"id": int(id_), "item_id": article["id"], "value": 0, "taken_back": True}
                for id_ in before["votes"]
                if id_ not in marks
            ]
            new = [v for v in votes if before["votes"].get(str(v["id"])) != marks[str(v["id"])]]
            known[str(article["id"])] = {"sums": sums, "votes": marks}
            if new or gone:
                yield [{**vote, "taken_back": False} for vote in new] + gone


def _votes(http: Http, article: int) -> list[Row] | None:
    """All votes of an article; None when it was deleted meanwhile."""
    try:
        pages = list(listed(http, f"{PLACE}/articles/{article}/votes", key="votes"))
    except Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    return [vote for page in pages for vote in page]
