"""Help centres."""

from pathlib import Path

from fastapi import FastAPI

from sample.servers import guru, helpjuice
from tests.connectors import test_guru, test_helpjuice
from tests.connectors.faults.surprises import Where
from tests.connectors.faults.tried import Tried


def _guru(folder: Path) -> FastAPI:
    team = guru.Team(test_guru.LOGIN, page_size=2)
    for number in range(1, 6):
        team.put(test_guru.card(number, archived=number > 3))
    team.events = [test_guru.event("2025-03-05") for _ in range(3)]
    return guru.app(team)


def _helpjuice(folder: Path) -> FastAPI:
    account = helpjuice.Account(test_helpjuice.KEY)
    test_helpjuice.fill(account)
    return helpjuice.app(account)


HELP = (
    Tried(
        "guru",
        _guru,
        test_guru.LOGIN,
        test_guru.SETTINGS,
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
