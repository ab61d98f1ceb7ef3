"""What the tests of the Guru connector share: a team, its server, one pull, cards and events."""

from typing import Any

from fastapi import FastAPI

from connectors.guru.source import source
from connectors.http import Policy
from sample.servers.guru import Team
from sample.servers.logins import Login
from tests.connectors.slices import credentials, extract, raw

LOGIN = Login("reports@fernhill.example", "gu-sample-51c7e09b3d")
# Wide enough that few requests cover the days from then to today.
SETTINGS: dict[str, Any] = {"start_at": "2025-03-01T00:00:00Z", "window_days": 5000}


def card(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "id": f"card-{number}",
        "preferredPhrase": f"Watering {number}",
        "slug": f"c{number}/Watering-{number}",
        "content": "<p>Twice a week.</p>",
        "dateCreated": f"2025-01-{number:02d}T09:00:00.000+0000",
        "lastModified": f"2025-02-{number:02d}T09:00:00.000+0000",
        "verificationState": "TRUSTED",
        "verificationInterval": 90,
        "version": number,
        "collection": {"id": "col-1", "name": "Help", "token": "live-collection-token"},
        "verifiers": [{"type": "user", "user": {"email": "kim@fernhill.example"}}],
        "cardInfo": {"analytics": {"views": 7}},
    }
    return {**row, **changes}


def event(moment: str, kind: str = "card-viewed", **changes: Any) -> dict[str, Any]:
    row = {
        "eventType": kind,
        "eventDate": moment,
        "user": "Ann@Example.com",
        "properties": {"cardId": "card-1", "source": "UI"},
    }
    return {**row, **changes}


class House:
    """A team, its server, and the connector signed in there."""

    def __init__(self, team: Team, api: FastAPI, address: str) -> None:
        self.team, self.api, self.address = team, api, address

    def pull(self, secret: str = LOGIN.secret, **settings: Any) -> dict[str, int]:
        there = credentials(self.address, LOGIN.user, secret)
        policy = Policy(sleep=lambda _: None)
        return extract("guru", source(there, **{**SETTINGS, "policy": policy, **settings}))


def held(columns: str = "id", where: str = "true") -> list[tuple[Any, ...]]:
    return raw(f"select {columns} from raw_guru.cards where {where} order by id")
