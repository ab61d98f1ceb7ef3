"""How every API connector asks its vendor: lists page by page, single answers, anything else raw.

Wraps dlt's `RESTClient` (its authenticators and paginators work as they are) around the session of
`http_session.py`: bounded retries with jitter, `Retry-After` honoured, size and time limits, never
another host. What cannot be had becomes one `SourceError` line: source, path, problem, remedy.
"""

import logging
from collections.abc import Iterator
from threading import local
from typing import Any
from urllib.parse import urlsplit

from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator, SinglePagePaginator
from requests import Request, Response
from requests.auth import AuthBase
from requests.exceptions import JSONDecodeError

from connectors.contract import SourceError
from connectors.http_session import Policy, PoliteSession, Refused
from warehouse.retry_after import OwnWait

__all__ = ["Http", "Policy", "Refused"]

Row = dict[str, Any]
log = logging.getLogger(__name__)


class _Client(RESTClient):
    """dlt's client, except that an answer without the asked list is an error, not an empty page,
    and that paths are logged: dlt's own log, at level debug, quotes forms with their secrets."""

    source = ""

    def _log_request(self, request: Request, prepared_url: str) -> None:
        log.debug("%s: %s %s", self.source, request.method, urlsplit(prepared_url).path)

    def extract_response(self, response: Response, data_selector: Any) -> list[Any]:
        answer = parsed(self.source, response)
        rows = answer.get(data_selector) if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise SourceError(
                self.source,
                urlsplit(response.url).path,
                f"answer has no list {data_selector!r}",
                "nothing was kept; the next run asks again",
            )
        # Paginators parse the body again; a page of 1,000 tickets is megabytes.
        response.json = lambda **_: answer  # type: ignore[method-assign]
        return rows


def parsed(source: str, response: Response) -> Any:
    """The JSON of an answer.

    Raises:
        SourceError: it is not JSON (cut off, a proxy's HTML page, …).
    """
    try:
        return response.json()
    except JSONDecodeError as error:
        raise SourceError(
            source,
            urlsplit(response.url).path,
            f"answer is not JSON (at character {error.pos})",
            "nothing was kept; the next run asks again",
        ) from None


class Http:
    """One source's API: `pages` for lists, `get` for one JSON answer, `send` for anything else.

    Safe to share between threads: each gets its own session.
    """

    def __init__(
        self,
        source: str,
        base_url: str,
        *,
        auth: AuthBase | None = None,
        headers: dict[str, str] | None = None,
        hosts: tuple[str, ...] = (),
        policy: Policy | None = None,
        own_wait: OwnWait | None = None,
        signature: AuthBase | None = None,
    ) -> None:
        """Nothing is requested yet.

        Args:
            source: the connector's name, as errors say it.
            auth: dlt's `HttpBasicAuth`, `BearerTokenAuth`, … or any `requests` auth.
            hosts: further host names (https only) that the vendor really spreads its API over.
            own_wait: reads how long to wait from headers that only this vendor has; no limit of
                ours, so no part of the policy.
            signature: an auth that is good for one try only: every try is signed anew.

        Raises:
            SourceError: `base_url` is not an http(s) address.
        """
        self._source, self._base_url, self._auth = source, base_url.rstrip("/"), auth
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._hosts, self._policy, self._local = hosts, policy or Policy(), local()
        self._own_wait, self._signature = own_wait, signature
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            remedy = f"write it like https://host in connection heedline_{source}"
            raise SourceError(source, "connection", "has no usable address", remedy)

    @property
    def _client(self) -> _Client:
        if not hasattr(self._local, "client"):
            session = PoliteSession(
                self._source,
                self._base_url,
                self._policy,
                self._hosts,
                self._own_wait,
                self._signature,
            )
            self._local.client = _Client(
                self._base_url, headers=self._headers, auth=self._auth, session=session
            )
            self._local.client.source = self._source
        client: _Client = self._local.client
        return client

    def send(self, method: str, path: str, **kwargs: Any) -> Response:
        """One request (`params`, `json`, `data`, `headers`, `stream`); the answer is 2xx.

        Raises:
            SourceError: it could not be had.
        """
        return self._client.request(path, method=method.upper(), **kwargs)  # type: ignore[arg-type]

    def get(self, path: str, method: str = "GET", **kwargs: Any) -> Any:
        """One JSON answer, parsed. Raises SourceError."""
        return parsed(self._source, self.send(method, path, **kwargs))

    def pages(
        self,
        path: str,
        key: str,
        *,
        method: str = "GET",
        paginator: BasePaginator | None = None,
        params: Row | None = None,
        json: Row | None = None,
    ) -> Iterator[tuple[list[Row], Row]]:
        """Every page of a list: (rows under top-level `key`, the whole answer).

        Raises:
            SourceError: a page could not be had, or does not look like one.
        """
        try:
            for page in self._client.paginate(
                path,
                method=method.upper(),  # type: ignore[arg-type]
                params=params,
                json=json,
                data_selector=key,
                paginator=paginator or SinglePagePaginator(),
            ):
                yield list(page), page.response.json()
        except (ValueError, KeyError, TypeError) as error:
            problem = f"page says nothing usable about the next one ({type(error).__name__})"
            remedy = "nothing was kept; the next run asks again"
            raise SourceError(self._source, path, problem, remedy) from None
