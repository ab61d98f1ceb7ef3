"""The health score adds up, says why, and stays defined when little is known."""

import json
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.risk.evaluate import evaluate_sample, measure
from ml.risk.predict import NoFeatures, score_warehouse
from ml.risk.score import BadWeights, derived, logistic, score, weights
from warehouse.duck import warehouse

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
FEATURES = """
create schema if not exists intermediate;
create or replace table intermediate.int_risk_features as
select customer_id, timestamptz '2026-06-30 00:00:00+00' as as_of, true as is_customer,
    * exclude (customer_id)
from (values
    ('quiet', null, null, null, null, null, null),
    ('leaving', 0.97::double, 0.9::double, -0.6::double, 6::bigint, true, 'billing_payment'),
    ('happy', 0.01, 0.02, 0.8, 1, false, 'praise')
) as t(customer_id, churn_intent_max_30d, complaint_max_30d, sentiment_mean_30d, contacts_30d,
       cancel_requested, top_topic_30d)
"""

numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.integers(-5, 500)
names = sorted({rule.feature for rule in weights().rules} | {"contacts_30d", "contacts_prev_30d"})


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(names), numbers | st.booleans()))
def test_contributions_sum_to_the_score_exactly(features) -> None:
    result = score(features)
    total = weights().base + math.fsum(r["contribution"] for r in result.reasons)
    assert result.score == logistic(total)
    assert 0 <= result.score <= 1


def test_nothing_known_is_the_base_score_and_green() -> None:
    result = score(dict.fromkeys(names))
    assert result.reasons == []
    assert result.band == "green"
    assert result.score == pytest.approx(1 / (1 + math.exp(-weights().base)))


def test_reasons_are_plain_words_with_evidence_largest_first() -> None:
    result = score(
        {"churn_intent_max_30d": 0.95, "contacts_30d": 5, "contacts_prev_30d": 1, "nps_last": 3}
    )
    assert [r["feature"] for r in result.reasons] == [
        "churn_intent_max_30d",
        "nps_last",
        "contacts_growth",
    ]
    assert result.reasons[0]["reason"] == "wrote about leaving in the last 30 days (certainty 95%)"
    assert result.reasons[2]["reason"] == "contacts in 30 days: 5 (in the 30 before: 1)"


def test_what_speaks_for_staying_lowers_the_score() -> None:
    assert score({"tenure_days": 1500, "nps_last": 10}).score < score({}).score


def test_comparisons_are_unknown_when_a_side_is() -> None:
    known = derived({"sentiment_mean_30d": 0.1, "usual_order_gap_days": 0.0})
    assert known["sentiment_change"] is None
    assert known["order_gap_ratio"] is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("base: -3\nbands: {red: 0.5}\nrules: [{feature: x, label: l}]", "rules.0.points"),
        (
            "base: -3\nbands: {}\nrules: [{feature: x, label: l, points: 1, colour: 2, reason: r}]",
            "colour",
        ),
        ("base: [", "weights.yml"),
        ("just words", "weights.yml"),
    ],
)
def test_wrong_weights_name_the_place(tmp_path, text, complaint) -> None:
    file = tmp_path / "weights.yml"
    file.write_text(text)
    with pytest.raises(BadWeights, match=complaint):
        weights(file)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("home")
def test_every_customer_is_scored_once_however_often_it_runs() -> None:
    with warehouse() as connection:
        connection.execute(FEATURES)
    first = score_warehouse(AS_OF)
    assert (first.scored, first.red, first.green) == (3, 1, 2)
    assert score_warehouse(AS_OF) == first
    with warehouse(read_only=True) as connection:
        rows = connection.execute(
            "select customer_id, score, band, reasons from ml.customer_risk order by score desc"
        ).fetchall()
    assert [row[0] for row in rows] == ["leaving", "quiet", "happy"]
    reasons = json.loads(rows[0][3])
    assert reasons[0]["reason"] == "asked to cancel their subscription"
    assert set(reasons[0]) == {"feature", "label", "reason", "contribution"}


@pytest.mark.usefixtures("home")
def test_missing_or_stale_features_name_the_remedy() -> None:
    with pytest.raises(NoFeatures, match="marts"):
        score_warehouse(AS_OF)
    with warehouse() as connection:
        connection.execute(FEATURES)
    with pytest.raises(NoFeatures, match="as of"):
        score_warehouse(AS_OF + timedelta(days=1))


def test_evaluation_reads_the_truth_of_the_sample(home) -> None:
    with warehouse() as connection:
        connection.execute(FEATURES)
        connection.execute(
            "insert into ml.identity_clusters "
            "select 'zendesk', customer_id, customer_id, 1 from intermediate.int_risk_features"
        )
    score_warehouse(AS_OF)
    people = ["quiet", "leaving", "happy"]
    identities = {"system": ["zendesk"] * 3, "remote_id": people, "person_id": people}
    churn = {"person_id": ["leaving"], "churned_at": [AS_OF + timedelta(days=9)], "reason": ["x"]}
    pq.write_table(pa.table(identities), home / "identities.parquet")
    pq.write_table(pa.table(churn), home / "churn.parquet")
    found = evaluate_sample(home, ["moved away"])
    assert (found.customers, found.churners, found.auc) == (3, 1, 1.0)
    # A list of three names one: the leaver, who came and told.
    assert (found.lift_top_decile, found.best_lift) == (3.0, 3.0)
    assert evaluate_sample(home, ["x"]).best_lift == pytest.approx(1.0)
    with pytest.raises(FileNotFoundError, match="truth"):
        evaluate_sample(home / "nowhere", [])


def test_one_class_only_is_said_not_scored() -> None:
    found = measure(
        AS_OF,
        np.zeros(5, dtype=bool),
        np.arange(5.0),
        np.array(["green"] * 5),
        np.zeros(5, dtype=bool),
    )
    assert "one class" in found.note
    assert math.isnan(found.auc)
