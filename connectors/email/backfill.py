"""A window of mailboxes: mails that came in on its days, by the server's calendar."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dlt

from connectors.contract import Credentials, SourceError, resources
from connectors.email.letter import Row, row_of
from connectors.email.mailbox import fetched, opened, signed_in, uids_between
from connectors.email.source import our_domains
from connectors.windows import Window

LEFT_OUT = {"mbox_files": "an archive is read once, whole"}


@dlt.source(name="email", max_table_nesting=0)
def source(
    credentials: Credentials,
    window: Window,
    mailboxes: list[str] | None = None,
    own_domains: list[str] | None = None,
    **_: Any,
) -> Any:
    """What came in within the window (nothing is requested yet); settings as of the pull.

    Raises:
        SourceError: the channel reads archives only.
    """
    if mailboxes == []:
        remedy = "drop its archives, each is loaded once"
        raise SourceError("email", "backfill", "there is no mailbox to ask", remedy)
    ours, day = our_domains(credentials, own_domains), timedelta(days=1)

    @dlt.resource(name="messages", **resources("email")["messages"].dlt_hints())
    def messages() -> Iterator[list[Row]]:
        with signed_in(credentials) as box:
            for folder in mailboxes or ["INBOX"]:
                generation, _ = opened(box, folder)
                # IMAP knows whole days only, in the server's time zone.
                first, last = (window.begin - day).date(), (window.end + day).date()
                place = {"mailbox": folder, "uidvalidity": generation}
                for batch in fetched(box, uids_between(box, first, last)):
                    yield [{**row_of(raw, ours), **place, "uid": uid} for uid, raw in batch]

    return messages
