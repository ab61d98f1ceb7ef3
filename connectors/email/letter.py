"""A raw mail → one row. Never raises on what is in the mail: unreadable parts stay empty and are
named in `defects`; a mail without sender or time is kept for the gate to set aside with its reason.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from connectors.email.words import body_text, own_words
from warehouse.clock import iso

Row = dict[str, Any]
_ID = re.compile(r"<([^<>\s]+)>")
_REPLY_MARKS = re.compile(r"^\s*((re|fwd?|aw|wg|rv|tr|sv|vs|antw|odp)\s*(\[\d+\])?\s*:\s*)+", re.I)


def row_of(raw: bytes, own_domains: frozenset[str]) -> Row:
    """The columns of `resources.yml`, except mailbox, uid and uidvalidity."""
    defects: list[str] = []
    mail = message_from_bytes(raw)

    def tried(what: str, read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except Exception as error:  # any library fault on hostile input is the mail's defect
            defects.append(f"{what}: {type(error).__name__}")
            return otherwise

    def addresses(*names: str) -> list[tuple[str, str]]:
        # Names are decoded after parsing: a decoded comma would split an address in two.
        texts = [text for name in names for text in headers(mail, name, unfolded)]
        return [
            (" ".join(readable(n).split()), a.strip().lower())
            for n, a in getaddresses(texts)
            if "@" in a
        ]

    senders = tried("From", lambda: addresses("From") or addresses("Sender"), [])
    receivers = tried("To", lambda: addresses("To"), [])
    copies = tried("Cc", lambda: addresses("Cc"), [])
    sender = senders[0] if senders else ("", "")
    is_own = sender[1].rpartition("@")[2] in own_domains
    others = [a for a in receivers + copies if a[1].rpartition("@")[2] not in own_domains]
    counterpart = (others[0] if others else ("", "")) if is_own else sender
    references = tried("References", lambda: ids(mail, "References"), [])
    answered = tried("In-Reply-To", lambda: ids(mail, "In-Reply-To"), [])
    subject = " ".join(tried("Subject", lambda: first(mail, "Subject"), "").split())
    text = tried("body", lambda: body_text(mail, defects), "")
    return {
        "message_id": tried("Message-ID", lambda: message_id(mail), "") or made_up_id(raw),
        "date": tried("Date", lambda: first(mail, "Date"), "") or None,
        "sent_at": tried("Date", lambda: sent_at(mail, defects), None),
        "from_address": sender[1] or None,
        "from_name": sender[0] or None,
        "counterpart_address": counterpart[1] or None,
        "counterpart_name": counterpart[0] or None,
        "to_addresses": [address for _, address in receivers],
        "cc_addresses": [address for _, address in copies],
        "subject": subject or None,
        "subject_key": _REPLY_MARKS.sub("", subject).strip().lower() or None,
        "is_reply_subject": bool(_REPLY_MARKS.match(subject)),
        "in_reply_to": answered[0] if answered else None,
        "thread_references": references,
        "thread_root": (references or answered or [None])[0],
        "is_own": is_own,
        "is_automatic": tried("Auto-Submitted", lambda: is_automatic(mail, sender[1]), False),
        "is_spam": tried(
            "X-Spam", lambda: first(mail, "X-Spam-Flag").strip().upper() == "YES", False
        ),
        "body": text,
        "reply": tried("reply", lambda: own_words(text), text),
        "attachments": tried("attachments", lambda: attachments(mail), []),
        "headers": tried("headers", lambda: all_headers(mail), {}),
        "size": len(raw),
        "defects": defects,
    }


def headers(mail: Message, name: str, read: Callable[[object], str] | None = None) -> list[str]:
    """Every value of a header, by `readable` when not said otherwise."""
    as_text = read or readable
    return [as_text(v) for k, v in mail.raw_items() if k.lower() == name.lower()]


def first(mail: Message, name: str) -> str:
    return next(iter(headers(mail, name)), "")


def unfolded(value: object) -> str:
    """A header value on one line; raw 8-bit is read as UTF-8, else as cp1252."""
    raw = str(value).encode("utf-8", "surrogateescape")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return re.sub(r"\r?\n[ \t]*", " ", text).replace("\x00", "")


def readable(value: object) -> str:
    """A header value as people see it: on one line, RFC 2047 words decoded."""
    text = unfolded(value)
    if "=?" not in text:
        return text
    try:
        return "".join(_word(part, charset) for part, charset in decode_header(text))
    except (HeaderParseError, ValueError):
        return text


def _word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    for name in (charset or "ascii", "utf-8"):
        try:
            return part.decode(name)
        except (LookupError, ValueError):
            continue
    return part.decode("cp1252", "replace")


def ids(mail: Message, name: str) -> list[str]:
    return _ID.findall(first(mail, name))


def message_id(mail: Message) -> str:
    """The Message-ID without brackets; "" when there is none."""
    text = first(mail, "Message-ID").strip()
    found = _ID.search(text)
    return found[1] if found else text.strip("<> \t")


def made_up_id(raw: bytes) -> str:
    """A stable id for a mail without one: the same bytes are the same mail."""
    return f"{hashlib.sha256(raw).hexdigest()[:32]}@no-message-id"


def sent_at(mail: Message, defects: list[str]) -> str | None:
    """When it was sent, ISO 8601 UTC: Date; where that is unreadable, the newest Received."""
    stamps = [first(mail, "Date")]
    stamps += [text.rpartition(";")[2].strip() for text in headers(mail, "Received")[:1]]
    for stamp in stamps:
        try:
            moment = parsedate_to_datetime(stamp)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            if datetime(1990, 1, 1, tzinfo=UTC) <= moment:
                return iso(moment)
        except (ValueError, TypeError, OverflowError):
            pass
        if "Date" not in defects:
            defects.append("Date")
    return None


def is_automatic(mail: Message, sender: str) -> bool:
    """A machine wrote it: RFC 3834's header, its older kin, or a mail system's bounce."""
    declared = first(mail, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        declared not in ("", "no")
        or any(headers(mail, name) for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or first(mail, "Precedence").strip().lower() in ("auto_reply", "bulk", "junk", "list")
        or sender.partition("@")[0] in ("mailer-daemon", "postmaster")
    )


def attachments(mail: Message) -> list[Row]:
    """What hangs on it: name, type, bytes; the content itself is not kept."""
    return [
        {
            "name": readable(part.get_filename() or ""),
            "type": part.get_content_type(),
            "size": len(part.get_payload(decode=True) or b""),
        }
        for part in mail.walk()
        if not part.is_multipart() and part.get_filename()
    ]


def all_headers(mail: Message) -> dict[str, list[str]]:
    """Every header by lower-case name, in order, as readable text."""
    found: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        found.setdefault(readable(name).lower(), []).append(readable(value))
    return found
