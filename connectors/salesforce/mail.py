"""What staging cannot work out of an EmailMessage: its text and own words, and who wrote it."""

import re
from email import message_from_string
from typing import Any

from connectors.email.letter import is_automatic
from connectors.email.words import html_text, own_words

Row = dict[str, Any]
# E-mail-to-case signs what it sends, so that the answer finds its case.
_THREAD_ID = re.compile(r"\s*(?:\[\s*)?(?:ref:\S+:ref|thread::\S+::)(?:\s*\])?\s*$")


def declare_mail(row: Row) -> Row:
    """The mail with its own words; HTML only where there is no text, and no headers.

    `declared_is_automatic`: a machine wrote it (RFC 3834's header and its kin).
    """
    text = row.get("TextBody") or ""
    page = "" if text.strip() else row.get("HtmlBody") or ""
    read = _THREAD_ID.sub("", text or html_text(page)) if text or page else ""
    headers, sender = row.get("Headers") or "", row.get("FromAddress") or ""
    kept = {name: value for name, value in row.items() if name != "Headers"}
    return {
        **kept,
        "HtmlBody": page or None,
        "declared_words": own_words(read) or None,
        "declared_is_automatic": is_automatic(message_from_string(headers), sender.lower()),
    }
