"""The people of the sample world as Intercom would tell them: contacts, admins, teams.

Shapes follow the vendor's OpenAPI description (2.15) and its recorded records.
"""

from datetime import datetime
from functools import cached_property
from pathlib import Path

from sample.servers.world import Row, by_key, of_system

_TEAM_BASE = 5_017_000


def epoch(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


class People:
    """Contacts, admins and teams; built when first asked for."""

    def __init__(self, world: Path) -> None:
        self.world = world

    @cached_property
    def agents(self) -> dict[str, Row]:
        return by_key(self.world, "agents", "agent_id")

    @cached_property
    def team_ids(self) -> dict[str, int]:
        teams = {a["team"] for a in self.agents.values()}
        teams |= {c["team"] for c in of_system(self.world, "conversations", "intercom")}
        return {team: _TEAM_BASE + i for i, team in enumerate(sorted(filter(None, teams)), 1)}

    @cached_property
    def teams(self) -> list[Row]:
        return [
            {
                "type": "team",
                "id": str(id_),
                "name": name,
                "admin_ids": [
                    int(a["intercom_id"]) for a in self.agents.values() if a["team"] == name
                ],
            }
            for name, id_ in self.team_ids.items()
        ]

    @cached_property
    def admins(self) -> list[Row]:
        return [
            {
                "type": "admin",
                "id": a["intercom_id"],
                "name": a["name"],
                "email": a["email"],
                "job_title": "",
                "away_mode_enabled": False,
                "away_mode_reassign": False,
                "has_inbox_seat": a["role"] == "agent" and a["active_to"] is None,
                "team_ids": [self.team_ids[a["team"]]] if a["team"] else [],
            }
            for a in self.agents.values()
            if a["intercom_id"] is not None
        ]

    @cached_property
    def contacts(self) -> list[Row]:
        people = by_key(self.world, "people", "person_id")
        # The losing side of a merge is gone from search; nothing tells that it ever was.
        found = [
            i
            for i in of_system(self.world, "identities", "intercom")
            if i["merged_into_remote_id"] is None
        ]
        return [self._contact(i, people[i["person_id"]]) for i in found]

    def _contact(self, i: Row, person: Row) -> Row:
        company = person["company_id"]
        return {
            "type": "contact",
            "id": i["remote_id"],
            "workspace_id": "fernhill",
            "external_id": i["external_id"],
            "role": "user" if i["email"] or i["external_id"] else "lead",
            "email": i["email"],
            "phone": i["phone"],
            "name": i["name"],
            "owner_id": None,
            "unsubscribed_from_emails": bool(person["do_not_contact"]),
            "has_hard_bounced": False,
            "marked_email_as_spam": False,
            "created_at": epoch(i["created_at"]),
            "updated_at": epoch(i["updated_at"]),
            "signed_up_at": epoch(i["created_at"]),
            "last_seen_at": None,
            "language_override": None,
            "browser_language": person["language"],
            "location": {"type": "location", "country": None, "region": None, "city": None},
            "custom_attributes": {},
            "companies": {
                "type": "list",
                "data": [{"type": "company", "id": company}] if company else [],
                "total_count": 1 if company else 0,
                "has_more": False,
            },
            "tags": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        }
