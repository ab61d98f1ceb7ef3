"""CRM objects: changed ones by search, deleted ones by list, single ones by id, what hangs on them.

A search ends at its 10,000th result, and no page says that one is missing. So no search is paged:
each asks for the ids after the last one that came, within a fixed window of modification times.
Nothing that changes on the way can shift a page.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from connectors.contract import Credentials, SourceError
from connectors.http import Http, Policy
from connectors.hubspot.properties import NAME, WORDS, Row
from warehouse.clock import BadTimestamp, iso, parse_as_of

VERSION = "2026-03"
NEXT_RUN = "nothing was kept; the next run asks again"
FOUND_AT_ONCE = 200  # the most that one search hands out
LISTED_AT_ONCE = 100
READ_AT_ONCE = 50  # the most that a batch may hold when it asks for former values
LINKS_AT_ONCE = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def own_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that its limit is counted over: HubSpot tells no more."""
    interval = headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "").strip()
    return int(interval) / 1000 if interval.isdigit() else None


def signed_in(credentials: Credentials, policy: Policy | None = None) -> Http:
    """The account's API."""
    auth = BearerTokenAuth(credentials.password)
    return Http(NAME, credentials.base_url, auth=auth, policy=policy, own_wait=own_wait)


def moment(value: Any) -> int | None:
    """Milliseconds since 1970 of a time as HubSpot writes one: ISO 8601, or those milliseconds.

    None where there is none, or nothing that can be read as one.
    """
    text = str(value if value is not None else "").strip()
    if not text or text.isdigit():
        return int(text) if text else None
    try:
        return (parse_as_of(text) - _EPOCH) // timedelta(milliseconds=1)
    except BadTimestamp:
        return None


def iso_ms(milliseconds: int) -> str:
    """Milliseconds since 1970 as ISO 8601."""
    return iso(_EPOCH + timedelta(milliseconds=milliseconds))


def modified(kind: str) -> str:
    """The property that tells when a record changed; contacts have a name of their own for it."""
    return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"


def _window(kind: str, since: int, until: int) -> list[Row]:
    stamp = modified(kind)
    return [
        {"propertyName": stamp, "operator": "GTE", "value": str(since)},
        {"propertyName": stamp, "operator": "LTE", "value": str(until)},
    ]


def flat(kind: str, row: Row, names: tuple[str, ...]) -> Row:
    """A record with its properties as columns, and `changed_ms`, which orders its states."""
    held = row.get("properties") or {}
    times = (row.get("updatedAt"), held.get(modified(kind)), row.get("archivedAt"))
    whole = {
        **{name: row.get(name) for name in ("id", "createdAt", "updatedAt", "archived")},
        "archivedAt": row.get("archivedAt"),
        "changed_ms": max((ms for time in times if (ms := moment(time)) is not None), default=None),
        **{name: held.get(name) for name in names},
    }
    if "propertiesWithHistory" in row:
        whole["propertiesWithHistory"] = row["propertiesWithHistory"]
    if whole["archived"]:
        whole |= dict.fromkeys(WORDS & whole.keys())
    return whole


class NextAfter(BasePaginator):
    """HubSpot's page chain: `after` is what `paging.next.after` says, until nothing says it."""

    def __init__(self) -> None:
        super().__init__()
        self._after: str | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        paging = response.json().get("paging") or {}
        after = (paging.get("next") or {}).get("after")
        if after is not None and after == self._after:
            raise ValueError("the same page again")
        self._after, self._has_next_page = after, after is not None

    def update_request(self, request: Request) -> None:
        asked: dict[str, Any] = dict(request.params or {})
        request.params = {**asked, "after": self._after}


