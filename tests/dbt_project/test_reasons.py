"""Evidence says what the features counted, and what changed is the difference of two runs."""

import json
import math
import shutil
from collections.abc import Iterator
from datetime import timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.company_acme import acme
from tests.dbt_project.drop import AS_OF, build, query
from tests.dbt_project.noise import add_noise
from warehouse.duck import warehouse
from warehouse.settings import settings

PIA, TIA, GONE, NEW = (
    md5(f"acme:by-{name}".encode()).hexdigest()
    for name in ("repeated", "turns", "gone", "unanswered")
)
BEFORE = AS_OF - timedelta(days=1)
FEATURES = [
    *("contacts_30d", "contacts_90d", "contacts_growth", "top_topic_contacts_30d"),
    *("unresolved_conversations", "oldest_unresolved_hours", "reopens_90d", "nps_last"),
    *("slow_first_responses_90d", "churn_intent_max_30d", "escalation_max_30d", "ces_last_easy"),
    *("oldest_unanswered_hours", "repeat_contacts_90d", "churn_intent_max_120d"),
    *("complaint_max_30d", "refund_max_30d", "negative_messages_30d", "sentiment_mean_30d"),
    *("csat_last_satisfied", "payment_failures_90d", "cancel_requested", "order_gap_ratio"),
]
# Any text means something at random, but always the same.
TAGS = """
insert into ml.message_tags
select text_hash, '2', case when chance % 3 = 0 then 'negative' else 'positive' end,
    (chance % 21 - 10) / 10.0, case when chance % 2 = 0 then 'billing_payment' else 'delivery' end,
    '[]', (chance % 7) / 7.0, (chance % 11) / 11.0, (chance % 13) / 13.0, (chance % 17) / 17.0,
    'normal', 'en', true, 0.9
from (select distinct md5(body) as text_hash, cast(hash(body) % 10007 as integer) as chance
      from raw_file_drop.messages where body is not null)
where text_hash not in (select text_hash from ml.message_tags)
"""
# Everybody is red, and every feature has its share.
SCORES = """
insert into ml.customer_risk (customer_id, as_of, model_version, score, band, reasons)
select customer_id, timestamptz '2026-06-30 00:00:00+00', '3', 0.7, 'red', $reasons
from intermediate.int_risk_features where as_of = timestamptz '2026-06-30 00:00:00+00'
"""


def reasons(**points: float) -> str:
    return json.dumps(
        [
            {"feature": name, "label": name, "reason": f"{name} is so", "contribution": value}
            for name, value in sorted(points.items(), key=lambda one: -one[1])
        ]
    )


def _buy(company: Any) -> None:
    """Failed payments, a gap in the orders, and a wish to cancel."""
    for number, (day, status) in enumerate(
        [("04-01", "paid"), ("04-11", "paid"), ("04-21", "paid"), ("05-02", "failed"),
         ("06-20", "failed"), ("03-01", "failed")], 1
    ):  # fmt: skip
        company.add(
            "orders", order_id=str(number), contact_id="by-turns", amount="10", currency="EUR",
            ordered_at=f"2026-{day}T00:00:00Z", status=status,
        )  # fmt: skip
    company.add(
        "subscriptions", subscription_id="9", contact_id="by-turns", status="active",
        started_at="2026-01-01T00:00:00Z", cancel_requested_at="2026-06-25T00:00:00Z",
        renewal_at="2026-07-10T00:00:00Z", amount_per_month="5", currency="EUR",
    )  # fmt: skip
    company.add("contacts", contact_id="by-turns", name="Tia")


def _write_at_the_edges(company: Any) -> None:
    """Just before a window begins, and in spam, where nothing counts."""
    for name, day in [("month", "05-30"), ("quarter", "03-31"), ("spam", "06-20")]:
        opened_at = f"2026-{day}T12:00:00Z"
        company.conversation(
            f"edge_{name}", opened_at, contact_id="by-turns", is_spam=str(name == "spam")
        )
        for number in range(12):
            company.said(f"edge_{name}", opened_at, "customer", body=f"edge {name} {number}")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("reasons")))
        company = acme()
        add_noise(company)
        _buy(company)
        _write_at_the_edges(company)
        company.write()
        build(selectors=("unify",))
        with warehouse() as connection:
            connection.execute(TAGS)
        build(selectors=("marts",))
        with warehouse() as connection:
            connection.execute(SCORES, {"reasons": reasons(**dict.fromkeys(FEATURES, 0.1))})
        build(selectors=("success",))
        yield settings().warehouse_file


COUNTED = {
    # Feature: what its conversations have to add up to.
    "contacts_30d": "sum(items)",
    "contacts_90d": "sum(items)",
    "top_topic_contacts_30d": "sum(items)",
    "unresolved_conversations": "sum(items)",
    "oldest_unresolved_hours": "max(strength) / 60",
    "oldest_unanswered_hours": "max(strength) / 60",
    "reopens_90d": "sum(items)",
    "repeat_contacts_90d": "sum(items)",
    "slow_first_responses_90d": "sum(items)",
    "negative_messages_30d": "sum(items)",
    "churn_intent_max_30d": "max(strength)",
    "churn_intent_max_120d": "max(strength)",
    "escalation_max_30d": "max(strength)",
    "complaint_max_30d": "max(strength)",
    "refund_max_30d": "max(strength)",
}


