"""Speaking IMAP: sign in over TLS, look at a folder without touching it, fetch in bounded batches.

Nothing is marked as read (`PEEK`, folder opened read-only). What goes wrong becomes one
`SourceError` line; the server's own words are left out, for some echo the login.
"""

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from connectors.contract import Credentials, SourceError

CONNECTION = "connection heedline_email"
# Mails of one FETCH: at most this many, and at most so many bytes (one larger mail comes alone).
BATCH_MAILS = 200
BATCH_BYTES = 16 << 20
_SIZE = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)")
_UID = re.compile(rb"UID (\d+)")


@contextmanager
def signed_in(credentials: Credentials, timeout: float = 60) -> Iterator[BaseMailBox]:
    """A mailbox that is logged in, no folder opened.

    Raises:
        SourceError: unreachable, no TLS beyond loopback, login refused, or cut off on the way.
    """
    parts = urlsplit(credentials.base_url)
    host, secure = parts.hostname or "", parts.scheme == "imaps"
    if parts.scheme not in {"imap", "imaps"} or not host:
        remedy = f"write it like imaps://mail.example.com in {CONNECTION}"
        raise SourceError("email", CONNECTION, "has no usable address", remedy)
    if not secure and not _is_loopback(host):
        remedy = f"use imaps:// (port 993) in {CONNECTION}"
        raise SourceError("email", host, "refusing to sign in without TLS", remedy)
    box: BaseMailBox | None = None
    try:
        if secure:
            box = MailBox(host, parts.port or 993, timeout=timeout)
        else:
            box = MailBoxUnencrypted(host, parts.port or 143, timeout=timeout)
        box.login(credentials.login, credentials.password, initial_folder=None)
        yield box
    except (MailboxLoginError, UnicodeEncodeError):
        remedy = f"renew login and password in {CONNECTION}"
        raise SourceError("email", host, "login refused", remedy) from None
    except (OSError, EOFError) as error:
        kind = type(error).__name__
        remedy = f"check the address in {CONNECTION} and the network; nothing is lost"
        raise SourceError("email", host, f"cannot reach the server ({kind})", remedy) from None
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        kind = type(error).__name__
        remedy = "nothing was kept; the next run asks again"
        raise SourceError("email", host, f"server broke off or refused ({kind})", remedy) from None
    finally:
        if box is not None:
            _close(box)


def _close(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError):
        box.client.shutdown()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def opened(box: BaseMailBox, folder: str) -> tuple[int, int]:
    """Open a folder read-only; returns its UIDVALIDITY and how many mails it has.

    Raises:
        SourceError: there is no such folder.
    """
    try:
        _, exists = box.folder.set(folder, readonly=True)
    except MailboxFolderSelectError:
        known = ", ".join(info.name for info in box.folder.list())
        remedy = f"correct mailboxes in channels.yml; there are: {known}"
        raise SourceError("email", f"folder {folder}", "cannot be opened", remedy) from None
    _, data = box.client.response("UIDVALIDITY")
    return int(data[0]) if data and data[0] else 0, int(exists[0] or 0)


def uids_after(box: BaseMailBox, last: int) -> list[int]:
    """UIDs above `last`, ascending.

    `n:*` always means at least the newest mail, also when its UID is below n: that one is dropped.
    """
    return sorted(uid for uid in map(int, box.uids(f"UID {last + 1}:*")) if uid > last)


def uids_between(box: BaseMailBox, first: date, last: date) -> list[int]:
    """UIDs of the mails that came in on these days, by the server's calendar, ascending."""
    return sorted(map(int, box.uids(AND(date_gte=first, date_lt=last + timedelta(days=1)))))


def fetched(box: BaseMailBox, uids: list[int]) -> Iterator[list[tuple[int, bytes]]]:
    """(uid, raw mail) in batches, ascending. Mails deleted since the search are just not there."""
    for batch in _batches(_sizes(box, uids)):
        answer = _fetch(box, batch, "(UID BODY.PEEK[])")
        mails: list[tuple[int, bytes]] = []
        for at, item in enumerate(answer):
            # A mail is a pair (…, literal); unasked FETCH answers about flags lie between them.
            if isinstance(item, tuple):
                after = answer[at + 1] if at + 1 < len(answer) else b""
                found = _UID.search(item[0]) or _UID.search(
                    after if isinstance(after, bytes) else b""
                )
                if found:
                    mails.append((int(found[1]), item[1]))
        yield sorted(mails)


def _sizes(box: BaseMailBox, uids: list[int]) -> Iterator[tuple[int, int]]:
    for start in range(0, len(uids), 1000):
        some = uids[start : start + 1000]
        known: dict[int, int] = {}
        for item in _fetch(box, some, "(UID RFC822.SIZE)"):
            if isinstance(item, bytes) and (m := _SIZE.search(item)):
                known[int(m[1] or m[4])] = int(m[2] or m[3])
        yield from ((uid, known.get(uid, BATCH_BYTES)) for uid in some)


def _batches(sizes: Iterator[tuple[int, int]]) -> Iterator[list[int]]:
    batch: list[int] = []
    total = 0
    for uid, size in sizes:
        if batch and (len(batch) >= BATCH_MAILS or total + size > BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += size
    if batch:
        yield batch


def _fetch(box: BaseMailBox, uids: list[int], what: str) -> list[bytes | tuple[bytes, bytes]]:
    status, answer = box.client.uid("fetch", ",".join(map(str, uids)), what)
    if status != "OK":
        raise imaplib.IMAP4.error("FETCH refused")
    return [item for item in answer if item is not None]
