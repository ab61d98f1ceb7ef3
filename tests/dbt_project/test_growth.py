"""The growth list: who is asked, who is left alone, and that every point has its reason."""

import math
from typing import Any

import pytest

from tests.dbt_project.growth_oracle import SETTINGS, Row, Tables, growth_list, rules
from tests.dbt_project.growth_tables import ago, drawn, house, listed

ANNA = {"customer_id": "anna"}


def wants_more(**changes: list[Row]) -> Tables:
    """Anna wrote about an upgrade, recommends us and pays 50 a month; some tables may differ."""
    return {
        "dim_customers": [
            {
                **ANNA, "created_at": ago(100), "amount_per_month": 50.0,
                "subscriptions": 1, "active_subscriptions": 1,
            }
        ],
        "customer_health": [ANNA],
        "fct_messages": [{**ANNA, "topic": "sales_upgrade", "sent_at": ago(10)}],
        "fct_survey_responses": [
            {**ANNA, "survey_type": "nps", "score": 9.0, "answered_at": ago(30)}
        ],
        **changes,
    }  # fmt: skip


def features(row: Row) -> dict[str, float]:
    return {reason["feature"]: reason["contribution"] for reason in row["reasons"]}


def test_signs_add_up_to_a_score_with_reasons() -> None:
    (row,) = listed(wants_more())
    assert row["score"] == pytest.approx(0.5, abs=1e-12)  # -3 + 1.8 + 1.2
    assert (row["band"], row["rank"], row["value_per_month"]) == ("hot", 1, 10.0)
    assert row["top_reasons"] == (
        "wrote about buying more, conversations in 90 days: 1; "
        "gave 9 of 10 when asked whether they would recommend us"
    )
    assert features(row) == {"buying_contacts_90d": 1.8, "nps_last": 1.2}
    assert row["reasons"][0]["label"] == "wrote about buying more"
    assert row["evidence"] == ["v1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_health": [{**ANNA, "band": "yellow"}]},
        {"customer_health": []},
        {"fct_conversations": [{**ANNA, "is_solved": False, "complaint": 0.5}]},
        {"fct_conversations": [{**ANNA, "is_solved": False, "escalation_request": 0.9}]},
        {"fct_conversations": [{**ANNA, "is_solved": False, "churn_intent": 0.7}]},
        {"fct_conversations": [{**ANNA, "is_solved": False, "topic": "service_complaint"}]},
        {"fct_conversations": [{**ANNA, "is_solved": False, "escalations": 1}]},
        {"int_subscriptions": [{**ANNA, "started_at": ago(99), "cancel_requested_at": ago(1)}]},
        {"dim_customers": [{**ANNA, "subscriptions": 1, "active_subscriptions": 0}]},
        {"dim_customers": [{**ANNA, "customer_until": ago(9)}]},
    ],
    ids=lambda changes: str(next(iter(changes.values()))),
)
def test_nobody_is_sold_to_who_may_leave_or_complains(changes: dict[str, list[Row]]) -> None:
    assert listed(wants_more(**changes)) == []


@pytest.mark.parametrize(
    "talk",
    [
        {"is_solved": True, "complaint": 0.9},
        {"is_solved": False, "complaint": 0.4, "topic": "how_to"},
        {"is_solved": False, "complaint": 0.9, "excluded_reason": "spam"},
    ],
    ids=str,
)
def test_what_is_settled_harmless_or_spam_holds_nobody_back(talk: Row) -> None:
    assert len(listed(wants_more(fct_conversations=[{**ANNA, **talk}]))) == 1


@pytest.mark.parametrize(
    ("message", "counts"),
    [
        ({"topic": "how_to", "topics": '["how_to", "sales_upgrade"]'}, True),
        ({"topic": "other", "own_topic": "sales_upgrade"}, True),
        ({"topic": "sales_upgrade", "sentiment": "negative"}, False),
        ({"topic": "sales_upgrade", "speaker": "agent"}, False),
        ({"topic": "sales_upgrade", "sent_at": ago(90)}, False),
        ({"topic": "sales_upgrade_other", "topics": '["sales_upgrade_other"]'}, False),
    ],
    ids=str,
)
def test_only_customers_in_a_good_mood_ask_for_more(message: Row, counts: bool) -> None:
    praised = {**ANNA, "topic": "praise", "sent_at": ago(5), "conversation_id": "v2"}
    tables = wants_more(fct_messages=[praised, {**ANNA, "sent_at": ago(10), **message}])
    rows = listed(tables)
    assert [("buying_contacts_90d" in features(row)) for row in rows] == ([True] if counts else [])


