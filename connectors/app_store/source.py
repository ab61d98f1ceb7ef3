"""App Store → reviews of our apps, each with our response.

The API knows neither "changed since" nor a time of change: a review that is edited or deleted, and
a response that is added, show only where the list says something else than before. So each run
reads the newest reviews, and once a day the whole list; what it lacks then is deleted, if the
vendor's own count says that all of it was read.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import dlt
from dlt.sources import DltSource
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.http import Http, Refused
from connectors.seen import Seen
from connectors.tokens import RenewedToken, signed
from warehouse.clock import BadTimestamp, iso, parse_as_of, wall_now

NAME = "app_store"
Row = dict[str, Any]
log = logging.getLogger(__name__)

PAGE_SIZE = 200  # the most
# Apple refuses tokens that are good for more than 20 minutes.
TOKEN_SECONDS = 900


def sign_in(credentials: Credentials) -> RenewedToken:
    """Tokens signed with the API key; a team key names its issuer, an individual key its user."""
    issuer = {"iss": credentials.login} if credentials.login else {"sub": "user"}
    headers = {"kid": str(credentials.extra.get("key_id", ""))}
    if not headers["kid"]:
        remedy = 'put {"key_id": "…"} into its extra'
        raise SourceError(NAME, f"connection heedline_{NAME}", "names no key", remedy)

    def renew() -> tuple[str, float]:
        now = int(time.time())
        times = {"iat": now, "exp": now + TOKEN_SECONDS}
        claims = {**issuer, **times, "aud": "appstoreconnect-v1"}
        return signed(NAME, claims, credentials.password, "ES256", headers), TOKEN_SECONDS

    return RenewedToken(renew)


class Listed:
    """One app's reviews, newest first: a page at a time, with what the vendor counts."""

    def __init__(self, http: Http, app_id: str) -> None:
        self._http, self._app_id = http, app_id
        self.ids: set[str] = set()
        self.total: int | None = None

    def pages(self) -> Iterator[list[Row]]:
        """Every page.

        Raises:
            SourceError: a page could not be had; there is no such app.
        """
        path = f"/v1/apps/{self._app_id}/customerReviews"
        params = {"include": "response", "limit": PAGE_SIZE, "sort": "-createdDate"}
        links = JSONLinkPaginator(next_url_path="links.next")
        try:
            for rows, answer in self._http.pages(path, "data", paginator=links, params=params):
                paging = (answer.get("meta") or {}).get("paging") or {}
                self.total = paging.get("total", self.total)
                before = len(self.ids)
                self.ids |= {str(row.get("id")) for row in rows}
                if rows and len(self.ids) == before:
                    remedy = "nothing was kept; the next run asks again"
                    raise SourceError(NAME, path, "a page brings no review that is new", remedy)
                yield [self._shaped(row, answer) for row in rows]
        except Refused as refusal:
            if refusal.status != 404:
                raise
            problem, remedy = f"no app {self._app_id}", "correct apps in channels.yml"
            raise SourceError(NAME, path, problem, remedy) from None

    def _shaped(self, review: Row, answer: Row) -> Row:
        """A review's attributes beside its id, its app and our response."""
        link = ((review.get("relationships") or {}).get("response") or {}).get("data") or {}
        response = next(
            (
                {"id": found["id"], **(found.get("attributes") or {})}
                for found in answer.get("included") or []
                if found.get("type") == link.get("type") and found.get("id") == link.get("id")
            ),
            None,
        )
        own = {"id": review.get("id"), "appId": self._app_id, "response": response}
        return {**(review.get("attributes") or {}), **own, "deleted": False}

    @property
    def is_whole(self) -> bool:
        """Whether as many reviews came as Apple counts."""
        return self.total is not None and len(self.ids) == self.total


def made_at(row: Row) -> datetime | None:
    """When a review was written; None when it does not say."""
    try:
        return parse_as_of(str(row.get("createdDate")))
    except BadTimestamp:
        return None


def reviews_of(listed: Listed, app_id: str, state: Row, now: datetime, every: timedelta,
               lookback: timedelta) -> Iterator[list[Row]]:  # fmt: skip
    """What is new or changed of an app; marks of deleted reviews when the whole list was read.

    Args:
        state: `seen`, `whole_at` and `read_at`; moved on when all was read.
    """
    seen, whole_at = Seen(state), state.get("whole_at")
    is_due = not whole_at or now - parse_as_of(whole_at) >= every
    since = None if is_due else parse_as_of(state["read_at"]) - lookback
    for rows in listed.pages():
        named = [row for row in rows if row["id"] is not None]
        fresh = [row for row in rows if row["id"] is None]
        fresh += seen.fresh(({"createdDate": None, **row} for row in named), "id", "createdDate")
        if fresh:
            yield fresh
        times = [moment for row in named if (moment := made_at(row))]
        if since and times and min(times) < since:
            break
    state["read_at"] = iso(now)
    if not is_due:
        return
    if not listed.is_whole:
        log.warning(
            "app_store: app %s: %d reviews came where Apple counts %s; deleted ones are looked for "
            "by the next run", app_id, len(listed.ids), listed.total,
        )  # fmt: skip
        return
    gone = sorted(set(state["seen"]) - listed.ids)
    if gone:
        yield [
            {"id": id_, "appId": app_id, "createdDate": state["seen"][id_][0], "deleted": True}
            for id_ in gone
        ]
    seen.forget(gone)
    state["whole_at"] = iso(now)


def source(
    credentials: Credentials,
    *,
    apps: list[str],
    whole_hours: int = 24,
    lookback_days: int = 3,
) -> DltSource:
    """The resource `reviews` (nothing is requested yet).

    Args:
        credentials: base_url https://api.appstoreconnect.apple.com, login the issuer id (empty for
            an individual key), password the private key (.p8), extra `key_id`.
        apps: Apple ids of the apps (numbers).
        whole_hours: how often the whole list is read.
        lookback_days: how far before the last run the other runs read.

    Raises:
        SourceError: no apps, or the connection names no key.
    """
    if not apps:
        raise SourceError(NAME, "settings", "name no apps", "put their ids into channels.yml")
    http = Http(NAME, credentials.base_url, auth=sign_in(credentials))
    every, lookback = timedelta(hours=whole_hours), timedelta(days=lookback_days)

    @dlt.resource(name="reviews", **resources(NAME)["reviews"].dlt_hints())
    def reviews() -> Iterator[list[Row]]:
        state, now = dlt.current.resource_state(), wall_now()
        known: dict[str, int] = {}
        counted: dict[str, int | None] = {}
        for app_id in map(str, apps):
            of_app = state.setdefault("apps", {}).setdefault(app_id, {})
            listed = Listed(http, app_id)
            yield from reviews_of(listed, app_id, of_app, now, every, lookback)
            known[app_id], counted[app_id] = len(of_app["seen"]), listed.total
        told = {app_id: total for app_id, total in counted.items() if total is not None}
        if len(told) == len(counted):
            # More than its list ever gave: not lost on the way; the next whole read looks again.
            exact = all(total <= known[app_id] for app_id, total in told.items())
            state["vendor_count"] = vendor_count(sum(told.values()), exact=exact, among=told)

    @dlt.source(name=NAME, max_table_nesting=0)
    def app_store() -> Any:
        return reviews

    return app_store()