class Crm:
    """The CRM objects of one account."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def _search(self, kind: str, filters: list[Row], sort: str, limit: int, names: Any) -> Row:
        body = {
            "filterGroups": [{"filters": filters}] if filters else [],
            "sorts": [sort],
            "properties": list(names),
            "limit": limit,
            "after": "0",
        }
        path = f"crm/objects/{VERSION}/{kind}/search"
        answer = self._http.get(path, method="POST", json=body)
        if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
            raise SourceError(NAME, path, "answer has no list 'results'", NEXT_RUN)
        if not isinstance(answer.get("total"), int):
            raise SourceError(NAME, path, "answer has no total", NEXT_RUN)
        return answer

    def count(self, kind: str, since: int, until: int) -> int:
        """How many records were last changed within a window (ms, both ends included)."""
        answer = self._search(kind, _window(kind, since, until), "hs_object_id", 1, [])
        return int(answer["total"])

    def newest(self, kind: str) -> int | None:
        """When the last change was (ms, by HubSpot's clock)."""
        stamp = modified(kind)
        answer = self._search(kind, [], f"-{stamp}", 1, [stamp])
        results = answer["results"]
        last: int | None = flat(kind, results[0], (stamp,))["changed_ms"] if results else None
        if results and last is None:
            problem = "a record has no time of change"
            raise SourceError(NAME, f"{kind}/search", problem, NEXT_RUN)
        return last

    def changed(
        self, kind: str, names: tuple[str, ...], since: int, until: int
    ) -> Iterator[list[Row]]:
        """Records last changed within a window (ms, both ends included), in order of their id.

        Raises:
            SourceError: ids do not grow from record to record: going on would leave some out.
        """
        window, last = _window(kind, since, until), 0
        while True:
            beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)}
            answer = self._search(kind, [*window, beyond], "hs_object_id", FOUND_AT_ONCE, names)
            rows = answer["results"]
            ids = [int(row["id"]) if str(row.get("id")).isdigit() else 0 for row in rows]
            if any(id_ <= before for before, id_ in zip([last, *ids], ids, strict=False)):
                problem = "results are not in order of their id"
                raise SourceError(NAME, f"{kind}/search", problem, NEXT_RUN)
            if not rows:
                return
            yield [flat(kind, row, names) for row in rows]
            if answer.get("total") == len(rows):
                return
            last = ids[-1]

    def listed(self, path: str, **params: Any) -> Iterator[list[Row]]:
        """A plain list, page by page."""
        asked = {"limit": LISTED_AT_ONCE, **params}
        for rows, _ in self._http.pages(path, "results", params=asked, paginator=NextAfter()):
            yield rows

    def archived(self, kind: str, names: tuple[str, ...]) -> Iterator[list[Row]]:
        """Records in the recycle bin (90 days), without what people wrote in them."""
        path = f"crm/objects/{VERSION}/{kind}"
        for rows in self.listed(path, archived="true", properties=",".join(names)):
            yield [flat(kind, row, names) for row in rows]

    def read(
        self, kind: str, ids: list[str], names: tuple[str, ...], history: tuple[str, ...] = ()
    ) -> list[Row]:
        """Records by id, with former values of some properties; those that are gone are left out.

        Unlike a search this does not lag behind.
        """
        found: list[Row] = []
        path = f"crm/objects/{VERSION}/{kind}/batch/read"
        for first in range(0, len(ids), READ_AT_ONCE):
            body = {
                "inputs": [{"id": id_} for id_ in ids[first : first + READ_AT_ONCE]],
                "properties": list(names),
                "propertiesWithHistory": list(history),
            }
            found += [flat(kind, row, names) for row in self._batch(path, body)]
        return found

    def linked(self, kind: str, other: str, ids: list[str]) -> dict[str, list[str]]:
        """Ids of the other type's records that hang on each record, in HubSpot's order."""
        path = f"crm/associations/{VERSION}/{kind}/{other}/batch/read"
        links: dict[str, list[str]] = {id_: [] for id_ in ids}
        waiting: list[Row] = [{"id": id_} for id_ in ids]
        while waiting:
            asked, waiting = waiting[:LINKS_AT_ONCE], waiting[LINKS_AT_ONCE:]
            for row in self._batch(path, {"inputs": asked}):
                id_ = str(row["from"]["id"])
                links[id_] += [str(to["toObjectId"]) for to in row["to"]]
                if after := ((row.get("paging") or {}).get("next") or {}).get("after"):
                    waiting.append({"id": id_, "after": after})
        return links

    def _batch(self, path: str, body: Row) -> list[Row]:
        answer = self._http.get(path, method="POST", json=body)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list):
            raise SourceError(NAME, path, "answer has no list 'results'", NEXT_RUN)
        return results
