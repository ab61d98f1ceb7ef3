"""The world's e-mail conversations as RFC 5322 mails, with the mess that real mailboxes hold.

The conversation's key is the Message-ID of its first mail, a message's id that of its mail. Replies
quote what they answer and carry References. What is odd is drawn from the mail's own id, so the
same world always gives the same bytes:

    plain, plain + HTML or HTML alone · attachments · signatures · replies that only have
    In-Reply-To, or nothing but the subject · a wrong charset · a broken Date beside a good Received

Five mails are beyond repair (no sender, no time): they are in no conversation, and the gate must
keep them aside with a reason.
"""

import html
import zlib
from datetime import datetime, timedelta
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any

from sample.servers.logins import LOGINS
from sample.servers.world import Row, by_key, grouped, of_system

OWN = LOGINS["email"].user
BOUNDARY = "=_fernhill_sample"  # Python would draw one by chance
Letter = tuple[datetime, bytes]


def letters(world: Path) -> dict[str, list[Letter]]:
    """Mails by folder, in order of arrival: (arrival, raw bytes)."""
    agents = by_key(world, "agents", "agent_id")
    contacts = {row["remote_id"]: row for row in of_system(world, "identities", "email")}
    said = grouped(world, "messages", "conversation_remote_id", "email")
    folders: dict[str, list[Letter]] = {"INBOX": [], "Sent": []}
    for conversation in of_system(world, "conversations", "email"):
        address = conversation["identity_remote_id"]
        customer = ((contacts.get(address) or {}).get("name") or "", address)
        earlier: list[Row] = []
        public = [m for m in said.get(conversation["remote_id"], []) if m["is_public"]]
        for message in sorted(public, key=lambda m: (m["sent_at"], m["remote_id"])):
            folder, raw = letter(conversation, message, earlier, customer, agents)
            folders[folder].append((message["sent_at"], raw))
            earlier.append(message)
    if folders["INBOX"]:
        folders["INBOX"] += beyond_repair(max(arrived for arrived, _ in folders["INBOX"]))
    for mails in folders.values():
        mails.sort(key=lambda mail: mail[0])
    return folders


def letter(
    conversation: Row,
    message: Row,
    earlier: list[Row],
    customer: tuple[str, str],
    agents: dict[Any, Row],
) -> tuple[str, bytes]:
    """One mail: the folder it lies in, and its bytes."""
    odd = zlib.crc32(message["remote_id"].encode()) % 1000
    theirs = message["author_type"] == "customer"
    agent = agents.get(message["author_agent_id"])
    ours = (f"{agent['name']} (Fernhill)", agent["email"]) if agent else ("Fernhill Care", OWN)
    sender, receiver = (customer, ("Fernhill Care", OWN)) if theirs else (ours, customer)
    own_words = message["body"] or ""
    text = own_words if odd % 3 == 0 else f"{own_words}\n\n-- \n{sender[0] or sender[1]}\n"
    if earlier:
        text += "\n" + quoted(earlier[-1], ours if theirs else customer)
    mail = body(text, own_words, odd if theirs else 0)
    mail["From"], mail["To"] = mailbox(sender), mailbox(receiver)
    subject = conversation["subject"] or ""
    mail["Subject"] = Header(f"Re: {subject}" if earlier else subject).encode(linesep="\r\n")
    mail["Message-ID"] = f"<{message_id(conversation, message, earlier)}>"
    mail["Received"] = f"from mx.example by mail.fernhill.example; {rfc(message['sent_at'])}"
    mail["Date"] = "yesterday at tea time" if theirs and odd == 7 else rfc(message["sent_at"])
    if message["author_type"] in ("bot", "system"):
        mail["Auto-Submitted"] = "auto-replied" if earlier else "auto-generated"
    if conversation["is_spam"] and theirs:
        mail["X-Spam-Flag"] = "YES"
    if earlier:
        refer(mail, conversation, earlier, odd if theirs else 0)
    raw: bytes = mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return ("INBOX" if theirs or not agent else "Sent"), raw


def refer(mail: Any, conversation: Row, earlier: list[Row], odd: int) -> None:
    """Thread headers: whole, only the parent's, or (an old phone's mailer) none at all."""
    ids = [message_id(conversation, m, earlier[:i]) for i, m in enumerate(earlier)]
    if 20 <= odd < 30:
        return
    mail["In-Reply-To"] = f"<{ids[-1]}>"
    if not 30 <= odd < 80:
        mail["References"] = " ".join(f"<{i}>" for i in ids)


def message_id(conversation: Row, message: Row, earlier: list[Row]) -> str:
    """Message-ID without its brackets: the first mail's is the conversation's key."""
    name = str(message["remote_id"] if earlier else conversation["remote_id"]).strip("<>")
    return name if "@" in name else f"{name}@mail.fernhill.example"


def body(text: str, own_words: str, odd: int) -> Any:
    """The MIME body; `odd` (0–999) picks its form, 0 is the plain common one."""
    page = "".join(f"<p>{html.escape(part)}</p>" for part in own_words.split("\n"))
    page = f"<html><head><style>p {{margin: 0}}</style></head><body>{page}</body></html>"
    if 100 <= odd < 300:
        mail: Any = MIMEMultipart("alternative", BOUNDARY)
        mail.attach(plain(text))
        mail.attach(MIMEText(page, "html", "utf-8"))
    elif 300 <= odd < 340:
        mail = MIMEText(page, "html", "utf-8")
    elif 340 <= odd < 380:
        mail = MIMEMultipart("mixed", BOUNDARY)
        mail.attach(plain(text))
        photo = MIMEApplication(b"\x89PNG sample", "octet-stream", name="photo.png")
        photo["Content-Disposition"] = 'attachment; filename="photo.png"'
        mail.attach(photo)
    elif 380 <= odd < 390:
        mail = plain(text, "utf-8", declared="x-unknown-charset")
    elif 390 <= odd < 400:
        mail = plain(text, "cp1252", declared="utf-8")
    else:
        mail = plain(text)
    return mail


def plain(text: str, encoding: str = "utf-8", declared: str = "") -> Any:
    """A text/plain part; `declared` is the charset it claims when it lies about it."""
    try:
        part = MIMEText(text, "plain", encoding)
    except UnicodeEncodeError:
        return MIMEText(text, "plain", "utf-8")
    if declared:
        part.set_param("charset", declared)
    return part


def quoted(message: Row, author: tuple[str, str]) -> str:
    """What a mail program puts under a reply."""
    when = message["sent_at"].strftime("%a, %d %b %Y at %H:%M")
    lines = (message["body"] or "").splitlines()
    return f"On {when}, {author[0]} <{author[1]}> wrote:\n" + "\n".join(f"> {x}" for x in lines)


def mailbox(author: tuple[str, str]) -> str:
    return formataddr(author, charset="utf-8")


def rfc(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))


def beyond_repair(last: datetime) -> list[Letter]:
    """Mails that no reading can save, at the end of the mailbox."""
    broken = (
        b"Subject: no sender, no date\r\n\r\nhello\r\n",
        b"From: \xff\xfe\xfd\r\nDate: \x80\x81\r\nMessage-ID: <broken-2@x.example>\r\n\r\n\xff\r\n",
        b"From: a@@b\r\nDate: 99 Foo 2026 99:99:99\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n",
        b"\r\nnothing but a body\r\n",
        b"From nobody\r\nno header either\r\n",
    )
    return [(last + timedelta(seconds=n), raw) for n, raw in enumerate(broken, 1)]
