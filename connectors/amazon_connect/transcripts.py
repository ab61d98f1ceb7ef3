"""What was said: Contact Lens' files in S3, or its real-time answers while they last.

Contact Lens is done minutes to hours after a contact has ended, so ended contacts are asked about
on every run until their words are there, or until it is too late for them to come.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from connectors.amazon_connect.aws import NAME, NEXT_RUN, Aws, Refused, Row
from connectors.contract import SourceError
from warehouse.clock import parse_as_of

# Contacts without Contact Lens, or whose real-time session is over.
_NONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
FOLDERS = {"VOICE": "Voice", "CHAT": "Chat"}


class Place(Protocol):
    """Where transcripts are found. `keeps`: how long after a contact's end (None: for good)."""

    keeps: timedelta | None

    def find(self, contact: Row) -> Row | None:
        """The transcript's row; None when there is none (yet)."""


class Bucket:
    """The analysis files: `Analysis/Voice/2026/06/30/<contact>_analysis_….json`.

    The day is the one on which the agent was connected, whenever the file is written.
    """

    keeps: timedelta | None = None

    def __init__(self, aws: Aws, bucket: str, prefix: str, redacted: bool) -> None:
        self._aws, self._bucket = aws, bucket
        self._prefix, self._redacted = prefix.strip("/"), redacted

    def find(self, contact: Row) -> Row | None:
        day, kind = contact["connected_at"][:10].replace("-", "/"), "analysis"
        folder = f"{self._prefix}/{FOLDERS[contact['channel']]}"
        if self._redacted:
            folder, kind = f"{folder}/Redacted", "analysis_redacted"
        wanted = f"{folder}/{day}/{contact['id']}_{kind}_"
        answer = self._aws.call(self._aws.s3, "list_objects_v2", Bucket=self._bucket, Prefix=wanted)
        # `_analysis_redacted_…` begins like `_analysis_…` too.
        pattern = re.compile(re.escape(wanted) + r"\d[^/]*\.json")
        files = [file for file in answer.get("Contents") or [] if pattern.fullmatch(file["Key"])]
        if not files:
            return None
        newest = max(files, key=lambda file: (file["LastModified"], file["Key"]))
        try:
            read = orjson.loads(self._aws.file(self._bucket, newest["Key"]))
        except orjson.JSONDecodeError:
            read = None
        if not isinstance(read, dict) or not isinstance(read.get("Transcript"), list):
            raise SourceError(NAME, "get_object", "a file that is no transcript", NEXT_RUN)
        people = read.get("Participants") or []
        roles = {p.get("ParticipantId"): p.get("ParticipantRole") for p in people}
        kept = {k: read.get(k) for k in ("LanguageCode", "JobStatus", "Participants", "Categories")}
        return {
            **kept,
            "contact_id": contact["id"],
            "Channel": read.get("Channel"),
            "Transcript": read["Transcript"],
            "ConversationCharacteristics": read.get("ConversationCharacteristics"),
            "segments": [segment(turn, roles) for turn in read["Transcript"]],
            "updated_at": newest["LastModified"],
            "file": newest["Key"],
        }


class RealTime:
    """The segments of the session."""

    keeps: timedelta | None = timedelta(hours=24)

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def find(self, contact: Row) -> Row | None:
        aws, asked = self._aws, {"InstanceId": self._aws.instance, "ContactId": contact["id"]}
        try:
            if contact["channel"] == "VOICE":
                pages = aws.pages(
                    *(aws.lens, "list_realtime_contact_analysis_segments", "Segments"),
                    **{**asked, "MaxResults": 100},
                )
            else:
                pages = aws.pages(
                    *(aws.connect, "list_realtime_contact_analysis_segments_v2", "Segments"),
                    **{**asked, "OutputType": "Raw", "SegmentTypes": ["Transcript"]},
                )
            turns = [s["Transcript"] for page in pages for s in page if s.get("Transcript")]
        except Refused as refusal:
            if refusal.code in _NONE:
                return None
            raise
        if not turns:
            return None
        return {
            "contact_id": contact["id"],
            "Channel": contact["channel"],
            "Transcript": turns,
            "segments": [segment(turn, {}) for turn in turns],
            "updated_at": contact["updated_at"],
        }


def segment(turn: Row, roles: dict[Any, Any]) -> Row:
    """One turn in one form, whichever service and channel it comes from.

    `role` in capitals (CUSTOMER, AGENT, SYSTEM, CUSTOM_BOT), `content`, and when: `at` (ISO 8601)
    or `offset_ms` from the contact's connection. Events of a chat (someone joined) have no content.
    """
    who = turn.get("ParticipantId")
    said = turn.get("ContentType") in (None, "text/plain", "text/markdown")
    return {
        "id": turn.get("Id"),
        "role": str(turn.get("ParticipantRole") or roles.get(who) or who or "").upper(),
        "content": turn.get("Content") if said else None,
        "at": turn.get("AbsoluteTime") or (turn.get("Time") or {}).get("AbsoluteTime"),
        "offset_ms": turn.get("BeginOffsetMillis"),
    }


class Awaited:
    """Ended contacts whose words have not come yet, kept in the resource's state by id."""

    def __init__(self, place: Place, state: Row, patience: timedelta) -> None:
        self._place, self._patience = place, patience
        self._kept: dict[str, Row] = state.setdefault("awaited", {})

    def add(self, row: Row) -> None:
        """Note a described contact, if anybody of ours spoke with the customer and it is over."""
        connected = (row.get("AgentInfo") or {}).get("ConnectedToAgentTimestamp")
        if row.get("Channel") in FOLDERS and connected and row.get("DisconnectTimestamp"):
            self._kept[row["Id"]] = {
                "id": row["Id"],
                "channel": row["Channel"],
                "connected_at": connected,
                "ended_at": row["DisconnectTimestamp"],
                "updated_at": row.get("LastUpdateTimestamp") or row["DisconnectTimestamp"],
            }

    def arrived(self, now: datetime) -> Iterator[Row]:
        """The transcripts that are there by now. Raises SourceError."""
        for key, contact in list(self._kept.items()):
            ended, keeps = parse_as_of(contact["ended_at"]), self._place.keeps
            found = self._place.find(contact) if keeps is None or ended > now - keeps else None
            if found is not None:
                yield found
            if found is not None or ended < now - self._patience:
                del self._kept[key]
