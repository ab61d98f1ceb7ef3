"""The session under `http.py`: one request, patient, bounded, only to the host it was given.

A request waits for its turn in the source's budget (`budget.py`). It is tried a few times
(jittered waits; as long as the vendor asks, when it does), a body has a size limit, and no request,
next-page link or redirect may leave the source's own host, because the credentials would travel
with it. Whatever still fails becomes one `SourceError` line: source, path, problem, remedy.
Never a URL's query, a header or a body, which may hold secrets or personal data.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from dlt.sources.helpers.requests.session import Session
from requests import PreparedRequest, Response
from requests.auth import AuthBase
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import HTTPError, RequestException, Timeout
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError

from connectors.budget import budget_of
from connectors.contract import SourceError
from warehouse.retry_after import OwnWait, asked_wait

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK = 1 << 20
_NEXT_RUN = "nothing is lost; the next run goes on from here"


@dataclass(frozen=True)
class Policy:
    """Limits of one source's conversation. Seconds and bytes.

    Attributes:
        attempts: tries of one request, the first included.
        read_timeout: longest silence; `longest_answer`: longest time for one whole answer, or one
            that drips a byte a minute would hold the run for good.
        longest_wait: a vendor asking for a longer pause than this ends the run.
        longest_body: an answer above this is refused before it fills the memory.
    """

    attempts: int = 6
    connect_timeout: float = 10
    read_timeout: float = 120
    longest_answer: float = 900
    backoff: float = 0.5
    longest_backoff: float = 20
    longest_wait: float = 300
    longest_body: int = 256 << 20
    sleep: Callable[[float], None] = time.sleep


def in_force(policy: Policy) -> Policy:
    """The limits that a session keeps to: the connector's own. Tests with faults shorten them here,
    for all connectors alike."""
    return policy


class Refused(SourceError):
    """The vendor answered, with an error status that trying again does not change.

    Attributes:
        status: the HTTP status, for connectors to which some mean more than "failed".
    """

    def __init__(self, source: str, where: str, problem: str, remedy: str, status: int) -> None:
        super().__init__(source, where, problem, remedy)
        self.status = status


class _Again(Exception):
    """This attempt failed in a way that may pass: worth another one after `wait` seconds."""

    def __init__(self, problem: str, remedy: str, wait: float | None = None) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.wait = problem, remedy, wait


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


class PoliteSession(Session):
    """A requests session with the house rules inside `send`, so that redirects obey them too."""

    def __init__(
        self,
        source: str,
        base_url: str,
        policy: Policy,
        hosts: tuple[str, ...],
        own_wait: OwnWait | None = None,
        signature: AuthBase | None = None,
    ) -> None:
        policy = in_force(policy)
        super().__init__(
            timeout=(policy.connect_timeout, policy.read_timeout), raise_for_status=False
        )
        self.max_redirects = 5
        self._source, self._policy = source, policy
        self._own_wait, self._signature = own_wait, signature
        self._home, self._hosts = _origin(base_url), frozenset(hosts)
        self._budget = budget_of(source, self._home[1], sleep=policy.sleep)

    def _error(self, path: str, problem: str, remedy: str) -> SourceError:
        return SourceError(self._source, path, problem, remedy)

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        url = request.url or ""
        path = urlsplit(url).path
        self._check_host(url, path)
        backoff = wait_random_exponential(
            multiplier=self._policy.backoff, max=self._policy.longest_backoff
        )

        def pause(state: RetryCallState) -> float:
            failure = state.outcome.exception() if state.outcome else None
            asked = failure.wait if isinstance(failure, _Again) else None
            # A little jitter on top of the asked pause: parallel requests must not return as one.
            return backoff(state) if asked is None else asked + min(1.0, backoff(state))

        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_after_attempt(self._policy.attempts),
            wait=pause,
            sleep=self._policy.sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, request, path, kwargs)
        except _Again as failure:
            tries = f"after {self._policy.attempts} tries"
            raise self._error(path, f"{failure.problem} ({tries})", failure.remedy) from None

    def _check_host(self, url: str, path: str) -> None:
        there = _origin(url)
        if there != self._home and not (there[0] == "https" and there[1] in self._hosts):
            raise self._error(
                path,
                f"was sent on to another host ({there[0]}://{there[1]}), which is not followed",
                f"check the address in connection heedline_{self._source}",
            )

    def _attempt(self, request: PreparedRequest, path: str, kwargs: dict[str, Any]) -> Response:
        whole = not kwargs.get("stream")
        self._budget.wait()
        if self._signature:
            request = self._signature(request)
        began = time.monotonic()
        try:
            # Streamed, so that the size limit is checked while reading, not after.
            response: Response = super().send(  # type: ignore[no-untyped-call]
                request, **{**kwargs, "stream": True}
            )
            if whole and response.status_code not in _RETRIED:
                self._read(response, path, began)
        except HTTPError as error:  # raised by the client's own hook: judged below like any other
            response = cast(Response, error.response)
        except (Timeout, ReadTimeoutError):
            raise _Again(
                f"no answer within {self._policy.read_timeout:g} s",
                _NEXT_RUN,
            ) from None
        except (ProtocolError, DecodeError):
            raise _Again("the answer broke off", _NEXT_RUN) from None
        except Unreachable:
            raise _Again(
                f"cannot reach {self._home[1]}",
                f"check the address in connection heedline_{self._source} and the network",
            ) from None
        except RequestException as error:
            kind = type(error).__name__
            remedy = f"check the address in connection heedline_{self._source}"
            raise self._error(path, f"request failed ({kind})", remedy) from None
        self._judge(response, path)
        return response

    def _read(self, response: Response, path: str, began: float) -> None:
        """Read the whole answer, a piece at a time as it comes, so that both its limits hold.

        Its time counts from the request on (`began`, of the monotonic clock).
        """
        body = bytearray()
        while piece := response.raw.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > self._policy.longest_body:
                response.close()
                size = self._policy.longest_body >> 20
                raise self._error(path, f"answer larger than {size} MiB", "ask for smaller pages")
            if time.monotonic() - began > self._policy.longest_answer:
                response.close()
                took = f"answer not whole after {self._policy.longest_answer:g} s"
                raise _Again(took, _NEXT_RUN)
        response._content, response._content_consumed = bytes(body), True  # type: ignore[attr-defined]

    def _judge(self, response: Response, path: str) -> None:
        status = response.status_code
        if status < 400:
            return
        connection = f"connection heedline_{self._source}"
        if status in _RETRIED:
            wait = asked_wait(status, response.headers, self._own_wait)
            response.close()
            problem = "rate limit reached" if status == 429 else f"HTTP {status}"
            if wait is not None and wait > self._policy.longest_wait:
                remedy = "run it again after that; nothing is lost"
                raise self._error(path, f"{problem}, asks to wait {wait:.0f} s", remedy)
            raise _Again(problem, _NEXT_RUN, wait)
        problem, remedy = {
            401: ("credentials refused (HTTP 401)", f"renew login and secret in {connection}"),
            403: (
                "access denied (HTTP 403)",
                f"grant the scopes named in connectors/{self._source}/README.md",
            ),
            404: ("not found (HTTP 404)", f"check the address in {connection}"),
        }.get(status, (f"HTTP {status}", f"see connectors/{self._source}/README.md"))
        raise Refused(self._source, path, problem, remedy, status)
