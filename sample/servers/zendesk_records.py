"""The sample world as Zendesk would tell it: tickets, users, organizations, groups.

Record shapes follow the vendor's own (go-zendesk fixtures, incremental export reference). Every
list is sorted the way its export pages through it. Times go out as the vendor writes them.
"""

from datetime import datetime
from functools import cached_property
from hashlib import md5
from pathlib import Path
from typing import Any

from sample.servers.world import Row, by_key, grouped, of_system, rows

ADDRESS = "https://fernhill.zendesk.example"
_GROUP_BASE = 360_000_000_000

VIA = {
    "ticket": "web",
    "email": "email",
    "chat": "native_messaging",
    "phone": "voice",
    "social": "twitter_dm",
    "chatbot": "answer_bot_api",
    "self_service": "help_center",
    "survey": "api",
    "in_person": "api",
}


def number(text: str) -> int:
    """Zendesk ids are integers: the world's own when it is one, else a stable stand-in."""
    digest = md5(text.encode(), usedforsecurity=False).hexdigest()
    return int(text) if text.lstrip("-").isdigit() else int(digest[:11], 16)


def wire(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())


class Company:
    """What exists; built when first asked for. What happened stands in `zendesk_events.py`."""

    def __init__(self, world: Path) -> None:
        self.world = world

    @cached_property
    def agents(self) -> dict[str, Row]:
        return by_key(self.world, "agents", "agent_id")

    @cached_property
    def conversations(self) -> dict[str, Row]:
        found = of_system(self.world, "conversations", "zendesk")
        return {row["remote_id"]: row for row in found}

    @cached_property
    def group_ids(self) -> dict[str, int]:
        teams = {a["team"] for a in self.agents.values()}
        teams |= {c["team"] for c in self.conversations.values()}
        return {team: _GROUP_BASE + i for i, team in enumerate(sorted(filter(None, teams)), 1)}

    def agent_number(self, agent_id: str | None) -> int | None:
        agent = self.agents.get(agent_id or "")
        return agent["zendesk_id"] if agent else None

    @cached_property
    def groups(self) -> list[Row]:
        born = min(
            (wire(a["active_from"]) or "" for a in self.agents.values()),
            default="2020-01-01T00:00:00Z",
        )
        return [
            {
                "url": f"{ADDRESS}/api/v2/groups/{id_}.json",
                "id": id_,
                "name": name,
                "description": "",
                "is_public": True,
                "default": False,
                "deleted": False,
                "created_at": born,
                "updated_at": born,
            }
            for name, id_ in self.group_ids.items()
        ]

    @cached_property
    def brands(self) -> list[Row]:
        named = sorted({c["brand"] for c in self.conversations.values() if c["brand"]})
        born = self.groups[0]["created_at"] if self.groups else None
        return [
            {"id": number(n), "name": n, "active": True, "created_at": born, "updated_at": born}
            for n in named
        ]

    @cached_property
    def organizations(self) -> list[Row]:
        listed = [
            {
                "url": f"{ADDRESS}/api/v2/organizations/{c['zendesk_id']}.json",
                "id": c["zendesk_id"],
                "external_id": c["salesforce_id"],
                "name": c["name"],
                "domain_names": [c["domain"]] if c["domain"] else [],
                "organization_fields": {"segment": c["segment"], "owner": c["owner_email"]},
                "shared_tickets": False,
                "shared_comments": False,
                "group_id": None,
                "tags": [],
                "deleted_at": None,
                "created_at": wire(c["created_at"]),
                "updated_at": wire(c["updated_at"]),
            }
            for c in rows(self.world, "companies")
            if c["zendesk_id"] is not None
        ]
        return sorted(listed, key=lambda r: (r["updated_at"], r["id"]))

    @cached_property
    def users(self) -> list[Row]:
        people = by_key(self.world, "people", "person_id")
        companies = by_key(self.world, "companies", "company_id")
        spoken = [
            self._end_user(i, people[i["person_id"]], companies)
            for i in of_system(self.world, "identities", "zendesk")
        ]
        staff = [self._staff(a) for a in self.agents.values() if a["zendesk_id"] is not None]
        return sorted(spoken + staff, key=lambda r: (r["updated_at"], r["id"]))

    def _end_user(self, identity: Row, person: Row, companies: dict[str, Row]) -> Row:
        company = companies.get(person["company_id"] or "")
        return self._user(
            id=number(identity["remote_id"]),
            name=identity["name"],
            email=identity["email"],
            phone=identity["phone"],
            external_id=identity["external_id"],
            created_at=wire(identity["created_at"]),
            updated_at=wire(identity["updated_at"]),
            iana_time_zone=person["time_zone"],
            locale=person["language"],
            organization_id=company["zendesk_id"] if company else None,
            role="end-user",
            # The losing profile of a merge only turns inactive: Zendesk does not say into whom.
            active=identity["merged_into_remote_id"] is None,
            user_fields={
                "do_not_contact": bool(person["do_not_contact"]),
                "marketing_consent_at": wire(person["marketing_consent_at"]),
            },
        )

    def _staff(self, agent: Row) -> Row:
        left = agent["active_to"]
        return self._user(
            id=agent["zendesk_id"],
            name=agent["name"],
            email=agent["email"],
            created_at=wire(agent["active_from"]),
            updated_at=wire(left or agent["active_from"]),
            iana_time_zone=agent["time_zone"],
            role="agent",
            default_group_id=self.group_ids.get(agent["team"]),
            active=left is None,
            tags=["bot"] if agent["role"] == "bot" else [],
        )

    @staticmethod
    def _user(**given: Any) -> Row:
        blank: Row = {
            "url": f"{ADDRESS}/api/v2/users/{given['id']}.json",
            "phone": None,
            "external_id": None,
            "locale": "en-US",
            "organization_id": None,
            "role_type": None,
            "custom_role_id": None,
            "default_group_id": None,
            "suspended": False,
            "shared": False,
            "verified": True,
            "tags": [],
            "user_fields": {},
        }
        return blank | given

    @cached_property
    def tickets(self) -> list[Row]:
        listed = [self._ticket(c) for c in self.conversations.values()]
        return sorted(listed, key=lambda r: (r["generated_timestamp"], r["id"]))

    def _ticket(self, c: Row) -> Row:
        person = by_key(self.world, "people", "person_id").get(c["person_id"])
        companies = by_key(self.world, "companies", "company_id")
        company = companies.get((person or {}).get("company_id") or "")
        requester = number(c["identity_remote_id"]) if c["identity_remote_id"] else None
        tags = list(c["tags"] or [])
        tags += ["closed_by_merge"] if c["merged_into_remote_id"] else []
        tags += ["spam"] if c["is_spam"] and "spam" not in tags else []
        return {
            "url": f"{ADDRESS}/api/v2/tickets/{c['remote_id']}.json",
            "id": number(c["remote_id"]),
            "external_id": None,
            "via": {
                "channel": VIA.get(c["channel"], "web"),
                "source": {"from": {}, "to": {}, "rel": None},
            },
            "created_at": wire(c["opened_at"]),
            "updated_at": wire(c["updated_at"]),
            "generated_timestamp": epoch(c["updated_at"]),
            "type": None,
            "subject": c["subject"],
            "raw_subject": c["subject"],
            "description": self._first_words(c["remote_id"]),
            "priority": c["priority"],
            "status": "deleted" if c["deleted_at"] else c["status"],
            "recipient": None,
            "requester_id": requester,
            "submitter_id": requester,
            "assignee_id": self.agent_number(c["agent_id"]),
            "organization_id": company["zendesk_id"] if company else None,
            "group_id": self.group_ids.get(c["team"]),
            "collaborator_ids": [],
            "follower_ids": [],
            "problem_id": None,
            "has_incidents": False,
            "is_public": True,
            "due_at": None,
            "tags": sorted(tags),
            "custom_fields": [],
            "satisfaction_rating": None,
            "brand_id": number(c["brand"]) if c["brand"] else None,
            "ticket_form_id": None,
            "allow_attachments": True,
        }

    def _first_words(self, ticket: str) -> str | None:
        said = grouped(self.world, "messages", "conversation_remote_id", "zendesk").get(ticket)
        return min(said, key=lambda m: m["sent_at"])["body"] if said else None
