"""Sign-in by tokens that run out: renewed a little before that, and JWTs signed for them."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import jwt
from requests import PreparedRequest
from requests.auth import AuthBase

from connectors.contract import SourceError
from connectors.http import Http, Refused

_EARLY = 60.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class RenewedToken(AuthBase):
    """`Authorization: Bearer …` with a token that is renewed a minute before it runs out.

    Safe to share between threads.
    """

    def __init__(self, renew: Callable[[], tuple[str, float]]) -> None:
        """`renew` gives a token and the seconds it is good for. Nothing is asked yet."""
        self._renew, self._lock = renew, Lock()
        self._token, self._good_until = "", 0.0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        with self._lock:
            if time.monotonic() > self._good_until - _EARLY:
                self._token, seconds = self._renew()
                self._good_until = time.monotonic() + seconds
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def fetched(
    source: str,
    token_uri: str,
    form: Callable[[], dict[str, Any]],
    *,
    auth: AuthBase | None = None,
    headers: dict[str, str] | None = None,
) -> RenewedToken:
    """Access tokens that an OAuth 2.0 token endpoint hands out for a form.

    Raises:
        SourceError: `token_uri` is not https (http only for loopback); later, when a token is
            needed: refused, or the answer holds none.
    """
    parts, connection = urlsplit(token_uri), f"connection heedline_{source}"
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        remedy = f"correct token_uri in the extra of {connection}"
        raise SourceError(source, "connection", "token_uri is not https", remedy)
    http = Http(source, f"{parts.scheme}://{parts.netloc}", auth=auth, headers=headers)

    def renew() -> tuple[str, float]:
        try:
            answer = http.get(parts.path, method="POST", data=form())
        except Refused as refusal:
            if refusal.status != 400:
                raise
            problem, remedy = "credentials refused (HTTP 400)", f"renew the secret in {connection}"
            raise SourceError(source, parts.path, problem, remedy) from None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            problem = "answer holds no access_token"
            remedy = f"check login and secret in {connection}"
            raise SourceError(source, parts.path, problem, remedy)
        return token, float(answer.get("expires_in") or 3600)

    return RenewedToken(renew)


def signed(
    source: str, claims: dict[str, Any], key: str, algorithm: str, headers: dict[str, Any]
) -> str:
    """A JSON Web Token.

    Args:
        key: private key as PEM text; line ends may be written as `\\n`.

    Raises:
        SourceError: the key cannot be read, or is of another kind than the algorithm wants.
    """
    try:
        return jwt.encode(claims, key.replace("\\n", "\n"), algorithm=algorithm, headers=headers)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        problem = f"password is no private key for {algorithm} ({type(error).__name__})"
        remedy = f"see connectors/{source}/README.md"
        where = f"connection heedline_{source}"
        raise SourceError(source, where, problem, remedy) from None
