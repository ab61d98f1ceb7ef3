"""Requests in the name of an account of ours: OAuth 1.0a, HMAC-SHA1 (RFC 5849).

X takes OAuth 2.0 for the same, but each renewal there makes a new refresh token and ends the old
one, and a connection is not ours to write. These four keys stay as they are until withdrawn.
"""

import hmac
import time
from base64 import b64encode
from secrets import token_hex
from urllib.parse import parse_qsl, quote, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from connectors.contract import Credentials, SourceError

# As X's developer portal calls them.
KEYS = ("api_key", "api_key_secret", "access_token", "access_token_secret")


class UserSignature(AuthBase):
    """`Authorization: OAuth …`, good for one try of one request, for minutes."""

    def __init__(self, credentials: Credentials, source: str) -> None:
        """Reads the keys out of the connection's extra.

        Raises:
            SourceError: one is missing.
        """
        extra = credentials.extra
        if absent := [name for name in KEYS if not extra.get(name)]:
            where = f"connection heedline_{source}"
            problem = f"its extra has no {', '.join(absent)}"
            remedy = f"see connectors/{source}/README.md for direct messages"
            raise SourceError(source, where, problem, remedy)
        self._key, self._secret, self._token, self._token_secret = (str(extra[k]) for k in KEYS)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = self.header(
            request.method or "", request.url or "", token_hex(16), int(time.time())
        )
        return request

    def header(self, method: str, url: str, nonce: str, timestamp: int) -> str:
        """The header of a request without a form."""
        parts = urlsplit(url)
        own = {
            "oauth_consumer_key": self._key,
            "oauth_nonce": nonce,
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(timestamp),
            "oauth_token": self._token,
            "oauth_version": "1.0",
        }
        query = parse_qsl(parts.query, keep_blank_values=True)
        pairs = sorted((_coded(name), _coded(text)) for name, text in [*query, *own.items()])
        port = f":{parts.port}" if parts.port else ""
        address = f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
        signed = [method.upper(), address, "&".join(f"{name}={text}" for name, text in pairs)]
        key = f"{_coded(self._secret)}&{_coded(self._token_secret)}".encode()
        digest = hmac.digest(key, "&".join(map(_coded, signed)).encode(), "sha1")
        own["oauth_signature"] = b64encode(digest).decode()
        return "OAuth " + ", ".join(f'{name}="{_coded(text)}"' for name, text in own.items())


def _coded(text: str) -> str:
    return quote(text, safe="")
