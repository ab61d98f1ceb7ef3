"""What happened on each ticket, as Zendesk's ticket event export tells it: audits with children.

Changes are flat there (`"status": "open", "previous_value": "new"`), unlike in the audits endpoint
(`field_name`, `value`). A merge is told on the surviving ticket, by a private comment whose
`via.source` has `rel: merge` and the ids of the tickets that went into it. Ratings stand here too.
"""

from collections import defaultdict
from datetime import UTC, datetime
from functools import cached_property

from sample.servers.world import Row, of_system, rows
from sample.servers.zendesk_records import ADDRESS, VIA, Company, epoch, number, wire

SYSTEM_USER = -1
_AUDIT_BASE = 10**13


class Records(Company):
    """Everything the server serves."""

    @cached_property
    def ticket_events(self) -> list[Row]:
        """One audit per ticket, second and actor: what was said and changed, as child events."""
        audits: dict[tuple[str, int, int], list[Row]] = defaultdict(list)
        for m in of_system(self.world, "messages", "zendesk"):
            ticket, when = m["conversation_remote_id"], epoch(m["sent_at"])
            comment = self._comment(m)
            audits[ticket, when, comment["author_id"]].append(comment)
        for e in of_system(self.world, "events", "zendesk"):
            actor = self.agent_number(e["actor_agent_id"])
            if actor is None:
                about = self.conversations.get(e["conversation_remote_id"])
                by_customer = e["actor_type"] == "customer" and about is not None
                actor = number(about["identity_remote_id"]) if by_customer and about else -1
            ticket, child = self._change(e, actor)
            if child is not None:
                audits[ticket, epoch(e["occurred_at"]), actor].append(child)
        listed = [self._audit(*key, children) for key, children in audits.items()]
        return sorted(listed, key=lambda r: (r["timestamp"], r["id"]))

    def _comment(self, m: Row) -> Row:
        conversation = self.conversations[m["conversation_remote_id"]]
        author, channel = SYSTEM_USER, "rule"
        if m["author_type"] == "customer":
            author = number(conversation["identity_remote_id"])
            channel = VIA.get(conversation["channel"], "web")
        elif m["author_type"] in {"agent", "bot"}:
            author = self.agent_number(m["author_agent_id"]) or SYSTEM_USER
            channel = "web" if m["author_type"] == "agent" else "answer_bot_api"
        return {
            "id": number(m["remote_id"]),
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
            "via_reference_id": None,
            "type": "Comment",
            "event_type": "Comment",
            "author_id": author,
            "body": m["body"],
            "plain_body": m["body"],
            "html_body": f'<div class="zd-comment"><p dir="auto">{m["body"]}</p></div>',
            "public": m["is_public"],
            "attachments": [],
            "audit_id": None,
            "created_at": wire(m["sent_at"]),
        }

    def _change(self, e: Row, actor: int) -> tuple[str, Row | None]:
        """(ticket it is told on, child event); None for what Zendesk has no event for."""
        ticket, kind = e["conversation_remote_id"], e["event_type"]
        base = {"id": number(e["remote_id"]), "via": "Web", "via_reference_id": 0}
        # What a ticket starts with is told by Create events, without a previous value.
        change = base | {"event_type": "Change" if e["old_value"] else "Create"}
        if kind in {"status", "priority"}:
            return ticket, change | {kind: e["new_value"], "previous_value": e["old_value"]}
        if kind == "deleted":
            return ticket, change | {"status": "deleted", "previous_value": e["old_value"]}
        if kind == "assignee":
            old, new = self.agent_number(e["old_value"]), self.agent_number(e["new_value"])
            return ticket, change | {"assignee_id": new, "previous_value": old}
        if kind == "team":
            old, new = self.group_ids.get(e["old_value"]), self.group_ids.get(e["new_value"])
            return ticket, change | {"group_id": new, "previous_value": old}
        if kind == "merged" and e["new_value"] in self.conversations:
            origin = {"ticket_id": number(ticket), "ticket_ids": [number(ticket)]}
            words = f"Request #{number(ticket)} was closed and merged into this request."
            return e["new_value"], base | {
                "via": {"channel": "web", "source": {"from": origin, "to": {}, "rel": "merge"}},
                "type": "Comment",
                "event_type": "Comment",
                "author_id": actor,
                "body": words,
                "plain_body": words,
                "public": False,
                "attachments": [],
                "created_at": wire(e["occurred_at"]),
            }
        return ticket, None

    def _audit(self, ticket: str, when: int, actor: int, children: list[Row]) -> Row:
        children.sort(key=lambda child: child["id"])
        audit = _AUDIT_BASE + children[0]["id"]
        for child in children:
            if "audit_id" in child:
                child["audit_id"] = audit
        return {
            "id": audit,
            "ticket_id": number(ticket),
            "timestamp": when,
            "created_at": datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updater_id": actor,
            "via": "Web",
            "system": {},
            "metadata": {},
            "event_type": "Audit",
            "child_events": children,
        }

    @cached_property
    def satisfaction_ratings(self) -> list[Row]:
        listed = []
        for s in rows(self.world, "surveys"):
            if s["origin"] != "zendesk":
                continue
            top = s["scale_min"] + 0.6 * (s["scale_max"] - s["scale_min"])
            score = "offered" if s["responded_at"] is None else "bad"
            if s["responded_at"] is not None and s["score"] >= top:
                score = "good"
            listed.append(
                {
                    "url": f"{ADDRESS}/api/v2/satisfaction_ratings/{number(s['remote_id'])}.json",
                    "id": number(s["remote_id"]),
                    "assignee_id": self.agent_number(s["agent_id"]),
                    "group_id": None,
                    "requester_id": number(s["identity_remote_id"]),
                    "ticket_id": number(s["conversation_remote_id"] or "0"),
                    "score": score,
                    "comment": s["comment"],
                    "reason": None,
                    "created_at": wire(s["sent_at"]),
                    "updated_at": wire(s["responded_at"] or s["sent_at"]),
                }
            )
        return sorted(listed, key=lambda r: (r["created_at"], r["id"]))
