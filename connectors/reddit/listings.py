"""Reddit's listings: newest first, about a thousand things deep, gone on with by `after`.

A listing knows no time filter: it is read until a page lies before what is known. One that ends
before that has hidden something, and that is said in the log.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.contract import SourceError
from connectors.http import Http
from connectors.paginators import by_token
from warehouse.clock import iso

NAME = "reddit"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]
log = logging.getLogger(__name__)

PAGE_SIZE = 100  # the most
# Reddit gives up to some 1,000 things of any listing; removed ones among them are left out.
NEARLY_CAP = 900
GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
# What is read of a thing. Not read: votes, which change all the time, HTML, and moderators' notes.
FIELDS = (
    *("name", "id", "author", "author_fullname", "created_utc", "subreddit", "title", "selftext"),
    *("body", "link_id", "parent_id", "permalink", "removed_by_category"),
)


@dataclass(frozen=True)
class Listing:
    """One listing.

    Attributes:
        name: how its cursor is kept.
        thin: whether its things lack the post they stand under (our inbox).
    """

    name: str
    path: str
    thin: bool = False

    def read(self, http: Http, since: datetime) -> Iterator[list[Row]]:
        """Its things down to `since`, newest first.

        Raises:
            SourceError: a page could not be had, or does not look like one.
        """
        received, oldest = 0, datetime.max.replace(tzinfo=UTC)
        for rows in self._pages(http):
            received += len(rows)
            yield rows
            times = [moment for row in rows if (moment := made_at(row))]
            oldest = min([oldest, *times])
            if times and oldest < since:
                return
        if received >= NEARLY_CAP:
            log.warning(
                "reddit: %s: things from %s to %s may be beyond Reddit's reach",
                self.name, iso(since), iso(oldest),
            )  # fmt: skip

    def _pages(self, http: Http) -> Iterator[list[Row]]:
        try:
            for answer in by_token(
                lambda params: http.get(self.path, params=params),
                # Without raw_json, < > & come escaped.
                {"limit": PAGE_SIZE, "raw_json": 1},
                token_of=lambda a: a["data"].get("after"),
                token_param="after",  # noqa: S106 (a parameter's name)
            ):
                yield things(answer)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            problem = f"page is no listing ({error})"[:120]
            raise SourceError(NAME, self.path, problem, NEXT_RUN) from None


def things(answer: Row) -> list[Row]:
    """Posts and comments of a listing's answer; private messages and stubs are left out."""
    children = answer["data"]["children"]
    return [shaped(c["data"]) for c in children if c["kind"] in ("t1", "t3")]


def shaped(thing: Row) -> Row:
    """What is read of a thing, and the columns that are ours."""
    made, edited = made_at(thing), moment_of(thing.get("edited"))
    row = {name: thing[name] for name in FIELDS if name in thing}
    name = str(thing.get("name") or "")
    own = {
        "link_id": thing.get("link_id") or (name if name.startswith("t3_") else None),
        "posted_at": iso(made) if made else None,
        "edited_at": iso(edited) if edited else None,
        "deleted": False,
    }
    return {**row, **own}


def is_gone(row: Row) -> bool:
    """Whether a thing was deleted or removed."""
    words = row.get("body") if str(row.get("name", "")).startswith("t1_") else row.get("selftext")
    taken = row.get("removed_by_category") is not None
    return taken or words in GONE or row.get("author") in (None, *GONE)


def made_at(thing: Row) -> datetime | None:
    """When a thing was written; None when it does not say."""
    return moment_of(thing.get("created_utc"))


def moment_of(seconds: Any) -> datetime | None:
    """Seconds since 1970 as an instant; None for anything else (`edited` is false or a number)."""
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return datetime.fromtimestamp(seconds, UTC) if is_number else None


def looked_up(http: Http, names: list[str]) -> tuple[list[Row], set[str]]:
    """(things that are still there, names of those that were deleted or removed), up to 100.

    What the answer does not speak of counts as there: a partial answer must not delete anything.

    Raises:
        SourceError: the answer is no listing.
    """
    path = "/api/info"
    answer = http.get(path, params={"id": ",".join(names), "raw_json": 1})
    try:
        rows = things(answer)
    except (KeyError, TypeError) as error:
        raise SourceError(NAME, path, f"answer is no listing ({error})", NEXT_RUN) from None
    return [row for row in rows if not is_gone(row)], {r["name"] for r in rows if is_gone(r)}
