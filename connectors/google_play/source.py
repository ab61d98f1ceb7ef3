"""Google Play → reviews of our apps, each with our reply.

The list holds what was written or changed in the last week, nothing older, so every run reads all
of it. A review that was listed, is younger than a week and is listed no more is asked for by
itself: not found means deleted.
"""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import dlt
from dlt.sources import DltSource

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Http, Refused
from connectors.paginators import by_token
from connectors.seen import Seen
from connectors.tokens import RenewedToken, fetched, signed
from warehouse.clock import iso, parse_as_of, wall_now

NAME = "google_play"
NEXT_RUN = "nothing was kept; the next run asks again"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address)
Row = dict[str, Any]
log = logging.getLogger(__name__)

PAGE_SIZE = 100  # the most
REACH = timedelta(days=7)
# Near the end of the week a review leaves the list because it is old.
EDGE = timedelta(hours=6)
KEEP = timedelta(days=180)


def sign_in(credentials: Credentials) -> RenewedToken:
    """Access tokens of a service account (RFC 7523: a signed assertion is exchanged for one)."""
    token_uri = str(credentials.extra.get("token_uri") or TOKEN_URI)

    def form() -> Row:
        now = int(time.time())
        claims: Row = {"iss": credentials.login, "scope": SCOPE, "aud": token_uri}
        claims |= {"iat": now, "exp": now + 3600}
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": signed(NAME, claims, credentials.password, "RS256", {}),
        }

    return fetched(NAME, token_uri, form)


class App:
    """One app's reviews within a dlt resource's state: `seen`, `opened`, `read_at`."""

    def __init__(self, http: Http, package: str, state: Row, now: datetime) -> None:
        self._http, self._package, self._state, self._now = http, package, state, now
        self._path = f"/androidpublisher/v3/applications/{quote(package)}/reviews"
        self._seen = Seen(state)
        # When each review was first seen written: Google only tells of the last change.
        self._opened: dict[str, str] = state.setdefault("opened", {})

    def read(self) -> Iterator[list[Row]]:
        """Reviews that are new or changed, then marks of those that are deleted.

        Raises:
            SourceError: a page or a review could not be had.
        """
        last = self._state.get("read_at")
        if last and self._now - parse_as_of(last) > REACH:
            begin, end = last, iso(self._now - REACH)
            log.warning(
                "google_play: %s: reviews from %s to %s are beyond Google's reach; its CSV reports "
                "have them", self._package, begin, end,
            )  # fmt: skip
        listed: set[str] = set()
        for rows in self._pages():
            listed |= {str(row["reviewId"]) for row in rows if row.get("reviewId")}
            named = [row for row in rows if row.get("reviewId") and row["user_modified_at"]]
            fresh = [row for row in rows if row not in named]
            for row in self._seen.fresh(named, "reviewId", "user_modified_at"):
                opened = self._opened.setdefault(row["reviewId"], row["user_modified_at"])
                fresh.append({**row, "opened_at": opened})
            if fresh:
                yield fresh
        if gone := sorted(self._gone(listed)):
            yield [
                {"reviewId": id_, "package_name": self._package, "opened_at": self._opened[id_],
                 "deleted": True}
                for id_ in gone
            ]  # fmt: skip
        self._seen.forget(gone)
        self._state["read_at"] = iso(self._now)
        self._forget()

    def _pages(self) -> Iterator[list[Row]]:
        try:
            for answer in by_token(
                lambda params: self._http.get(self._path, params=params),
                {"maxResults": PAGE_SIZE},
                token_of=lambda a: (a.get("tokenPagination") or {}).get("nextPageToken"),
                token_param="token",  # noqa: S106 (a parameter's name)
            ):
                rows = answer.get("reviews", [])  # an empty page has no list
                yield [shaped(row, self._package) for row in rows]
        except Refused as refusal:
            if refusal.status != 404:
                raise
            problem, remedy = f"no app {self._package}", "correct packages in channels.yml"
            raise SourceError(NAME, self._path, problem, remedy) from None
        except (ValueError, TypeError, AttributeError) as error:
            raise SourceError(NAME, self._path, f"{error}"[:100], NEXT_RUN) from None

    def _gone(self, listed: set[str]) -> Iterator[str]:
        """Reviews that should be listed, are not, and cannot be had by themselves either."""
        since = iso(self._now - REACH + EDGE)
        for id_, (modified_at, _) in list(self._state["seen"].items()):
            if id_ in listed or modified_at < since:
                continue
            try:
                self._http.get(f"{self._path}/{quote(id_, safe='')}")
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                yield id_

    def _forget(self) -> None:
        self._seen.forget_before(iso(self._now - KEEP))
        for id_ in set(self._opened) - set(self._state["seen"]):
            del self._opened[id_]


def shaped(review: Row, package: str) -> Row:
    """A review with what staging reads of its comments: the newest of the user, our newest."""
    comments = review.get("comments") or []

    def newest(whose: str) -> Row:
        found = [comment[whose] for comment in comments if comment.get(whose)]
        return max(found, key=lambda c: moment(c) or "", default={})

    user, ours = newest("userComment"), newest("developerComment")
    return {
        **review,
        "package_name": package,
        "star_rating": user.get("starRating"),
        # Of a text that Google translated the original; title and text stand apart by a tab.
        "text": user.get("originalText") or user.get("text"),
        "reviewer_language": user.get("reviewerLanguage"),
        "user_modified_at": moment(user),
        "reply": ours.get("text"),
        "reply_modified_at": moment(ours),
        "deleted": False,
    }


def moment(comment: Row) -> str | None:
    """A comment's `lastModified` as ISO 8601 in UTC, to the microsecond."""
    said = comment.get("lastModified") or {}
    if not str(said.get("seconds", "")).isdigit():
        return None
    whole = datetime.fromtimestamp(int(said["seconds"]), UTC)
    return iso(whole + timedelta(microseconds=int(said.get("nanos") or 0) // 1000))


def source(credentials: Credentials, *, packages: list[str]) -> DltSource:
    """The resource `reviews` (nothing is requested yet).

    Args:
        credentials: base_url https://androidpublisher.googleapis.com, login the service account's
            client_email, password its private_key.
        packages: package names of the apps.

    Raises:
        SourceError: no packages, or token_uri is not https.
    """
    if not packages:
        problem, remedy = "name no packages", "put the apps' package names into channels.yml"
        raise SourceError(NAME, "settings", problem, remedy)
    http = Http(NAME, credentials.base_url, auth=sign_in(credentials))

    @dlt.resource(name="reviews", **resources(NAME)["reviews"].dlt_hints())
    def reviews() -> Iterator[list[Row]]:
        state, now = dlt.current.resource_state(), wall_now()
        for package in packages:
            of_app = state.setdefault("packages", {}).setdefault(package, {})
            yield from App(http, package, of_app, now).read()

    @dlt.source(name=NAME, max_table_nesting=0)
    def google_play() -> Any:
        return reviews

    return google_play()
