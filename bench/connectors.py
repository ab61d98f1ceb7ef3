"""Pulling from a vendor into raw tables: rows/s and peak memory, ours beside dlt's stock default.

The peer asks the same server for the same list by dlt's own `rest_api` source and loads it into
DuckDB as dlt does unless told otherwise (merge by key, its default file format, nested values as
tables of their own). It keeps no count, judges no row and knows no deletion. Where the stock
paginators cannot read a vendor's list, it gets ours. Servers run in another process without their
rate limits; every pull has a process of its own, so that memory is its own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
)
from fastapi import FastAPI

import sample
from bench.report import peak_memory_mib
from connectors.paginators import EndOfStreamCursor
from connectors.registry import enabled_channels, open_source
from connectors.stripe.paging import AfterLastId
from sample.servers import email, intercom, salesforce, serve, stripe, survey, twilio, zendesk
from sample.servers.logins import LOGINS, uri
from warehouse.credentials import Credentials
from warehouse.settings import settings

RESOURCES = {
    "zendesk": "tickets",
    "intercom": "contacts",
    "twilio": "calls",
    "survey": "responses",
    "stripe": "charges",
    "salesforce": "contact",
    "email": "messages",
    "file_drop": "all tables",
}
"""What is pulled of the first eight channels. The last three have no list that rest_api reads."""
# Two sample servers are no match for the large one: Stripe's goes through all charges for a page of
# 100, and the mailbox is not up in time.
SIZES = dict.fromkeys(RESOURCES, "large") | {"stripe": "medium", "email": "medium"}
MANY = 10**9
FORM = "fhNps001"
_LINE = "  {:<12}{:<16}{:>9}{:>9}{:>9}{:>10}{:>10}{:>8}{:>8}"


def _signed_in(address: str) -> Credentials:
    """An address with login and secret, read without Airflow (its import is 100 MiB)."""
    parts = urlsplit(address)
    login, secret = unquote(parts.username or ""), unquote(parts.password or "")
    base = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    return Credentials(base_url=base, login=login, password=secret)


def _unlimited(name: str, world: Path) -> FastAPI:
    if name == "twilio":
        api = twilio.app(world)
        api.state.requests_per_second = MANY
        return api
    made: dict[str, Callable[[], FastAPI]] = {
        "zendesk": lambda: zendesk.app(world, exports_per_minute=MANY),
        "intercom": lambda: intercom.app(world, calls_per_minute=MANY),
        "survey": lambda: survey.app(world, per_second=MANY),
        "stripe": lambda: stripe.app(world, per_second=MANY),
        "salesforce": lambda: salesforce.app(world),
    }
    return made[name]()


@contextmanager
def served(name: str, world: Path) -> Iterator[str]:
    """The vendor's server; its connection as Airflow would have it."""
    if name == "file_drop":
        yield str(world.parent / "drop" / "fernhill")
        return
    if name == "email":
        address, stop = email.start(world)
    else:
        port, stop = serve(name, _unlimited(name, world))
        address = uri(name, port)
    try:
        yield address
    finally:
        stop()


def ours(name: str, address: str) -> Callable[[], int]:
    """Extract, gate, load; the number of rows received."""
    from connectors.landing import complete_loads, land
    from connectors.loading import load_pending
    from expectations.gate import gate_batch

    (channel,) = enabled_channels(only=(name,))
    if name == "survey":
        only = {FORM: channel.settings["forms"][FORM]}
        channel.settings |= {"requests_per_second": MANY, "forms": only, "unfinished": False}
    there = Credentials(base_url="") if name == "file_drop" else _signed_in(address)
    source = open_source(channel, there)
    if name != "file_drop":  # a folder's files are read once, for all tables
        source = source.with_resources(RESOURCES[name])

    def pull() -> int:
        land(name, source)
        for load_id in complete_loads(name):
            gate_batch(name, load_id)
        return sum(account.received for account in load_pending(name))

    return pull


