"""What was said in a Live Agent chat: `LiveChatTranscript.Body`, taken apart into turns.

The body is HTML of Salesforce's own making: centred notes (when the chat began, who answered), then
`( 1m 5s ) Name: words<br>` per turn, timed from the beginning. Who is a customer is not told. A
speaker whom a note names is an agent; the only other one is the customer. Where there are several
others, it is the one called Visitor or like the chat's contact; nothing is guessed about the rest.
"""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from warehouse.clock import BadTimestamp, iso, parse_as_of

Row = dict[str, Any]
_NOTE = re.compile(r"<p align=\"?center\"?>(.*?)</p>", re.S | re.I)
_STARTED = re.compile(r"Chat Started: \w+, (\w+ \d+, \d+, [\d:]+ \([+-]\d{4}\))")
_AGENT = re.compile(r"Agent (.+)|Chat Transferred From (.+) To (.+)")
_TURN = re.compile(r"\(\s((?:\d+[dhms]\s)+)\)\s*([^:<>]{1,120}):[ \xa0]?(.*)", re.S)
# A turn ends where the next begins: words may hold line breaks, too.
_BEGINS = re.compile(r"(?:^|<br\s*/?>|</p>)\s*(?=\(\s(?:\d+[dhms]\s)+\))", re.I)
_BREAK, _TAG = re.compile(r"<br\s*/?>", re.I), re.compile(r"<[^<>]*>")
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_BOT = re.compile(r"\b(chat)?bot\b", re.I)


def turns(row: Row) -> list[Row]:
    """`at` (ISO 8601 UTC, None: not told), `speaker`, `by` (customer, agent, bot, system), `text`.

    Args:
        row: a LiveChatTranscript: Body, StartTime, CreatedDate, Contact.Name.
    """
    body = row.get("Body") or ""
    notes = [_text(note) for note in _NOTE.findall(body)]
    began = _began(notes, row)
    found: list[Row] = []
    for part in _BEGINS.split(_NOTE.sub("</p>", body)):
        if (turn := _TURN.match(part)) is None:
            continue
        after = sum(_SECONDS[each[-1]] * int(each[:-1]) for each in turn[1].split())
        if words := _text(turn[3]):
            at = None if began is None else iso(began + timedelta(seconds=after))
            found.append({"at": at, "speaker": _text(turn[2]), "text": words})
    by = _roles([turn["speaker"] for turn in found], notes, row.get("Contact.Name"))
    return [{**turn, "by": by[turn["speaker"]]} for turn in found]


def _roles(speakers: list[str], notes: list[str], contact: str | None) -> dict[str, str]:
    agents = {
        name.strip()
        for note in notes
        if (named := _AGENT.fullmatch(note))
        for name in named.groups()
        if name
    }
    by = {name: "agent" if name in agents else "bot" for name in speakers}
    others = {name for name in speakers if name not in agents and not _BOT.search(name)}
    known = others & {"Visitor", contact}
    customers = known or (others if len(others) == 1 else set())
    if known and len(others) == 2 and not agents & set(speakers):
        # The note may call the agent by another name than the turns do.
        return by | dict.fromkeys(others, "agent") | dict.fromkeys(customers, "customer")
    return by | dict.fromkeys(others, "system") | dict.fromkeys(customers, "customer")


def _began(notes: list[str], row: Row) -> datetime | None:
    for note in notes:
        if said := _STARTED.fullmatch(note):
            try:
                return datetime.strptime(said[1], "%B %d, %Y, %H:%M:%S (%z)")
            except ValueError:
                break
    try:
        return parse_as_of(row.get("StartTime") or row["CreatedDate"])
    except (BadTimestamp, KeyError, TypeError, AttributeError):
        return None


def _text(html: str) -> str:
    return unescape(_TAG.sub("", _BREAK.sub("\n", html))).replace("\x00", "").strip()
