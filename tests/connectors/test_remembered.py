"""What a pull from the start keeps of a resource's state; each connector's own tests use it."""

from pathlib import Path

import pytest

from connectors.contract import ROOM
from connectors.counts import kept_states
from connectors.remembered import REMEMBERED, remembered
from tests.connectors.faults.registered import CONNECTORS, Tried
from tests.connectors.slices import extract, served

NAMED = [tried for tried in CONNECTORS if tried.name in REMEMBERED]


def test_ids_stay_and_cursors_go() -> None:
    state = {
        "newest": 7,
        "seen": {"1": ["2026-01-01", "digest"]},
        "gone": ["2"],
        "vendor_count": {"count": 1},
    }
    left = remembered("freshdesk", "companies", state)
    assert left == {"seen": {"1": ["2026-01-01", ""]}, "gone": ["2"]}
    assert state["seen"] == {"1": ["2026-01-01", "digest"]}


def test_every_app_and_every_survey_has_its_own() -> None:
    state = {"surveys": {"a": {"held": ["1"], "newest": 3}, "b": {"held": [], "token": "t"}}}
    left = {"surveys": {"a": {"held": ["1"]}, "b": {"held": []}}}
    assert remembered("qualtrics", "responses", state) == left


def test_an_article_whose_votes_are_known_is_asked_for_them_again() -> None:
    state = {"articles": {"5": {"sums": [1, 1], "votes": {"9": "digest"}}}}
    left = {"articles": {"5": {"sums": [1, ""], "votes": {"9": ""}}}}
    assert remembered("zendesk", "article_votes", state) == left


def test_a_resource_that_remembers_nothing_begins_anew() -> None:
    assert remembered("zendesk", "tickets", {"cursor": "x", "seen": {}}) == {}
    assert remembered("delighted", "responses", {"known": {"hash": "file"}}) == {}


@pytest.mark.parametrize("tried", NAMED, ids=lambda tried: tried.name)
def test_what_is_named_is_where_the_connector_keeps_it(tried: Tried, tmp_path: Path) -> None:
    with served(tried.serve(tmp_path)) as address:
        extract(tried.name, tried.source(address))
    states = kept_states(tried.name)
    for resource, places in REMEMBERED[tried.name].items():
        assert resource in states, f"{resource} is not pulled here"
        left = remembered(tried.name, resource, states[resource])
        for place in places:
            found = [left]
            for key in place.split("."):
                found = [
                    inner
                    for each in found
                    for inner in (each.values() if key == "*" else [each.get(key)])
                ]
            assert found, place
            assert None not in found, place


def test_every_source_named_is_there() -> None:
    assert {name for name in REMEMBERED if (ROOM / name / "source.py").exists()} == set(REMEMBERED)
