"""Runs of one connector through the proxy, and what the warehouse holds after them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.contract import SourceError, resources
from connectors.landing import complete_loads, land
from tests.connectors.faults.proxy import Proxy, proxied
from tests.connectors.faults.registered import Tried
from tests.connectors.slices import load, raw, served
from warehouse.landed import landed_files

Tables = dict[str, list[str]]
"""Rows by table, as sorted JSON texts of what the vendor said."""


@dataclass
class Bench:
    """One connector, its server behind the proxy, and what a run without faults comes to."""

    tried: Tried
    proxy: Proxy
    requests: int = 0
    clean: Tables = field(default_factory=dict)
    _known: dict[str, Tables] = field(default_factory=dict)

    def pull(self) -> None:
        """Extract everything new. Raises SourceError as the source raised it."""
        land(self.tried.name, self.tried.source(self.proxy.address))

    def loaded(self) -> Tables:
        """The raw tables, once all that has landed went through gate and loader."""
        load(self.tried.name)
        return raw_tables(self.tried.name)

    def tables(self) -> Tables:
        """As `loaded`; gate and loader look at nothing but what has landed, so the same is judged
        and merged once."""
        landed = _landed(self.tried.name)
        if landed not in self._known:
            self._known[landed] = self.loaded()
        return self._known[landed]


@contextmanager
def bench(tried: Tried, folder: Path) -> Iterator[Bench]:
    """Serve the connector's vendor behind the proxy."""
    with (
        served(tried.serve(folder / "world")) as upstream,
        proxied(upstream) as proxy,
        pytest.MonkeyPatch.context() as sizes,
    ):
        for where, size in tried.small.items():
            sizes.setattr(where, size)
        yield Bench(tried, proxy)


def raw_tables(source: str) -> Tables:
    """What the vendor said, by raw table: no bookkeeping, no column that nothing ever filled."""
    found = {}
    for name in resources(source):
        rows = raw(
            "select to_json(struct_pack(*columns(lambda c: not starts_with(c, '_')))) "
            f'from raw_{source}."{name}"'
        )
        found[name] = sorted(_filled(json.loads(text)) for (text,) in rows)
    return found


def _filled(row: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in row.items() if v is not None}, sort_keys=True)


def _landed(source: str) -> str:
    """Everything that has landed and waits, load by load, whatever the order within one."""
    loads = []
    for load_id in complete_loads(source):
        one = {}
        for name, files in landed_files(source, load_id).items():
            with duckdb.connect() as connection:
                rows = connection.execute(
                    "select to_json(struct_pack(*columns(lambda c: not starts_with(c, '_dlt')))) "
                    "from read_parquet(?, union_by_name = true)",
                    [[str(file) for file in files]],
                ).fetchall()
            one[name] = sorted(text for (text,) in rows)
        loads.append(one)
    return json.dumps(loads, sort_keys=True)


def place(vendor: Bench, position: str) -> int:
    """The number of the request that is spoiled."""
    return 1 if position == "first" else vendor.requests // 2 + 1


def failure(vendor: Bench) -> str:
    """The one line that a failing run ends in."""
    with pytest.raises(SourceError) as caught:
        vendor.pull()
    line = str(caught.value)
    assert "\n" not in line
    assert vendor.tried.login[1] not in line
    assert re.fullmatch(rf"{vendor.tried.name}: [^:]+: .+; .+", line), line
    return line


def heal(vendor: Bench) -> None:
    vendor.proxy.plan(None)
    vendor.pull()
    assert vendor.tables() == vendor.clean
