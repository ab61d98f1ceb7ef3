"""What the tests of the HubSpot connector share: an account, its server, one pull."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials
from connectors.http import Policy
from connectors.hubspot.source import source
from sample.servers.hubspot_account import Account
from sample.servers.hubspot_crm import app
from sample.servers.logins import RECEIVERS
from tests.connectors.slices import extract, intercept, raw, served

TOKEN = RECEIVERS["hubspot"].secret
SMALL = {"cap": 6, "page": 2}


class House:
    """One account, its server, and what Heedline has asked it."""

    def __init__(self) -> None:
        self.account = Account()
        self.now = 0.0
        self.waits: list[float] = []
        self.asked: list[str] = []
        self.faults: deque[tuple[str, Response]] = deque()
        self.address = ""

    def app(self, **limits: Any) -> FastAPI:
        api = app(self.account, clock=lambda: self.now, **{**SMALL, **limits})
        intercept(api, self._between)
        return api

    def _between(self, request: Request) -> Response | None:
        self.asked.append(request.url.path)
        if self.faults and request.url.path.endswith(self.faults[0][0]):
            return self.faults.popleft()[1]
        return None

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def pull(self, *only: str, secret: str = TOKEN, **settings: Any) -> dict[str, int]:
        """Rows landed by resource; `only`: of these resources (fewer requests)."""
        login = Credentials(base_url=self.address, password=secret)
        all_of_it = source(login, policy=Policy(sleep=self._sleep, attempts=3), **settings)
        return extract("hubspot", all_of_it.with_resources(*only) if only else all_of_it)


@contextmanager
def open_house() -> Iterator[House]:
    """A served account with nothing in it."""
    here = House()
    with served(here.app()) as here.address:
        yield here


def at(minute: int, day: int = 1) -> str:
    return f"2026-06-{day:02d}T{minute // 60:02d}:{minute % 60:02d}:00.250Z"


def people(house: House, numbers: range, minute: int = 0) -> None:
    for number in numbers:
        house.account.put("contacts", number, at(minute), email=f"p{number}@x.example")


def held(columns: str, table: str = "contacts") -> list[tuple[Any, ...]]:
    return raw(f"select {columns} from raw_hubspot.{table} order by id")