def test_everything_a_new_customer_does_is_not_rising() -> None:
    orders = [{**ANNA, "ordered_at": ago(day), "status": "paid"} for day in (5, 6, 7)]
    asks = [
        {**ANNA, "topic": "how_to", "sent_at": ago(d), "conversation_id": f"h{d}"} for d in (5, 6)
    ]
    tables = wants_more(int_orders=orders, fct_messages=[*wants_more()["fct_messages"], *asks])
    (new,) = listed(tables)
    tables["dim_customers"][0]["created_at"] = ago(200)
    (known,) = listed(tables)
    assert features(known).keys() - features(new).keys() == {"orders_growth", "how_to_growth"}
    # Conversations stand behind a reason, or they are no evidence.
    assert (new["evidence"], known["evidence"]) == (["v1"], ["h5", "h6", "v1"])


def test_the_last_answer_is_what_counts() -> None:
    answers = [
        {**ANNA, "survey_type": "nps", "score": score, "answered_at": ago(day), "response_id": name}
        for name, score, day in [("a", 10.0, 40), ("b", 6.0, 20), ("c", 10.0, 20)]
    ]
    (row,) = listed(wants_more(fct_survey_responses=answers))
    assert "gave 10 of 10" in row["top_reasons"]
    # No answer after it, and one of two on the same instant: the one with the later id.
    (row,) = listed(wants_more(fct_survey_responses=answers[:2]))
    assert "nps_last" not in features(row)


def test_who_pays_nothing_yet_comes_last_with_nothing_to_gain() -> None:
    tables = wants_more()
    ben = {"customer_id": "ben"}
    for name in ("customer_health", "fct_messages", "fct_survey_responses"):
        tables[name] = [*tables[name], {**tables[name][0], **ben}]
    tables["dim_customers"].append(ben)
    rows = listed(tables)
    assert [(r["customer_id"], r["value_per_month"]) for r in rows] == [("anna", 10), ("ben", 0)]
    # Without a subscription a twelfth of the year's orders stands in.
    tables["int_customer_value"] = [{**ben, "order_amount_365d": 1200.0}]
    assert [(r["customer_id"], r["value_per_month"]) for r in listed(tables)] == [
        ("ben", 20),
        ("anna", 10),
    ]


def test_entries_keep_their_name_until_the_rules_change() -> None:
    changed = rules()
    changed[0] = {**changed[0], "points": 1.9}
    (first,), (again,) = listed(wants_more()), listed(wants_more())
    (other,) = listed(wants_more(growth_rules=changed))
    assert first["entry_id"] == again["entry_id"]
    assert first["model_version"] == again["model_version"]
    assert first["model_version"].startswith("growth-1-")
    assert other["model_version"] != first["model_version"]
    assert other["entry_id"] != first["entry_id"]


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"dim_customers": [ANNA], "customer_health": [ANNA]},
        wants_more(growth_rules=[]),
    ],
    ids=["nobody", "nothing_known", "no_rules"],
)
def test_without_signs_nobody_is_listed(tables: Tables) -> None:
    assert listed(tables) == []


def test_a_customer_without_surveys_or_purchases_is_judged_by_the_rest() -> None:
    tables = wants_more(fct_survey_responses=[], dim_customers=[ANNA])
    (row,) = listed(tables)
    assert features(row) == {"buying_contacts_90d": 1.8}


@pytest.fixture(scope="module", params=[1, 2, 3])
def both(request: pytest.FixtureRequest) -> tuple[list[Row], list[Row]]:
    """The mart and the oracle on one company."""
    tables = drawn(request.param, 400)
    return listed(tables), growth_list(tables)


def test_the_mart_agrees_with_plain_python(both: tuple[list[Row], list[Row]]) -> None:
    mart, oracle = both
    assert len(oracle) > 20
    keys = ("customer_id", "band", "evidence")
    assert [[row[k] for k in keys] for row in mart] == [[row[k] for k in keys] for row in oracle]
    for number in ("score", "value_per_month"):
        assert [r[number] for r in mart] == pytest.approx([r[number] for r in oracle], rel=1e-12)
    assert [list(features(row).items()) for row in mart] == [row["reasons"] for row in oracle]


def test_reasons_are_the_whole_score(both: tuple[list[Row], list[Row]]) -> None:
    for row in both[0]:
        total = math.fsum(reason["contribution"] for reason in row["reasons"])
        logit = math.log(row["score"] / (1 - row["score"]))
        assert logit - SETTINGS["growth_base"] == pytest.approx(total, abs=1e-9)


def test_no_order_of_rows_changes_a_list() -> None:
    tables = drawn(1, 100)
    turned: dict[str, Any] = {name: list(reversed(rows)) for name, rows in tables.items()}
    assert listed(tables) == listed(turned)


def test_every_rule_is_about_a_sign_that_is_found() -> None:
    with house(drawn(1, 400)) as connection:
        found = connection.sql("select distinct feature from int_growth_signals").fetchall()
    assert {rule["feature"] for rule in rules()} == {feature for (feature,) in found}