@pytest.mark.parametrize("feature", COUNTED)
def test_the_conversations_add_up_to_the_feature(file: Path, feature: str) -> None:
    rows = query(
        file,
        f"""
        select features.customer_id, coalesce(features.{feature}, 0), coalesce(found.value, 0)
        from (
            select * from intermediate.int_risk_features where as_of = ?
        ) as features
        left join (
            select customer_id, {COUNTED[feature]} as value
            from intermediate.int_risk_evidence_conversations where feature = '{feature}'
            group by customer_id
        ) as found on features.customer_id = found.customer_id
        """,
        AS_OF,
    )
    wrong = [row for row in rows if not math.isclose(row[1], row[2], abs_tol=1e-9)]
    assert not wrong
    assert sum(1 for _, value, _ in rows if value) >= 2, "too little to compare"


def test_the_words_name_the_number_that_the_feature_has(file: Path) -> None:
    rows = query(
        file,
        """
        select evidence, feature, top_topic_contacts_30d, negative_messages_30d, contacts_30d,
            contacts_prev_30d, unresolved_conversations
        from marts.customer_reasons
        inner join intermediate.int_risk_features using (customer_id, as_of)
        where conversation_ids <> '[]'
        """,
    )
    beginnings = {
        "top_topic_contacts_30d": lambda row: f"{row[2]} contact",
        "negative_messages_30d": lambda row: f"{row[3]} unhappy message",
        "contacts_growth": lambda row: f"{row[4]} contact",
        "unresolved_conversations": lambda row: f"{row[6]} conversation",
    }
    checked = [row for row in rows if row[1] in beginnings]
    assert {row[1] for row in checked} == set(beginnings)
    for row in checked:
        assert row[0].startswith(beginnings[row[1]](row)), row
    growth = [row for row in rows if row[1] == "contacts_growth"]
    assert all(f", {row[5]} in the 30 days before" in row[0] for row in growth)


def test_evidence_names_at_most_five_conversations_of_that_customer(file: Path) -> None:
    rows = query(
        file, "select customer_id, conversation_ids, conversations from marts.customer_reasons"
    )
    owners = dict(query(file, "select conversation_id, customer_id from marts.fct_conversations"))
    seen = 0
    for customer_id, ids, names in rows:
        ids = json.loads(ids)
        assert len(ids) <= 5
        assert {owners[one] for one in ids} <= {customer_id}
        assert len(names.split(", ") if names else []) == len(ids)
        seen += len(ids)
    assert seen > 50


def evidence(file: Path, customer_id: str) -> dict[str, str]:
    return dict(
        query(
            file,
            "select feature, evidence from marts.customer_reasons where customer_id = ?",
            customer_id,
        )
    )


def test_plain_words_with_numbers(file: Path) -> None:
    turns = evidence(file, TIA)
    assert turns["payment_failures_90d"] == "2 failed payments in 59 days, the last 10 days ago"
    assert turns["cancel_requested"] == "asked to cancel their subscription 5 days ago"
    assert turns["order_gap_ratio"] == "no order for 70 days, usually one every 10"
    assert turns["csat_last_satisfied"] == "gave 4 of 5 in a survey, 27 days ago"
    # Nobody has answered since 2 June, 8:00.
    assert evidence(file, NEW)["unresolved_conversations"] == (
        "1 conversation open, the oldest for 27 days, unanswered for up to 27 days"
    )
    # What nothing is known about says what the model says.
    assert evidence(file, GONE)["nps_last"] == "nps_last is so"


def test_contributions_are_those_of_the_score(file: Path) -> None:
    sums = query(
        file,
        "select distinct round(sum(contribution), 9) from marts.customer_reasons "
        "group by customer_id",
    )
    assert sums == [(round(0.1 * len(FEATURES), 9),)]


@pytest.fixture(scope="module")
def changed(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same company with a run before: two scored by this model, one by another."""
    home = tmp_path_factory.mktemp("changed") / "home"
    shutil.copytree(file.parent.parent, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(home))
        now = reasons(nps_last=1.0, reopens_90d=0.5, tenure_days=-0.25)
        past = reasons(nps_last=0.25, complaint_max_30d=0.4, tenure_days=-0.25)
        with warehouse() as connection:
            connection.execute("update ml.customer_risk set reasons = ?", [now])
            connection.execute(
                "update ml.customer_risk set model_version = '4' where customer_id = $gone",
                {"gone": GONE},
            )
            connection.executemany(
                "insert into ml.customer_risk values (?, ?, ?, ?, ?, ?, null)",
                [
                    (PIA, BEFORE, "3", 0.4, "yellow", past),
                    (PIA, BEFORE - timedelta(days=1), "3", 0.1, "green", "[]"),
                    (TIA, BEFORE, "3", 0.7, "red", now),
                    (GONE, BEFORE, "1", 0.2, "yellow", past),
                ],
            )
        build(selectors=("success",))
        yield settings().warehouse_file


def change(file: Path, customer_id: str) -> tuple[Any, ...]:
    [row] = query(
        file,
        "select previous_score, what_changed from marts.customer_risk_changes "
        "where customer_id = ?",
        customer_id,
    )
    return row


def test_what_changed_names_the_contributions_that_moved_most(changed: Path) -> None:
    assert change(changed, PIA) == (
        0.4,
        "0.40 → 0.70 since 2026-06-29T00:00:00Z: "
        "nps_last +0.75, reopens_90d +0.50, complaint_max_30d (no longer) -0.40",
    )
    gone = query(
        changed,
        "select reason, contribution, previous_contribution, position from marts.customer_reasons "
        "where customer_id = ? and feature = 'complaint_max_30d'",
        PIA,
    )
    assert gone == [("no longer: complaint_max_30d is so", 0.0, 0.4, 4)]


def test_nothing_to_compare_with_is_said_plainly(changed: Path) -> None:
    same = change(changed, TIA)
    assert same == (0.7, "nothing since 2026-06-29T00:00:00Z")
    assert change(changed, GONE) == (None, "no earlier score of this model")
    new = change(changed, NEW)
    assert new == (None, "not scored in the run before (2026-06-29T00:00:00Z)")
