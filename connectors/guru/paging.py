"""Guru's lists: bare JSON lists, page after page by the `Link` header until there is none.

What a page is: a list of objects, or 204 and nothing. The link carries the whole question as a
token; a POST still wants its body again.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from requests import Response

from connectors.contract import SourceError
from connectors.http import Http, parsed

NAME = "guru"
API = "/api/v1"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]


def listed(http: Http, method: str, path: str, **asked: Any) -> Iterator[list[Row]]:
    """Every page of a list.

    Args:
        asked: `params` of the first page, `json` of every one.

    Raises:
        SourceError: a page could not be had, is no list of objects, or leads back to one before.
    """
    where, followed = f"{API}/{path}", set[str]()
    following: str | None = where
    while following:
        response = http.send(method, following, **asked)
        yield _rows(where, response)
        asked.pop("params", None)
        following = _next_page(response)
        if following in followed:
            raise SourceError(NAME, where, "the next page is one that was read already", NEXT_RUN)
        followed.add(following or "")


def one(http: Http, path: str) -> Row:
    """One object. Raises SourceError."""
    where = f"{API}/{path}"
    answer = http.get(where)
    if not isinstance(answer, dict):
        raise SourceError(NAME, where, "answer is no object", NEXT_RUN)
    return answer


def _rows(where: str, response: Response) -> list[Row]:
    rows = [] if response.status_code == 204 else parsed(NAME, response)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        path = urlsplit(response.url).path or where
        raise SourceError(NAME, path, "answer is no list of objects", NEXT_RUN)
    return rows


def _next_page(response: Response) -> str | None:
    # The documentation's own example has blanks within the brackets.
    address = (response.links.get("next-page") or {}).get("url", "").strip()
    return address or None
