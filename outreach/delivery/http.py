"""One target's API: paced, bounded, and clear about whether a message was perhaps taken.

A request is tried again here only when the target surely did not take it (429, or 503 with
`Retry-After`) or when it only reads. A lost answer to anything else is `Unsure`. Redirects are not
followed, because the credentials would travel along.
"""

import logging
import ssl
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from outreach.delivery.messages import Closed, Later, Refused, Undelivered, Unsure
from warehouse.credentials import Credentials
from warehouse.retry_after import OwnWait, asked_wait

# httpx logs every address; an incoming webhook's is its secret.
logging.getLogger("httpx").setLevel(logging.WARNING)

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ATTEMPTS = 4
_LONGEST_WAIT = 60.0


@cache
def _trusted() -> ssl.SSLContext:
    """The usual authorities, read once and not once per client."""
    return httpx.create_ssl_context()


class Pace:
    """At most so many requests in a minute, evenly spaced. One per target and process."""

    def __init__(
        self,
        per_minute: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap, self._clock, self.sleep = 60 / per_minute, clock, sleep
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next request may go out."""
        now = self._clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap


class Http:
    """Requests to one target; whatever goes wrong is an `Undelivered` of the kind that fits."""

    def __init__(
        self,
        credentials: Credentials,
        pace: Pace,
        timeout: float,
        *,
        auth: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
        own_wait: OwnWait | None = None,
    ) -> None:
        """Nothing is requested yet.

        Args:
            own_wait: reads how long to wait from headers that only this target has.

        Raises:
            Closed: the address is not https (http only for loopback).
        """
        parts = urlsplit(credentials.base_url)
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
            raise Closed("the connection's address is not https; write it like https://host")
        self._host, self._pace, self._timeout = parts.hostname, pace, timeout
        self._own_wait = own_wait
        self._client = httpx.Client(
            base_url=credentials.base_url,
            auth=auth,
            headers=headers,
            timeout=timeout,
            verify=_trusted(),
        )

    def close(self) -> None:
        self._client.close()

    def look(self, method: str, path: str, **kwargs: Any) -> Any:
        """A request that only reads (or that changes nothing when repeated); its JSON.

        Raises:
            Undelivered: Closed, Later or Refused.
        """
        try:
            return self._json(self._patiently(method, path, reads=True, **kwargs))
        except Unsure as error:
            raise Later(str(error)) from None

    def send(self, method: str, path: str, **kwargs: Any) -> Any:
        """A request that leaves something behind, made once; its JSON (None without any).

        Raises:
            Undelivered: Unsure when it may have been taken.
        """
        return self._json(self._patiently(method, path, reads=False, **kwargs))

    def _patiently(self, method: str, path: str, *, reads: bool, **kwargs: Any) -> httpx.Response:
        backoff = wait_random_exponential(multiplier=0.5, max=20)

        def passes(error: BaseException) -> bool:
            waits = isinstance(error, Later) and (error.wait or 0) <= _LONGEST_WAIT
            return waits or (reads and isinstance(error, Unsure))

        def pause(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, Later) else None
            return backoff(state) if asked is None else asked

        retrying = Retrying(
            retry=retry_if_exception(passes),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=pause,
            sleep=self._pace.sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, method, path, **kwargs)
        except Later as error:
            raise Closed(str(error)) from None

    def _once(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        self._pace.wait()
        try:
            response = self._client.request(method, path, **kwargs)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol):
            raise Closed(f"cannot reach {self._host}; check address and network") from None
        except httpx.TimeoutException:
            raise Unsure(f"no answer within {self._timeout:g} s") from None
        except httpx.HTTPError as error:
            raise Unsure(f"the answer broke off ({type(error).__name__})") from None
        if response.is_success:
            return response
        raise _failure(response, self._own_wait)

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        try:
            return response.json() if response.content.strip() else None
        except ValueError:
            # Taken, by its status; what it answered is of no further use (`ok`, an HTML page).
            return None


def _failure(response: httpx.Response, own_wait: OwnWait | None) -> Undelivered:
    status = response.status_code
    said = f"HTTP {status}{_words(response)}"
    wait = asked_wait(status, response.headers, own_wait)
    if status == 429 or (status == 503 and wait is not None):
        asks = "" if wait is None else f", asks to wait {wait:.0f} s"
        return Later(f"rate limit reached ({said}{asks})", wait)
    if status in {401, 403, 410}:
        return Closed(f"access denied ({said}); renew the connection or its rights")
    if status in {408, 425} or status >= 500:
        return Unsure(said)
    if response.is_redirect:
        return Closed(f"{said}: was sent on to another address, which is not followed")
    return Refused(said)


def _words(response: httpx.Response) -> str:
    """The vendor's own words: `message`, `description`, `error`, … wherever they stand."""
    try:
        body = response.json()
    except ValueError:
        return ""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, str):
                    if name in {"message", "description", "error", "errorCode", "title", "detail"}:
                        found.append(inner)
                else:
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(body)
    return f": {'; '.join(dict.fromkeys(found))}" if found else ""
