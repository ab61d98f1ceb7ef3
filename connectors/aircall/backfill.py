"""A window of Aircall's history: calls that began within it, with their contacts and words."""

from collections.abc import Iterator
from typing import Any

import dlt
from dlt.sources import DltSource

from connectors.aircall.reading import NAME, Row, one, unsigned, windows
from connectors.aircall.source import PATIENT, signed_in, was_spoken
from connectors.contract import Credentials, resources
from connectors.http import Policy
from connectors.tables import into
from connectors.windows import WHOLE, Window

LEFT_OUT = {"users": WHOLE, "teams": WHOLE, "numbers": WHOLE}


def source(
    credentials: Credentials,
    window: Window,
    *,
    transcripts: bool = False,
    policy: Policy = PATIENT,
    **_: Any,
) -> DltSource:
    """What was made within the window (nothing is requested yet); settings as of the pull."""
    http, (begin, end) = signed_in(credentials, policy), window.seconds

    def within(key: str, when: str, **params: Any) -> Iterator[list[Row]]:
        for rows in windows(http, key, when, begin, to=end, **params):
            yield [row for row in rows if int(row[when]) < end]

    @dlt.resource(name="calls", write_disposition="append", max_table_nesting=0)
    def calls() -> Iterator[Any]:
        for page in within("calls", "started_at", fetch_contact="true"):
            rows = [unsigned(call) for call in page]
            yield into(NAME, "calls", rows)
            if known := [row["contact"] for row in rows if row.get("contact")]:
                yield into(NAME, "contacts", known)
            for call in filter(was_spoken, rows if transcripts else ()):
                path = f"calls/{call['id']}/transcription"
                if (found := one(http, path, "transcription")) is not None:
                    yield into(NAME, "transcriptions", [found])

    @dlt.resource(name="contacts", **resources(NAME)["contacts"].dlt_hints())
    def contacts() -> Iterator[list[Row]]:
        yield from within("contacts", "created_at")

    @dlt.source(name=NAME, max_table_nesting=0)
    def aircall() -> Any:
        return calls, contacts

    return aircall()
