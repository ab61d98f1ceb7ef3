"""Help centres."""

from pathlib import Path

from fastapi import FastAPI

from sample.servers import guru, helpjuice
from tests.connectors import guru_house, test_helpjuice
from tests.connectors.faults.surprises import Where
from tests.connectors.faults.tried import Tried


def _guru(folder: Path) -> FastAPI:
    team = guru.Team(guru_house.LOGIN, page_size=2)
    for number in range(1, 6):
        team.put(guru_house.card(number, archived=number > 3))
    team.events = [guru_house.event("2025-03-05") for _ in range(3)]
    return guru.app(team)


def _helpjuice(folder: Path) -> FastAPI:
    account = helpjuice.Account(test_helpjuice.KEY)
    test_helpjuice.fill(account)
    return helpjuice.app(account)


HELP = (
    Tried(
        "guru",
        _guru,
        guru_house.LOGIN,
        guru_house.SETTINGS,
        holds=Where("/api/v1/search/cardmgr"),
        numbers=("version",),
        nested=("collection", "verifiers"),
    ),
    Tried(
        "helpjuice",
        _helpjuice,
        ("", test_helpjuice.KEY),
        test_helpjuice.SETTINGS,
        holds=Where("/api/v3/(articles|categories)"),
        numbers=("accessibility",),
        nested=("answer", "published_questions"),
    ),
)
