"""Windows of history, in any order, come to what one pull over everything does."""

import itertools
import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.contract import ROOM, Credentials, SourceError, resources
from connectors.landing import complete_loads, land_pending, land_window, working_folders
from connectors.registry import Channel
from connectors.salesforce.objects import BY_NAME
from connectors.turns import extracting
from connectors.windows import Window, left_out, open_window
from sample.servers.zendesk import app
from tests.connectors.dying import STAGES, pull
from tests.connectors.faults.registered import CONNECTORS, Tried
from tests.connectors.slices import credentials, extract, load, raw, served
from tests.connectors.test_zendesk import LOGIN, NOW, world
from warehouse.settings import settings

# What has no place in time, so that the ordinary pull reads all of it.
_REMOVED = "coalesce(deleted, false) or coalesce(spam, false)"
PULLED = {
    "survey.responses": "submitted_at is null",
    "freshdesk.tickets": _REMOVED,
    "freshdesk.ticket_states": "ticket_id in (select id from raw_freshdesk.tickets "
    f"where {_REMOVED})",
}
BOUNDED = sorted(path.parent.name for path in ROOM.glob("*/backfill.py"))
TRIED = {tried.name: tried for tried in CONNECTORS if tried.name in BOUNDED}
FIRST, LAST = datetime(1970, 1, 5, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)


def windows(rng: random.Random) -> list[Window]:
    """A cover of all time in random pieces, most of them in the days that samples are about."""
    busy = datetime(2026, 2, 1, tzinfo=UTC)
    cuts = {busy + timedelta(seconds=rng.randrange(150 * 86_400)) for _ in range(4)}
    edges = [FIRST, *sorted(cuts), LAST]
    pieces = [Window(*pair) for pair in itertools.pairwise(edges)]
    rng.shuffle(pieces)
    return pieces


def windowed(tried: Tried, address: str, window: Window) -> object:
    login, secret = tried.login
    there = Credentials(base_url=address, login=login, password=secret, extra=tried.extra(address))
    return open_window(Channel(name=tried.name, settings=tried.settings), there, window)


def held(name: str) -> dict[str, list[tuple]]:
    """What every table that windows fill says, by load too: a row written anew is another."""
    found = {}
    for table in set(resources(name)) - set(left_out(name)):
        pulled = PULLED.get(f"{name}.{table}", "false")
        rows = raw(f'from raw_{name}."{table}" where not coalesce({pulled}, false)')
        found[table] = sorted(rows, key=str)
    return found


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", sorted(TRIED))
def test_windows_in_any_order_hold_what_one_pull_holds(
    name: str, seed: int, tmp_path: Path
) -> None:
    tried = TRIED[name]
    with served(tried.serve(tmp_path)) as address:
        for window in windows(random.Random(seed)):
            land_window(name, windowed(tried, address, window))
            load(name)
        by_windows, pulled_before = held(name), (settings().dlt / f"{name}_landing").exists()
        extract(name, tried.source(address))
        load(name)
    assert not pulled_before, "a window touched the working folder of the ordinary pull"
    assert any(by_windows.values())
    assert held(name) == by_windows


def test_a_window_leaves_the_ordinary_pull_where_it_is(tmp_path: Path) -> None:
    tried = TRIED["zendesk"]
    with served(tried.serve(tmp_path)) as address:
        extract("zendesk", tried.source(address))
        load("zendesk")
        kept = (settings().dlt / "zendesk_landing" / "state.json").read_bytes()
        tables = held("zendesk")
        land_window("zendesk", windowed(tried, address, Window(FIRST, LAST)))
        assert (settings().dlt / "zendesk_landing" / "state.json").read_bytes() == kept
        accounts = load("zendesk")
        assert held("zendesk") == tables
        assert sum(account.duplicates for account in accounts.values()) > 20
        assert extract("zendesk", tried.source(address)) == {}


