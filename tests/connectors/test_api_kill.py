"""kill -9 anywhere in the pull of an API connector: the next run has every row, counted once."""

from collections.abc import Iterator
from random import Random

import pytest
from fastapi import FastAPI

from connectors.contract import Credentials
from connectors.zendesk.source import source
from sample.servers.zendesk import app
from tests.connectors.dying import STAGES, pull
from tests.connectors.faults.healing import raw_tables
from tests.connectors.slices import at, extract, load, raw, served
from tests.connectors.test_zendesk import LOGIN, NOW, world
from warehouse.settings import settings

SEEDS = (1, 2)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("zendesk")
    return app(world(folder), clock=lambda: NOW, exports_per_minute=10**6)


@pytest.fixture(scope="module")
def zendesk(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)


@pytest.fixture(scope="module")
def whole(zendesk: Credentials, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many Python calls each stage of an undisturbed first pull takes."""
    calls = pull(tmp_path_factory.mktemp("whole") / "home", "zendesk", zendesk)
    assert all(calls[stage] > 100 for stage in STAGES)
    return calls


def complete(zendesk: Credentials) -> None:
    """A pull that nothing disturbs."""
    extract("zendesk", source(zendesk))
    load("zendesk")


def accepted() -> int:
    return int(raw("select sum(accepted) from ops.loads")[0][0])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_first_pull_that_was_killed_is_made_good_by_the_next(
    stage: str, seed: int, zendesk: Credentials, whole: dict[str, int]
) -> None:
    # The last tenth is left out: a pull takes a few calls more or less each time.
    fatal = Random(f"{stage}{seed}").randrange(1, whole[stage] * 9 // 10)
    pull(settings().root, "zendesk", zendesk, fatal={stage: fatal})
    complete(zendesk)
    found = raw_tables("zendesk")
    assert {name: len(rows) for name, rows in found.items() if rows} == {
        "tickets": 3,
        "users": 3,
        "organizations": 1,
        "groups": 2,
        "brands": 1,
        "ticket_events": 10,
        "satisfaction_ratings": 2,
    }
    assert accepted() == sum(map(len, found.values()))


@pytest.mark.parametrize("stage", STAGES)
def test_a_later_pull_that_was_killed_loses_no_change_and_takes_none_twice(
    stage: str, api: FastAPI, zendesk: Credentials, whole: dict[str, int]
) -> None:
    complete(zendesk)
    before = accepted()
    tickets = api.state.records.tickets
    kept = list(tickets)
    changed = tickets[0] | {
        "status": "open",
        "generated_timestamp": int(at("2026-06-01 00:00").timestamp()),
    }
    tickets[:] = [*kept[1:], changed]
    try:
        # A later pull is shorter: it brings one ticket.
        fatal = Random(f"{stage}later").randrange(1, whole[stage] // 4)
        pull(settings().root, "zendesk", zendesk, fatal={stage: fatal})
        complete(zendesk)
        assert raw("select status, count(*) from raw_zendesk.tickets group by 1 order by 1") == [
            ("closed", 1),
            ("deleted", 1),
            ("open", 1),
        ]
        assert accepted() == before + 1
    finally:
        tickets[:] = kept
