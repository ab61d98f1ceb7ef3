"""One Bulk API 2.0 query to its last row, with every set of results counted.

The job protocol (create, poll, sets by locator, 'null' as the last one) is simple-salesforce's
`SFBulk2Handler`, run over our own polite session. Its sign-in is not used: it only knows
`https://<domain>.salesforce.com`, no client-credentials flow elsewhere, and no time limits.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from requests import Response
from requests.exceptions import JSONDecodeError
from simple_salesforce.bulk2 import SFBulk2Handler
from simple_salesforce.exceptions import SalesforceError, SalesforceOperationError

from connectors.contract import Credentials, SourceError
from connectors.http import Http, Policy
from connectors.http_session import PoliteSession

NAME = "salesforce"
NEXT_RUN = "nothing was kept; the next run asks again"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Row = dict[str, Any]
# Python's own limit is 131,072 characters, and a mail or a chat may be as long.
csv.field_size_limit(1 << 24)


def sign_in(credentials: Credentials) -> tuple[str, str]:
    """OAuth 2.0 client credentials: (access token, the org's own address).

    Raises:
        SourceError: refused, or the address is not https (http only for loopback).
    """
    where = "/services/oauth2/token"
    _check_scheme(credentials.base_url)
    http = Http(NAME, credentials.base_url)
    asked = {
        "grant_type": "client_credentials",
        "client_id": credentials.login,
        "client_secret": credentials.password,
    }
    try:
        answer = http.get(where, method="POST", data=asked)
    except SourceError as error:
        # Salesforce answers 400 {"error": "invalid_client", …} to a wrong key or secret.
        if "HTTP 400" not in str(error):
            raise
        remedy = "renew consumer key and secret in connection heedline_salesforce, and check that "
        remedy += "the connected app allows the client-credentials flow"
        raise SourceError(NAME, where, "credentials refused (HTTP 400)", remedy) from None
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise SourceError(NAME, where, "answer holds no access_token", NEXT_RUN)
    instance = str(answer.get("instance_url") or credentials.base_url).rstrip("/")
    _check_scheme(instance)
    return token, instance


def _check_scheme(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        remedy = "write it like https://mycompany.my.salesforce.com in connection "
        raise SourceError(
            NAME, "connection", "address is not https", remedy + "heedline_salesforce"
        )


class Bulk:
    """Queries of one org. Not to be shared: each keeps the counts of its own query."""

    def __init__(
        self, token: str, instance: str, *, version: str, max_records: int, poll_seconds: float
    ) -> None:
        self._session = PoliteSession(NAME, instance, Policy(), ())
        self._session.hooks["response"].append(self._note)
        self._counted: dict[str, int] = {}
        self._handler = SFBulk2Handler(
            token, f"{instance}/services/data/v{version}/jobs/", session=self._session
        )
        self._max_records, self._poll_seconds = max_records, poll_seconds

    def _note(self, response: Response, **_: Any) -> None:
        """Keep the vendor's own count of a set (by URL: a repeated request counts once)."""
        count = response.headers.get("Sforce-NumberOfRecords", "")
        if count.isdigit():
            self._counted[response.url] = int(count)

    def query_all(self, obj: str, query: str) -> Iterator[list[Row]]:
        """Every row of a `queryAll`, deleted and merged ones too, set by set; empty text is None.

        Raises:
            SourceError: the job failed, an answer is no CSV, or rows are missing.
        """
        self._counted.clear()
        received = 0
        try:
            sets = getattr(self._handler, obj).query_all(
                query, max_records=self._max_records, wait=self._poll_seconds
            )
            for text in sets:
                rows = _rows(obj, text)
                received += len(rows)
                yield rows
        except (SalesforceError, SalesforceOperationError) as error:
            raise SourceError(
                NAME,
                f"query job {obj}",
                " ".join(str(error).split())[:300],
                "see connectors/salesforce/README.md (scopes, own fields)",
            ) from None
        except (JSONDecodeError, csv.Error, KeyError, ValueError) as error:
            problem = f"answer is not what the Bulk API sends ({type(error).__name__})"
            raise SourceError(NAME, f"query job {obj}", problem, NEXT_RUN) from None
        if received != sum(self._counted.values()):
            counted = sum(self._counted.values())
            problem = f"{received} rows came where Salesforce counts {counted}"
            raise SourceError(NAME, f"query job {obj}", problem, NEXT_RUN)


def _rows(obj: str, text: str) -> list[Row]:
    """The rows of one set of results. Salesforce quotes every value; an empty one means null."""
    rows = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline=""), strict=True), 1):
        if None in row or None in row.values() or not row.get("Id"):
            problem = f"row {number} of a set does not fit its header"
            raise SourceError(NAME, f"query job {obj}", problem, NEXT_RUN)
        rows.append({name: value or None for name, value in row.items()})
    return rows
