"""What the sample Twilio account holds: the world's phone calls as Twilio's own resources.

A call from outside is an `inbound` parent and, when an agent was rung, an `outbound-dial` child to
`client:<identity>`; the identity is the agent's e-mail in Flex's encoding (`@` → `_40`, `.` →
`_2E`). Times are RFC 2822, numbers are text. Hold and wrap have no figure, as in the real API.
"""

import hashlib
import math
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sample.servers.logins import LOGINS
from sample.servers.world import by_key, grouped, rows

Row = dict[str, Any]
ACCOUNT = LOGINS["twilio"].user
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"


def lists(world: Path) -> dict[str, list[Row]]:
    """The three lists, newest first. `_at` is the time the list is filtered and ordered by."""
    agents = by_key(world, "agents", "agent_id")
    spoken = grouped(world, "messages", "conversation_remote_id", "twilio")
    found: dict[str, list[Row]] = {"calls": [], "recordings": [], "transcriptions": []}
    for call in rows(world, "calls"):
        found["calls"] += legs(call, agents)
        said = [m for m in spoken.get(call["conversation_remote_id"], []) if m["body"]]
        text = call["transcript"] or "\n".join(m["body"] for m in said)
        if text or call["outcome"] == "voicemail":
            recording = recorded(call)
            found["recordings"].append(recording)
            if text:
                sid = said[0]["remote_id"] if said else ""
                found["transcriptions"].append(transcribed(recording, sid, text))
    for some in found.values():
        some.sort(key=lambda row: (row["_at"], row["sid"]), reverse=True)
    return found


def legs(call: Row, agents: dict[str, Row]) -> list[Row]:
    """The parent leg, and the leg to the agent when one was rung."""
    agent = agents.get(call["agent_id"])
    outward = call["direction"] == "outbound"
    status = "no-answer" if call["outcome"] == "missed" else "completed"
    parent = leg(call, call["conversation_remote_id"], call["ring_at"], call["ended_at"], status)
    parent["direction"] = "inbound"
    child_to = f"client:{identity(agent['email'])}" if agent else None
    if outward and agent:
        # Twilio sees a call that an agent dials in the browser as coming in from the client.
        parent |= {"from": child_to, "to": "", "from_formatted": child_to, "to_formatted": ""}
        child_to = call["to_phone"]
    elif outward:
        parent["direction"] = "outbound-api"
    if child_to is None or call["outcome"] == "voicemail":
        return [parent]
    child = leg(call, sid("CA", call["remote_id"], "agent"), call["ring_at"], call["ended_at"], "")
    child |= {"parent_call_sid": parent["sid"], "direction": "outbound-dial", "to": child_to}
    child |= {"to_formatted": child_to, "phone_number_sid": None}
    if call["answered_at"]:
        child |= {"status": "completed", "start_time": rfc2822(call["answered_at"])}
        child["duration"] = seconds(call["ended_at"] - call["answered_at"])
        child["_at"] = call["answered_at"]
    else:
        # Who gave up first: the caller (the ringing leg is canceled) or the ringing itself.
        child["status"] = "canceled" if call["outcome"] == "abandoned" else "no-answer"
        child["duration"] = "0"
    return [parent, child]


def leg(call: Row, call_sid: str, started: datetime, ended: datetime, status: str) -> Row:
    """A Call resource with the fields every leg has."""
    uri = f"{ROOT}/Calls/{call_sid}"
    return {
        "_at": started,
        "sid": call_sid,
        "parent_call_sid": None,
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "from": call["from_phone"],
        "from_formatted": call["from_phone"],
        "to": call["to_phone"],
        "to_formatted": call["to_phone"],
        "phone_number_sid": sid("PN", call["to_phone"]),
        "status": status,
        "start_time": rfc2822(started),
        "end_time": rfc2822(ended),
        "duration": seconds(ended - started),
        "queue_time": "0",
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "caller_name": "",
        "forwarded_from": None,
        "group_sid": None,
        "trunk_sid": None,
        "date_created": rfc2822(call["ring_at"]),
        "date_updated": rfc2822(ended),
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def recorded(call: Row) -> Row:
    """The Recording of a call: of the conversation, or what the caller left on the voicemail."""
    recording_sid = sid("RE", call["remote_id"])
    begun = call["answered_at"] or call["ring_at"]
    return {
        "_at": begun,
        "sid": recording_sid,
        "call_sid": call["conversation_remote_id"],
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "conference_sid": None,
        "status": "completed",
        "source": "RecordVerb" if call["outcome"] == "voicemail" else "DialVerb",
        "channels": 1,
        "duration": seconds(call["ended_at"] - begun),
        "start_time": rfc2822(begun),
        "date_created": rfc2822(begun),
        "date_updated": rfc2822(call["ended_at"]),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "uri": f"{ROOT}/Recordings/{recording_sid}.json",
        "media_url": f"{ROOT}/Recordings/{recording_sid}",
    }


def transcribed(recording: Row, transcription_sid: str, text: str) -> Row:
    """The Transcription of a recording, finished with the call."""
    transcription_sid = transcription_sid or sid("TR", recording["sid"])
    return {
        "_at": recording["_at"],
        "sid": transcription_sid,
        "recording_sid": recording["sid"],
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "status": "completed",
        "type": "fast",
        "duration": recording["duration"],
        "transcription_text": text,
        "price": None,
        "price_unit": "USD",
        "date_created": recording["date_created"],
        "date_updated": recording["date_updated"],
        "uri": f"{ROOT}/Transcriptions/{transcription_sid}.json",
    }


def identity(email: str) -> str:
    """An e-mail as Flex writes it into a client identity: letters, digits, the rest `_` + hex."""
    return "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):02X}" for c in email)


def sid(prefix: str, *parts: str) -> str:
    """A stable 34-character Twilio id."""
    return prefix + hashlib.md5("/".join(parts).encode(), usedforsecurity=False).hexdigest()


def rfc2822(moment: datetime) -> str:
    """`Fri, 18 Oct 2019 17:00:00 +0000`."""
    return format_datetime(moment.replace(microsecond=0))


def seconds(span: timedelta) -> str:
    return str(math.floor(span.total_seconds() + 0.5))
