"""The Graph API: lists by cursor, and what its error codes mean.

Errors come as HTTP 400 or 403, whatever they are about. The codes that mean a limit are turned
into 429 with Meta's own word on when it ends, those that mean a bad token into 401, so that the
shared session does the right thing.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from requests import PreparedRequest, Response
from requests.auth import AuthBase

from connectors.contract import Credentials, SourceError
from connectors.http import Http, Policy, Refused
from connectors.paginators import by_token
from warehouse.clock import BadTimestamp, iso, parse_as_of

NAME = "meta"
NEXT_RUN = "nothing was kept; the next run asks again"
Row = dict[str, Any]

# Calls of the app, the user, the page, a custom limit; business use cases of page and Instagram.
LIMITS = frozenset({4, 17, 32, 613, 80001, 80002, 80006})
BAD_TOKEN = frozenset({102, 190})
# "Object does not exist, cannot be loaded due to missing permissions, …"
GONE = (100, 33)
PAGE_SIZE = 100
# Limits are counted over an hour.
POLICY = Policy(longest_wait=65 * 60)


class PageToken(AuthBase):
    """A page's access token, in the header: in the address it would get into logs."""

    def __init__(self, token: str, app_secret: str = "") -> None:
        self._token, self._proof = token, ""
        if app_secret:
            key, message = app_secret.encode(), token.encode()
            self._proof = hmac.new(key, message, hashlib.sha256).hexdigest()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        if self._proof:
            request.prepare_url(request.url or "", {"appsecret_proof": self._proof})
        request.register_hook("response", translated)  # type: ignore[no-untyped-call]
        return request


def translated(response: Response, **_: Any) -> Response:
    """An error's status by its code: 429 for limits, 401 for tokens, 410 for what is gone."""
    if response.status_code < 400:
        return response
    error = error_of(response)
    code = error.get("code")
    if code in LIMITS:
        response.status_code = 429
        if minutes := regained_after(response):
            response.headers["Retry-After"] = str(60 * minutes)
    elif code in BAD_TOKEN:
        response.status_code = 401
    elif (code, error.get("error_subcode")) == GONE:
        response.status_code = 410
    elif code in (1, 2):  # "unknown", "service": Meta asks to try again
        response.status_code = 503
    return response


def error_of(response: Response) -> Row:
    """The `error` of an answer; empty where it has none."""
    try:
        error = response.json().get("error")
    except (ValueError, AttributeError):
        return {}
    return error if isinstance(error, dict) else {}


def regained_after(response: Response) -> int:
    """Minutes until calls are let through again, as the usage header has it; 0: it does not say."""
    try:
        usage = orjson.loads(response.headers.get("X-Business-Use-Case-Usage", "{}"))
        waits = [int(u["estimated_time_to_regain_access"]) for us in usage.values() for u in us]
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0
    return max(waits, default=0)


class Graph:
    """The Graph API in one version, as one page."""

    def __init__(self, credentials: Credentials, version: str) -> None:
        secret = str(credentials.extra.get("app_secret") or "")
        auth = PageToken(credentials.password, secret)
        self._http = Http(NAME, credentials.base_url, auth=auth, policy=POLICY)
        self._version = version

    def get(self, path: str, **params: Any) -> Row:
        """One object. Raises SourceError."""
        answer = self._http.get(f"/{self._version}/{path}", params=params)
        if not isinstance(answer, dict):
            raise SourceError(NAME, path, "answer is no object", NEXT_RUN)
        return answer

    def is_gone(self, id_: str) -> bool:
        """Whether an object is deleted, or may no longer be seen."""
        try:
            self.get(id_, fields="id")
        except Refused as refusal:
            if refusal.status != 410:
                raise
            return True
        return False

    def pages(self, path: str, **params: Any) -> Iterator[list[Row]]:
        """Every page of a list. A page may be empty though others follow.

        Raises:
            SourceError: a page could not be had, or does not look like one.
        """
        try:
            for answer in by_token(
                lambda asked: self.get(path, **asked),
                {"limit": PAGE_SIZE, **params},
                token_of=next_cursor,
                token_param="after",  # noqa: S106 (a parameter's name)
            ):
                rows = answer["data"]
                if not isinstance(rows, list):
                    raise TypeError("no list")
                yield rows
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise SourceError(NAME, path, f"page is no list ({error})"[:120], NEXT_RUN) from None


def next_cursor(answer: Row) -> str | None:
    """The cursor of the next page. The last page has a cursor too, but no link to a next one."""
    paging = answer.get("paging") or {}
    if not paging.get("next"):
        return None
    after: str = paging["cursors"]["after"]
    return after


def moment(text: Any) -> str | None:
    """Meta's time (`2026-06-20T12:00:00+0000`) as ISO 8601 in UTC; None for anything else."""
    try:
        return iso(parse_as_of(str(text)))
    except BadTimestamp:
        return None


def before(text: Any, limit: datetime) -> bool:
    """Whether Meta's time is one before the limit."""
    said = moment(text)
    return said is not None and parse_as_of(said) < limit
