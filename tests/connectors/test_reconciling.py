"""Held against the vendor's count: what balances, what is missing, and what the next run does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors import repull
from connectors.contract import Credentials
from connectors.reconciling import Line, Unreconciled, reconcile
from connectors.zendesk.source import source
from sample.servers.zendesk import app
from tests.connectors.faults.registered import CONNECTORS, Tried
from tests.connectors.slices import extract, intercept, load, raw, served
from tests.connectors.test_zendesk import LOGIN, NOW, world
from warehouse.duck import warehouse

COUNTED = {
    "zendesk": {"tickets", "users"},
    "intercom": {"conversations", "contacts"},
    "salesforce": {"account", "contact"},
}


@pytest.fixture
def api(tmp_path: Path) -> FastAPI:
    return app(world(tmp_path / "world"), clock=lambda: NOW)


@pytest.fixture
def zendesk(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)


def run(credentials: Credentials) -> dict[str, Line]:
    """One run of the channel; the newest line of every resource."""
    extract("zendesk", source(credentials))
    load("zendesk")
    return {line.resource: line for line in reconcile("zendesk")}


def counts(api: FastAPI, number: Callable[[], int]) -> None:
    """Have Zendesk say another number of users than it lists."""

    def answer(request: Request) -> Response | None:
        if not request.url.path.endswith("/users/count.json"):
            return None
        return Response(f'{{"count": {{"value": {number()}}}}}', media_type="application/json")

    intercept(api, answer)


def change(statement: str) -> None:
    """What no load of ours does: somebody's shell, or a fault."""
    with warehouse() as connection:
        connection.execute(statement)


def kept(resource: str, columns: str = "load_id, difference, status") -> list[tuple[Any, ...]]:
    query = f"select {columns} from ops.reconciliation where resource = '{resource}'"
    return raw(f"{query} order by rowid")


@pytest.mark.parametrize("tried", CONNECTORS, ids=lambda tried: tried.name)
def test_a_whole_pull_is_what_the_vendor_counts(tried: Tried, tmp_path: Path) -> None:
    with served(tried.serve(tmp_path / "world")) as address:
        extract(tried.name, tried.source(address))
    accounts = load(tried.name)
    lines = {line.resource: line for line in reconcile(tried.name)}
    counted = {name for name, line in lines.items() if line.vendor_count is not None}
    assert counted >= COUNTED.get(tried.name, set())
    assert {lines[name].difference for name in counted} <= {0}
    for name, account in accounts.items():
        line = lines[name]
        assert (line.received, line.accepted, line.held) == (
            account.received,
            account.accepted,
            raw(f'select count(*) from raw_{tried.name}."{name}"')[0][0],
        )


def test_deleted_rows_are_held_and_not_counted(zendesk: Credentials) -> None:
    line = run(zendesk)["tickets"]
    assert (line.held, line.deleted, line.comparable) == (3, 1, 2)
    assert (line.vendor_count, line.difference, line.status) == (2, 0, "balanced")


def test_missing_rows_fail_the_load_and_are_pulled_anew_by_the_next_run(
    zendesk: Credentials,
) -> None:
    run(zendesk)
    change("delete from raw_zendesk.users")
    with pytest.raises(Unreconciled, match=r"zendesk: users: the vendor counts 3, 3 of them are"):
        run(zendesk)
    assert repull.asked("zendesk") == {"users"}
    with pytest.raises(Unreconciled):  # as Airflow tries the task again, with nothing new to load
        reconcile("zendesk")
    assert run(zendesk)["users"].status == "balanced"
    assert repull.asked("zendesk") == frozenset()
    assert raw("select count(*) from raw_zendesk.users") == [(3,)]
    assert [status for _, _, status in kept("users")] == ["balanced", "missing", "balanced"]
    assert kept("users")[1][0] == "-", "nothing was loaded then"


def test_rows_that_retention_took_are_not_pulled_anew(zendesk: Credentials) -> None:
    run(zendesk)
    change("delete from raw_zendesk.users")
    change("insert into ops.retention values ('raw_zendesk.users', 90, now(), 3, now())")
    assert run(zendesk)["users"].status == "unexplained"
    assert repull.asked("zendesk") == frozenset()


def test_only_the_resource_in_doubt_is_pulled_anew(zendesk: Credentials) -> None:
    run(zendesk)
    repull.ask("zendesk", ["users"])
    assert extract("zendesk", source(zendesk)) == {"users": 3}
    assert load("zendesk")["users"].duplicates == 3
    assert extract("zendesk", source(zendesk)) == {}


def test_a_pull_anew_that_fails_is_asked_for_still(zendesk: Credentials) -> None:
    run(zendesk)
    repull.ask("zendesk", ["users"])
    wrong = zendesk.model_copy(update={"password": "not-the-token"})
    with pytest.raises(Exception, match="credentials refused"):
        extract("zendesk", source(wrong))
    assert repull.asked("zendesk") == {"users"}
    assert extract("zendesk", source(zendesk)) == {"users": 3}


def test_a_gap_that_a_pull_anew_does_not_close_is_said_once(
    api: FastAPI, zendesk: Credentials
) -> None:
    said = [20]
    counts(api, lambda: said[0])
    with pytest.raises(Unreconciled, match="the vendor counts 20, 17 of them are missing here"):
        run(zendesk)
    assert run(zendesk)["users"].status == "unexplained"
    assert repull.asked("zendesk") == frozenset()
    assert "users" not in run(zendesk), "no news"
    said[0] = 30
    with pytest.raises(Unreconciled, match="27 of them"):
        run(zendesk)


def test_more_rows_than_the_vendor_counts_are_shown_and_fail_nothing(
    api: FastAPI, zendesk: Credentials
) -> None:
    run(zendesk)
    change("insert into raw_zendesk.users (id) select * from range(7000, 7005)")
    line = run(zendesk)["users"]
    assert (line.difference, line.status) == (5, "surplus")


def test_an_estimate_fails_nothing(api: FastAPI, zendesk: Credentials) -> None:
    counts(api, lambda: 100_500)
    assert run(zendesk)["users"].status == "approximate"


def test_rows_in_quarantine_are_not_missing(api: FastAPI, zendesk: Credentials) -> None:
    api.state.records.users[0]["organization_id"] = "seventy-seven"
    extract("zendesk", source(zendesk))
    quarantined = load("zendesk")["users"].quarantined
    line = {line.resource: line for line in reconcile("zendesk")}["users"]
    assert (quarantined, line.held, line.set_aside, line.difference) == (1, 2, 1, 0)


def test_a_login_that_may_not_count_pulls_all_the_same(api: FastAPI, zendesk: Credentials) -> None:
    intercept(api, lambda r: Response(status_code=403) if "count" in r.url.path else None)
    line = run(zendesk)["users"]
    assert (line.held, line.vendor_count, line.status) == (3, None, "uncounted")


def test_loads_of_before_there_was_a_reconciliation_say_only_what_came(
    zendesk: Credentials,
) -> None:
    extract("zendesk", source(zendesk))
    load("zendesk")
    change("insert into ops.loads from ops.loads where resource = 'users'")
    change(
        "update ops.loads set load_id = '0', loaded_at = loaded_at - interval 1 day "
        "where resource = 'users' and rowid = (select max(rowid) from ops.loads)"
    )
    reconcile("zendesk")
    assert kept("users", "accepted, held, status") == [(3, None, "uncounted"), (3, 3, "balanced")]
