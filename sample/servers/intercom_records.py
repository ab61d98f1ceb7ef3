"""The sample world as Intercom would tell it: conversations and their parts.

Shapes follow the vendor's OpenAPI description (2.15) and its recorded records. Times are epoch
seconds. The first message of a conversation is its `source`, everything later is a part.
"""

from datetime import datetime
from functools import cached_property
from html import escape

from sample.servers.intercom_people import People, epoch
from sample.servers.world import Row, grouped, of_system, rows

MOST_PARTS = 500
_STATES = {"pending": "snoozed", "hold": "snoozed", "solved": "closed", "closed": "closed"}
_RESOLUTIONS = {"assumed": "assumed_resolution", "confirmed": "confirmed_resolution"}


class Records(People):
    """Everything the server serves; parts are made per conversation when it is asked for."""

    @cached_property
    def conversations(self) -> dict[str, Row]:
        """Conversations as search gives them: without parts, newest change first."""
        found = [self._conversation(c) for c in of_system(self.world, "conversations", "intercom")]
        found.sort(key=lambda r: (r["updated_at"], r["id"]), reverse=True)
        return {row["id"]: row for row in found}

    @cached_property
    def _ratings(self) -> dict[str, Row]:
        listed = [s for s in rows(self.world, "surveys") if s["origin"] == "intercom"]
        return {s["conversation_remote_id"]: s for s in listed}

    def _said(self, conversation: str) -> list[Row]:
        messages = grouped(self.world, "messages", "conversation_remote_id", "intercom")
        return sorted(messages.get(conversation, []), key=lambda m: (m["sent_at"], m["remote_id"]))

    def _conversation(self, c: Row) -> Row:
        said = self._said(c["remote_id"])
        first = said[0] if said else None
        agent = self.agents.get(c["agent_id"] or "")
        state = _STATES.get(c["status"], "open")
        by_bot = c["channel"] == "chatbot" or any(m["author_type"] == "bot" for m in said)
        contact = {"type": "contact", "id": c["identity_remote_id"]}
        tags = [{"type": "tag", "id": tag, "name": tag} for tag in c["tags"] or []]
        return {
            "type": "conversation",
            "id": c["remote_id"],
            "title": c["subject"],
            "created_at": epoch(c["opened_at"]),
            # A rating given later touches the conversation too.
            "updated_at": max(epoch(c["updated_at"]) or 0, self._rated_at(c["remote_id"])),
            "waiting_since": None,
            "snoozed_until": None,
            "open": state == "open",
            "state": state,
            "read": True,
            "priority": "priority" if c["priority"] in {"high", "urgent"} else "not_priority",
            "admin_assignee_id": int(agent["intercom_id"]) if agent else None,
            "team_assignee_id": self.team_ids.get(c["team"]),
            "tags": {"type": "tag.list", "tags": tags},
            "conversation_rating": self._rating(c["remote_id"], contact),
            "source": {
                "type": "email" if c["channel"] == "email" else "conversation",
                "id": first["remote_id"] if first else None,
                "delivered_as": "customer_initiated",
                "subject": "",
                "body": first["body"] if first else None,
                "author": self._author(first, c) if first else None,
                "attachments": [],
                "url": None,
            },
            "contacts": {"type": "contact.list", "contacts": [contact]},
            "teammates": {"type": "admin.list", "admins": []},
            "custom_attributes": {"Brand": c["brand"]} if c["brand"] else {},
            "first_contact_reply": None,
            "sla_applied": None,
            "statistics": {
                "type": "conversation_statistics",
                "count_conversation_parts": len(self._entries(c)),
            },
            "ai_agent_participated": by_bot,
            "ai_agent": {
                "source_type": "workflow",
                "source_title": None,
                "last_answer_type": "ai_answer",
                "resolution_state": _RESOLUTIONS.get(c["resolution_state"] or ""),
                "rating": None,
                "rating_remark": None,
            }
            if by_bot
            else None,
        }

    def _rated_at(self, conversation: str) -> int:
        survey = self._ratings.get(conversation)
        return epoch(survey["responded_at"] or survey["sent_at"]) or 0 if survey else 0

    def _rating(self, conversation: str, contact: Row) -> Row | None:
        survey = self._ratings.get(conversation)
        if survey is None:
            return None
        agent = self.agents.get(survey["agent_id"] or "")
        return {
            "rating": None if survey["score"] is None else int(survey["score"]),
            "remark": survey["comment"],
            "created_at": epoch(survey["sent_at"]),
            "updated_at": epoch(survey["responded_at"] or survey["sent_at"]),
            "contact": contact,
            "teammate": {"type": "admin", "id": agent["intercom_id"]} if agent else None,
        }

    def _author(self, m: Row, c: Row) -> Row:
        if m["author_type"] == "customer":
            return {"type": "user", "id": c["identity_remote_id"], "name": None, "email": ""}
        return self._teammate(m["author_agent_id"], m["author_type"])

    def _teammate(self, agent_id: str | None, kind: str) -> Row:
        agent = self.agents.get(agent_id or "")
        if agent is None:
            return {"type": "bot", "id": "0", "name": "Operator", "email": ""}
        role = "bot" if "bot" in {kind, agent["role"]} else "admin"
        about = {"id": agent["intercom_id"], "name": agent["name"], "email": agent["email"]}
        return {"type": role, **about}

    def _entries(self, c: Row) -> list[tuple[datetime, int, str, Row]]:
        """What became of a conversation after its first message: (when, id, kind, world row)."""
        said = [("message", m) for m in self._said(c["remote_id"])[1:]]
        events = grouped(self.world, "events", "conversation_remote_id", "intercom")
        done = [
            ("event", e)
            for e in events.get(c["remote_id"], [])
            # The first status is the conversation's being there.
            if e["event_type"] in {"assignee", "team", "snoozed"}
            or (e["event_type"] == "status" and e["old_value"] is not None)
        ]
        entries = [
            (r.get("sent_at") or r["occurred_at"], int(r["remote_id"]), kind, r)
            for kind, r in said + done
        ]
        return sorted(entries, key=lambda entry: entry[:2])

    @cached_property
    def _world_conversations(self) -> dict[str, Row]:
        found = of_system(self.world, "conversations", "intercom")
        return {c["remote_id"]: c for c in found}

    def detail(self, id_: str, *, plaintext: bool) -> Row | None:
        """One conversation with its (at most 500, newest) parts."""
        row = self.conversations.get(id_)
        if row is None:
            return None
        c = self._world_conversations[id_]
        parts = [part for entry in self._entries(c) if (part := self._part(*entry, c))]
        kept = parts[-MOST_PARTS:]
        for part in [*kept, source := dict(row["source"])]:
            if part["body"] and not plaintext:
                part["body"] = f"<p>{escape(part['body'])}</p>"
        listing = {
            "type": "conversation_part.list",
            "conversation_parts": kept,
            "total_count": len(parts),
        }
        return row | {"source": source, "conversation_parts": listing}

    def _part(self, when: datetime, id_: int, kind: str, r: Row, c: Row) -> Row | None:
        part: Row = {
            "type": "conversation_part",
            "id": str(id_),
            "part_type": "comment" if r.get("is_public", True) else "note",
            "body": r.get("body"),
            "created_at": epoch(when),
            "updated_at": epoch(when),
            "notified_at": epoch(when),
            "assigned_to": None,
            "attachments": [],
            "external_id": None,
            "redacted": False,
        }
        if kind == "message":
            return part | {"author": self._author(r, c)}
        if r["actor_type"] == "customer":
            part["author"] = {"type": "user", "id": c["identity_remote_id"]}
        else:
            part["author"] = self._teammate(r["actor_agent_id"], r["actor_type"])
        if r["event_type"] == "assignee":
            agent = self.agents[r["new_value"]]
            to = {"type": "admin", "id": agent["intercom_id"]}
            return part | {"part_type": "assignment", "assigned_to": to}
        if r["event_type"] == "team":
            to = {"type": "team", "id": str(self.team_ids[r["new_value"]])}
            return part | {"part_type": "assignment", "assigned_to": to}
        if r["event_type"] == "snoozed":
            return part | {"part_type": "snoozed"}
        if r["new_value"] == "pending":
            return None  # the snooze has said so
        return part | {"part_type": "close" if r["new_value"] in {"closed", "solved"} else "open"}
