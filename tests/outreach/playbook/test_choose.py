"""The first play that fits is taken, on the way the customer can be reached by."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.playbook.book import CHANNELS, Playbook, read_playbook
from outreach.playbook.choose import Case, Reason, choose

FEATURES = ["cancel_requested", "nps_last", "reopens_90d", "contacts_30d"]


def play(name: str, **asks: Any) -> dict[str, Any]:
    common = {"description": name, "owner": "lead", "due": {"days": 1}, "message": "words"}
    return {"name": name, "channels": ["phone", "email"], **common, **asks}


def book(*plays: dict[str, Any]) -> Playbook:
    said = {"plays": list(plays), "default": play("otherwise"), "messages": {"words": "Hello"}}
    return Playbook.model_validate(said)


def case(*reasons: tuple[str, float], **known: Any) -> Case:
    said = [Reason(feature, points, f"{feature} was seen") for feature, points in reasons]
    both = {"band": "red", "values": {}, "reachable": frozenset(CHANNELS), **known}
    return Case(reasons=said, **both)


CANCEL = ("cancel_requested", 2.0)
SURVEY = ("nps_last", 0.5)


def test_the_first_that_fits_and_the_reason_it_fits_by() -> None:
    plays = book(play("a", any=["nps_last"]), play("b", any=["cancel_requested"]))
    chosen = choose(plays, "at_risk", case(CANCEL, SURVEY))
    assert (chosen.play.name, chosen.channel, chosen.why) == ("a", "phone", "nps_last was seen")


@pytest.mark.parametrize(
    ("asks", "fits"),
    [
        ({"any": ["reopens_90d", "nps_last"]}, True),
        ({"any": ["reopens_90d"]}, False),
        ({"all": ["cancel_requested", "nps_last"]}, True),
        ({"all": ["cancel_requested", "reopens_90d"]}, False),
        ({"any": ["nps_last"], "top": 2}, True),
        ({"any": ["nps_last"], "top": 1}, False),
        ({"any": ["nps_last"], "contribution": 0.5}, True),
        ({"any": ["nps_last"], "contribution": 0.6}, False),
        ({"any": ["tenure_days"]}, False),  # speaks for staying
        ({"any": ["refund_max_30d"]}, False),  # adds nothing
        ({"any": ["orders_90d"]}, False),  # the model learnt from not knowing it
        ({"bands": ["red"]}, True),
        ({"bands": ["yellow"]}, False),
        ({"lists": ["growth"]}, False),
        ({"values": {"contacts_30d": {"at_least": 3}}}, True),
        ({"values": {"contacts_30d": {"at_least": 2, "at_most": 2.5}}}, False),
        ({"values": {"reopens_90d": {"at_most": 9}}}, False),  # not known
    ],
)
def test_every_part_of_a_pattern_has_to_hold(asks: dict[str, Any], fits: bool) -> None:
    values = {"contacts_30d": 3.0, "reopens_90d": None, "orders_90d": None}
    said = [CANCEL, SURVEY, ("orders_90d", 0.4), ("refund_max_30d", 0.0), ("tenure_days", -0.5)]
    seen = case(*said, values=values)
    assert (choose(book(play("a", **asks)), "at_risk", seen).play.name == "a") is fits


def test_a_way_that_the_customer_does_not_have_is_passed_over_and_told() -> None:
    plays = book(play("call", any=["nps_last"], channels=["phone"]), play("write"))
    reached = choose(plays, "at_risk", case(SURVEY, reachable=frozenset({"email"})))
    assert (reached.play.name, reached.channel) == ("write", "email")
    assert reached.why == "nps_last was seen; call fits, too, but needs phone"
    nobody = choose(plays, "at_risk", case(SURVEY, reachable=frozenset()))
    assert (nobody.play.name, nobody.channel) == ("otherwise", None)


def test_without_a_pattern_the_default_names_the_largest_reason() -> None:
    chosen = choose(book(play("a", any=["reopens_90d"])), "at_risk", case(CANCEL, SURVEY))
    assert chosen.play.name == "otherwise"
    assert chosen.why == "no play of its own for: cancel_requested was seen"


@given(
    st.lists(st.tuples(st.sampled_from(FEATURES), st.floats(-2, 3)), unique_by=lambda r: r[0]),
    st.sampled_from(["at_risk", "growth", "incident"]),
    st.frozensets(st.sampled_from(CHANNELS), min_size=1),
)
def test_everybody_gets_a_play_on_a_way_it_allows(
    reasons: list[tuple[str, float]], list_: str, reachable: frozenset[Any]
) -> None:
    given_book = read_playbook()
    ranked = sorted(reasons, key=lambda reason: -reason[1])
    chosen = choose(given_book, list_, case(*ranked, reachable=reachable))
    assert chosen.channel in reachable & set(chosen.play.channels)
    assert chosen.why
    assert chosen.play is given_book.default or list_ in chosen.play.lists
