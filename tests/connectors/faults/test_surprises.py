"""Records that are not what they were: each is taken, set aside with its reason, or stops the run
with one line. None goes missing, and none spoils another.
"""

import json

import pytest

from connectors.contract import SourceError, resources
from tests.connectors.faults.healing import Bench, Tables, heal
from tests.connectors.faults.proxy import Spoiler
from tests.connectors.faults.registered import CONNECTORS
from tests.connectors.faults.surprises import (
    NEW_FIELD,
    TEXT,
    new_field,
    null_for_nested,
    text_for_number,
)
from tests.connectors.slices import raw

OF_JSON = [
    pytest.param(tried, position, id=f"{tried.name}-{position}")
    for tried in CONNECTORS
    for position in tried.surprised_at
    if tried.nested or tried.numbers
]


def refused(vendor: Bench) -> list[tuple[str, str, str]]:
    """(resource, reason, row as it came) of everything in quarantine."""
    return [
        (name, reason, row)
        for name in resources(vendor.tried.name)
        for reason, row in raw(f'select reason, row from quarantine."{vendor.tried.name}__{name}"')
    ]


def missing(vendor: Bench, tables: Tables) -> int:
    """Rows of the clean run that are not there in exactly that form."""
    return sum(len(set(vendor.clean[name]) - set(rows)) for name, rows in tables.items())


@pytest.mark.parametrize(("vendor", "position"), OF_JSON, indirect=["vendor"])
def test_a_new_field_is_kept_or_left_out_and_changes_nothing_else(
    vendor: Bench, position: str
) -> None:
    vendor.proxy.plan(new_field(vendor.tried.holds, position))
    vendor.pull()
    assert len(vendor.proxy.spoiled) == 1
    tables = vendor.loaded()
    rows = {name: [json.loads(row) for row in held] for name, held in tables.items()}
    found = [row.pop(NEW_FIELD) for held in rows.values() for row in held if NEW_FIELD in row]
    kept = [] if vendor.tried.picks else [{"since": "today"}]
    assert [json.loads(value) for value in found] == kept
    without = {n: sorted(json.dumps(r, sort_keys=True) for r in held) for n, held in rows.items()}
    assert without == vendor.clean
    assert refused(vendor) == []


def _cells(of: str) -> list[object]:
    return [
        pytest.param(tried, field, position, id=f"{tried.name}-{field}-{position}")
        for tried in CONNECTORS
        for field in getattr(tried, of)
        for position in tried.surprised_at
    ]


def _is_accounted_for(vendor: Bench, spoiler: Spoiler, field: str, mark: str) -> None:
    vendor.proxy.plan(spoiler)
    try:
        vendor.pull()
    except SourceError as error:
        line = str(error)
        assert "\n" not in line
        assert line.startswith(f"{vendor.tried.name}: ")
        assert TEXT not in line
        heal(vendor)
        return
    assert len(vendor.proxy.spoiled) == 1
    tables = vendor.loaded()
    aside = refused(vendor)
    held = sum(map(len, tables.values()))
    assert held + len(aside) == sum(map(len, vendor.clean.values()))
    assert missing(vendor, tables) <= 1
    assert all(
        vendor.tried.shows.get(field, field) in reason and mark in row for _, reason, row in aside
    )
    # Nothing is passed over in silence: the row is set aside, or says itself that it differs.
    assert aside or missing(vendor, tables) == 1


@pytest.mark.parametrize(("vendor", "field", "position"), _cells("numbers"), indirect=["vendor"])
def test_a_text_for_a_number_is_set_aside_or_stops_the_run(
    vendor: Bench, field: str, position: str
) -> None:
    surprise = text_for_number(vendor.tried.holds, position, field)
    _is_accounted_for(vendor, surprise, field, TEXT)


@pytest.mark.parametrize(("vendor", "field", "position"), _cells("nested"), indirect=["vendor"])
def test_a_null_for_something_nested_is_taken_set_aside_or_stops_the_run(
    vendor: Bench, field: str, position: str
) -> None:
    surprise = null_for_nested(vendor.tried.holds, position, field)
    _is_accounted_for(vendor, surprise, field, field)