@pytest.mark.parametrize("stage", STAGES)
def test_a_window_that_was_killed_is_made_good_when_it_is_read_again(
    stage: str, tmp_path: Path
) -> None:
    window = Window(FIRST, LAST)
    with served(app(world(tmp_path), clock=lambda: NOW, exports_per_minute=10**6)) as address:
        there = credentials(address, LOGIN.user, LOGIN.secret)
        whole = pull(tmp_path / "whole", "zendesk", there, window=window)
        fatal = random.Random(stage).randrange(1, whole[stage] * 9 // 10)
        pull(settings().root, "zendesk", there, fatal={stage: fatal}, window=window)
        land_window("zendesk", open_window(Channel(name="zendesk"), there, window))
        load("zendesk")
        land_window("zendesk", open_window(Channel(name="zendesk"), there, window))
        load("zendesk")
    found = {table: len(rows) for table, rows in held("zendesk").items() if rows}
    assert found == {
        "tickets": 3,
        "users": 3,
        "organizations": 1,
        "ticket_events": 10,
        "satisfaction_ratings": 2,
    }
    assert raw("select sum(accepted) from ops.loads")[0][0] == sum(found.values())


def test_an_erasure_finds_what_a_killed_window_left(tmp_path: Path) -> None:
    with served(app(world(tmp_path), clock=lambda: NOW, exports_per_minute=10**6)) as address:
        there = credentials(address, LOGIN.user, LOGIN.secret)
        window = Window(FIRST, LAST)
        # dlt keeps nothing of a first package that never began to land.
        land_window("zendesk", open_window(Channel(name="zendesk"), there, window))
        pull(settings().root, "zendesk", there, fatal={"land": 5}, window=window)
    assert len(complete_loads("zendesk")) == 1
    assert [folder.name for folder in working_folders()] == ["zendesk_backfill"]
    assert land_pending("zendesk")
    assert not land_pending("zendesk")
    assert len(complete_loads("zendesk")) == 2


def test_extractions_of_one_source_take_turns(tmp_path: Path) -> None:
    tried, landed = TRIED["zendesk"], list[str]()

    def window(address: str) -> None:
        land_window("zendesk", windowed(tried, address, Window(FIRST, LAST)))
        landed.append("window")

    with served(tried.serve(tmp_path)) as address:
        with extracting("zendesk"):
            waiting = threading.Thread(target=window, args=(address,))
            waiting.start()
            waiting.join(0.3)  # long enough to reach its turn; it has none before we end
            landed.append("we")
        waiting.join()
    assert landed == ["we", "window"]


def test_what_cannot_be_asked_for_a_window_says_how_its_history_comes() -> None:
    for name, remedy in (("file_drop", "put its files"), ("x", "as files")):
        with pytest.raises(SourceError, match=remedy):
            open_window(Channel(name=name), Credentials(base_url=""), Window(FIRST, LAST))


def test_what_windows_leave_out_is_there_and_said_why() -> None:
    for name in BOUNDED:
        assert set(left_out(name)) <= set(resources(name))
        assert all(left_out(name).values())


EVERYTHING = {
    "zendesk": {"products": ("guide", "talk", "chat"), "survey_locale": "en-us"},
    "salesforce": {"objects": tuple(BY_NAME)},
}


@pytest.mark.parametrize("name", BOUNDED)
def test_every_table_has_windows_or_a_reason_why_not(name: str) -> None:
    there = Credentials(
        base_url="https://vendor.example",
        login="AC0" if name == "twilio" else "who@vendor.example",
        password="x",
    )
    usual = TRIED[name].settings if name in TRIED else {}
    channel = Channel(name=name, settings=usual | EVERYTHING.get(name, {}))
    read = set(open_window(channel, there, Window(FIRST, LAST)).resources)
    read |= {"transcriptions"} if name == "aircall" else set()  # with their calls
    assert read.isdisjoint(left_out(name))
    assert read | set(left_out(name)) == set(resources(name))