def _stock_lists() -> dict[str, tuple[str, str, str, dict[str, Any], BasePaginator]]:
    """Channel → path, list in the answer, key, what is asked, paginator."""
    cursor = JSONResponseCursorPaginator
    body = {"query": {"field": "updated_at", "operator": ">", "value": 0}}
    return {
        "zendesk": (
            "api/v2/incremental/tickets/cursor.json",
            *("tickets", "id", {"params": {"start_time": 0, "per_page": 1000}}),
            EndOfStreamCursor(),
        ),
        "intercom": (
            "contacts/search",
            *("data", "id", {"method": "POST", "json": body | {"pagination": {"per_page": 150}}}),
            cursor("pages.next.starting_after", cursor_body_path="pagination.starting_after"),
        ),
        "twilio": (
            f"2010-04-01/Accounts/{LOGINS['twilio'].user}/Calls.json",
            *("calls", "sid", {"params": {"PageSize": 1000}}),
            JSONLinkPaginator("next_page_uri"),
        ),
        "survey": (
            f"forms/{FORM}/responses",
            *("items", "token", {"params": {"page_size": 1000, "response_type": "completed"}}),
            cursor("items[-1].token", cursor_param="before"),
        ),
        "stripe": (
            "v1/charges",
            *("data", "id", {"params": {"limit": 100}}),
            AfterLastId(),
        ),
    }


def stock(name: str, address: str) -> Callable[[], int]:
    """The same list as dlt pulls and loads it by default; the number of rows."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    there, (path, key, id_, asked, paginator) = _signed_in(address), _stock_lists()[name]
    auth: dict[str, str] = {"type": "bearer", "token": there.password}
    if name in {"zendesk", "twilio"}:
        auth = {"type": "http_basic", "username": there.login, "password": there.password}
    elif name == "stripe":
        auth = {"type": "http_basic", "username": there.password, "password": ""}
    endpoint = {"path": path, "data_selector": key, "paginator": paginator, **asked}
    config: Any = {
        "client": {"base_url": there.base_url, "auth": auth},
        "resource_defaults": {"primary_key": id_, "write_disposition": "merge"},
        "resources": [{"name": "rows", "endpoint": endpoint}],
    }
    source = rest_api_source(config)
    pipeline = dlt.pipeline(
        f"peer_{name}",
        pipelines_dir=str(settings().root / "peer"),
        destination=dlt.destinations.duckdb(str(settings().root / f"peer_{name}.duckdb")),
        dataset_name=f"raw_{name}",
    )

    def pull() -> int:
        pipeline.run(source).raise_on_failed_jobs()
        trace = pipeline.last_trace
        counts = trace.last_normalize_info.row_counts if trace and trace.last_normalize_info else {}
        return int(counts["rows"])

    return pull


def _measured(way: str, name: str, address: str) -> dict[str, float]:
    """One pull in a process of its own."""
    command = [sys.executable, "-m", "bench.connectors", way, name, address]
    env = {**os.environ, "HEEDLINE_DROP_DIR": address if name == "file_drop" else ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise RuntimeError(f"{way} {name}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    worlds = {size: sample.generate(size, root=settings().sample) for size in set(SIZES.values())}
    print("\npulling the sample company into raw tables; dlt = its stock default")
    print(_LINE.format(*("", "", "rows", "rows/s", "MiB", "dlt /s", "dlt MiB", "faster", "memory")))
    for name, resource in RESOURCES.items():
        with served(name, worlds[SIZES[name]]) as address:
            mine = _measured("ours", name, address)
            peer = _measured("stock", name, address) if name in _stock_lists() else None
        rate = mine["rows"] / mine["seconds"]
        line: list[str] = [
            name,
            resource,
            f"{mine['rows']:,}",
            f"{rate:,.0f}",
            f"{mine['mib']:.0f}",
        ]
        if peer:
            its = peer["rows"] / peer["seconds"]
            line += [f"{its:,.0f}", f"{peer['mib']:.0f}", f"{rate / its:.2g}x"]
            line += [f"{mine['mib'] / peer['mib']:.2g}x"]
        print(_LINE.format(*line, *[""] * (9 - len(line))))


if __name__ == "__main__":
    way, name, address = sys.argv[1:]
    pull = {"ours": ours, "stock": stock}[way](name, address)
    began = time.perf_counter()
    rows = pull()
    seconds = time.perf_counter() - began
    print(json.dumps({"rows": rows, "seconds": seconds, "mib": peak_memory_mib()}))
