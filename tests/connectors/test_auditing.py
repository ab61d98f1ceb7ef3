"""The audit of ids: what the vendor lists and is not here, what is here and it lists no more."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import auditing, repull
from connectors.auditing import compare_all, list_all, listing_channels
from connectors.contract import ROOM, Credentials
from connectors.counts import last_pull
from connectors.freshdesk.source import source as freshdesk_source
from connectors.ledger import Ledger
from connectors.reconciling import Unreconciled
from connectors.registry import Channel
from connectors.twilio.ids import ids as twilio_ids
from privacy.sweep import sweep
from tests.connectors.faults.registered import CONNECTORS, Tried
from tests.connectors.slices import extract, load, raw, served
from warehouse.duck import warehouse

LISTING = [tried for tried in CONNECTORS if (ROOM / tried.name / "ids.py").exists()]


class House:
    """A vendor that is served, and its channel pulled once."""

    def __init__(self, tried: Tried, folder: Path, address: str) -> None:
        self.name, self.tried, self.address = tried.name, tried, address
        self.channel = Channel(name=tried.name, settings=dict(tried.settings))
        login, secret = tried.login
        self.credentials = Credentials(
            base_url=address, login=login, password=secret, extra=tried.extra(address)
        )
        self.pull()

    def pull(self) -> None:
        extract(self.name, self.tried.source(self.address))
        load(self.name)

    def list(self) -> dict[str, list[str]]:
        """The ids that the vendor lists, by resource."""
        list_all(self.channel, self.credentials)
        listed: dict[str, list[str]] = json.loads(auditing._file(self.name).read_text())["ids"]
        return listed

    def audit(self) -> dict[str, dict[str, int]]:
        list_all(self.channel, self.credentials)
        return compare_all(self.name)


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with served(request.param.serve(tmp_path / "world")) as address:
        yield House(request.param, tmp_path, address)


every = pytest.mark.parametrize("house", LISTING, indirect=True, ids=lambda tried: tried.name)
zendesk = pytest.mark.parametrize("house", LISTING[:1], indirect=True, ids=["zendesk"])


def change(statement: str) -> None:
    with warehouse() as connection:
        connection.execute(statement)


def written() -> list[tuple[Any, ...]]:
    return raw("select resource, remote_id, missing from ops.audited_ids order by all")


@every
def test_every_row_that_is_not_here_is_named_and_comes_with_the_next_pull(house: House) -> None:
    listed = house.list()
    assert len(listed) >= 2
    assert compare_all(house.name) == {name: {"here": 0, "there": 0} for name in listed}
    assert not auditing._file(house.name).exists()

    # Of each list one row that is here: what the pull missed.
    missed = {name: max(keys) for name, keys in listed.items() if keys}
    assert missed
    for name, key in missed.items():
        column = auditing._key(house.name, name)
        change(f"delete from raw_{house.name}.{name} where cast({column} as varchar) = '{key}'")
    with pytest.raises(Unreconciled) as said:
        house.audit()
    for name, key in missed.items():
        assert f"{name}: 1 that the vendor lists are not here ({key})" in str(said.value)
    assert written() == sorted((name, key, "here") for name, key in missed.items())
    assert repull.asked(house.name) == missed.keys()
    house.pull()
    house.audit()
    assert written() == []


@every
def test_what_the_vendor_lists_no_more_is_named_and_fails_nothing(house: House) -> None:
    listed = house.list()
    for name in listed:
        # Another one like those that are listed, pulled long ago.
        column = auditing._key(house.name, name)
        change(
            f"insert into raw_{house.name}.{name} select * replace (7 as {column}, "
            "timestamptz '2020-01-01 00:00Z' as _loaded_at) "
            f"from raw_{house.name}.{name} where cast({column} as varchar) = '{max(listed[name])}'"
            if listed[name]
            else "select 1"
        )
    assert sum(each["there"] for each in compare_all(house.name).values()) > 0
    assert written() == sorted((name, "7", "there") for name, keys in listed.items() if keys)
    assert repull.asked(house.name) == frozenset()


def named(name: str) -> pytest.MarkDecorator:
    tried = [each for each in LISTING if each.name == name]
    return pytest.mark.parametrize("house", tried, indirect=True, ids=[name])


@named("twilio")
def test_of_a_vendor_that_counts_nothing_the_last_two_days_are_left_to_the_next_audit(
    house: House,
) -> None:
    assert house.list()["calls"]
    until = datetime.fromisoformat(json.loads(auditing._file("twilio").read_text())["until"])
    ended = last_pull("twilio")
    assert ended
    assert ended - until == timedelta(days=2)
    early = datetime(2020, 1, 1, tzinfo=UTC)
    found = twilio_ids(house.credentials, early)
    assert {name: list(keys) for name, keys in found.items()} == {"calls": [], "recordings": []}


@named("freshdesk")
def test_tickets_that_no_run_has_come_to_yet_are_not_missing(house: House) -> None:
    assert house.list()["tickets"] == ["1", "2"]
    # Two tickets of one instant come; what changed so lately is read again in any case.
    change("delete from raw_freshdesk.tickets")
    repull.ask("freshdesk", ["tickets"])
    source = freshdesk_source(house.credentials, page_size=2, tickets_per_run=1)
    extract("freshdesk", source)
    load("freshdesk")
    assert house.list()["tickets"] == []
    assert raw("select id from raw_freshdesk.tickets order by id") == [(1,), (2,), (4,)]


@named("shopify")
def test_of_a_shop_that_shows_sixty_days_orders_are_not_compared(house: House) -> None:
    house.channel.settings["sixty_days_only"] = True
    assert house.list().keys() == {"customers"}


@zendesk
def test_rows_that_retention_took_are_named_and_not_pulled_anew(house: House) -> None:
    change("delete from raw_zendesk.users where id = 501")
    change("insert into ops.retention values ('raw_zendesk.users', 90, now(), 1, now())")
    assert house.audit()["users"]["here"] == 1
    assert repull.asked("zendesk") == frozenset()


@zendesk
def test_an_erasure_forgets_the_audit(house: House) -> None:
    change("delete from raw_zendesk.users where id = 501")
    with pytest.raises(Unreconciled):
        house.audit()
    list_all(house.channel, house.credentials)
    with warehouse() as connection:
        sweep(connection, Ledger())
    assert written() == []
    assert compare_all("zendesk") == {}


@zendesk
def test_who_was_erased_is_not_missing(house: House) -> None:
    change("delete from raw_zendesk.users where id = 501")
    Ledger().add("request", [("row", "zendesk.users", "501")])
    assert house.audit()["users"]["here"] == 0


@zendesk
def test_before_the_first_pull_nothing_is_asked(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "new"))
    nowhere = house.credentials.model_copy(update={"base_url": "http://127.0.0.1:1"})
    assert list_all(house.channel, nowhere) == {}
    assert compare_all("zendesk") == {}


def test_the_channels_that_list_their_ids_are_found() -> None:
    assert {"zendesk", "intercom", "salesforce"} <= {c.name for c in listing_channels()}
