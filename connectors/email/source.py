"""Mailboxes over IMAP, and mail archives of a folder → one row per mail, by Message-ID.

The cursor of a folder is (UIDVALIDITY, last UID), kept only when the whole run came to its end.
When UIDVALIDITY changes, the old UIDs mean nothing any more: the folder is read again from its
start and the warehouse knows the mails by their Message-ID.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt

from connectors.contract import Credentials, SourceError, resources
from connectors.counts import vendor_count
from connectors.email.archives import archived
from connectors.email.letter import Row, row_of
from connectors.email.mailbox import fetched, opened, signed_in, uids_after
from warehouse.settings import settings


def our_domains(credentials: Credentials, own_domains: list[str] | None) -> frozenset[str]:
    """The company's mail domains; that of the login when none is named.

    Raises:
        SourceError: there is none.
    """
    own = own_domains or [credentials.login.rpartition("@")[2]]
    ours = frozenset(domain.strip().lower() for domain in own if domain.strip())
    if not ours:
        remedy = "set own_domains in channels.yml to the company's mail domains"
        raise SourceError("email", "settings", "own_domains is empty", remedy)
    return ours


@dlt.source(name="email", max_table_nesting=0)
def source(
    credentials: Credentials,
    mailboxes: list[str] | None = None,
    own_domains: list[str] | None = None,
    folder: str | None = None,
) -> Any:
    """Every mail of the named folders and of dropped mbox files that has not been read yet.

    Args:
        credentials: `base_url` imaps://host[:port] (imap:// only on loopback), login, password.
        mailboxes: folders, by the server's names; INBOX when not given. Name the folder of sent
            mail too, or answers are missing. An empty list: no IMAP, and no credentials.
        own_domains: mail domains of the company; who writes from one is an agent. The domain of
            the login when not given.
        folder: where `.mbox` files are dropped, where HEEDLINE_DROP_DIR names none.

    Raises:
        SourceError: settings unusable, no such folder; later, while reading: unreachable, refused,
            cut off.
    """
    ours = our_domains(credentials, own_domains)
    boxes = ["INBOX"] if mailboxes is None else mailboxes
    chosen = settings().drop_dir or (Path(folder) if folder else None)
    dropped = chosen.expanduser() if chosen else None
    if dropped and not dropped.is_dir():
        if not boxes or folder:
            remedy = "create it, or correct HEEDLINE_DROP_DIR (or `folder` in channels.yml)"
            raise SourceError("email", str(dropped), "no such folder", remedy)
        dropped = None  # the file drop says so; mailboxes do not wait for it

    @dlt.resource(name="messages", **resources("email")["messages"].dlt_hints())
    def messages() -> Iterator[list[Row]]:
        state, counted = dlt.current.resource_state(), 0
        folders: dict[str, Row] = state.setdefault("folders", {})
        with signed_in(credentials) as box:
            for name in boxes:
                generation, exists = opened(box, name)
                counted += exists
                known = folders.get(name, {})
                last = known["last_uid"] if known.get("uidvalidity") == generation else 0
                uids = uids_after(box, last)
                place = {"mailbox": name, "uidvalidity": generation}
                for batch in fetched(box, uids):
                    yield [{**row_of(raw, ours), **place, "uid": uid} for uid, raw in batch]
                folders[name] = {"uidvalidity": generation, "last_uid": max([last, *uids])}
        # One mail may lie in two folders, or be gone from all of them: not a count of rows.
        state["vendor_count"] = vendor_count(counted, exact=False)

    @dlt.resource(name="archives")
    def archives() -> Iterator[Any]:
        yield from archived(dropped, ours)

    return [messages, archives] if boxes else archives
