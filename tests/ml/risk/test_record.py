"""What became of earlier scores: counted by hand, kept once, and of nobody's later knowledge."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss, roc_auc_score

from ml.risk.learn import artefact
from ml.risk.learn.train import train
from ml.risk.record import keep
from tests.ml.risk.synthetic import FEATURES, company
from warehouse.duck import warehouse

RUN = datetime(2026, 3, 1, tzinfo=UTC)
MATURE = RUN + timedelta(days=30)
FINAL = RUN + timedelta(days=60)
PEOPLE, ON_LIST = 400, 40
TABLES = """
create schema intermediate; create schema marts;
create table marts.customer_merges (
    change varchar, from_customer_id varchar, customer_id varchar
);
create table outreach.list_entries (
    list varchar, as_of timestamptz, customer_id varchar, since timestamptz
);
create table intermediate.int_risk_periods as
    select customer_id, $run - interval 300 day as started_at, left_at as ended_at from fates;
create table intermediate.int_risk_departures as
    select customer_id, left_at from fates where left_at is not null;
insert into ml.customer_risk
    select customer_id, $run, 'model-1', score,
        case when score >= 0.2 then 'red' else 'green' end, '[]', baseline
    from fates;
insert into outreach.list_entries
    select 'at_risk', $run, customer_id, $run - interval 5 day from fates where is_listed;
"""


@pytest.fixture
def fates(tmp_path, monkeypatch) -> pa.Table:
    """Scores that are worth something, a health score that is worth less, and who left when."""
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    rng = np.random.default_rng(3)
    danger = rng.normal(size=PEOPLE)
    left = rng.random(PEOPLE) < 1 / (1 + np.exp(2.5 - 1.5 * danger))
    days = rng.uniform(0.1, 29.9, PEOPLE)
    score = 1 / (1 + np.exp(2.5 - 1.5 * danger - rng.normal(0, 0.5, PEOPLE)))
    baseline = np.round(1 / (1 + np.exp(2 - danger - rng.normal(0, 2, PEOPLE))), 1)
    listed = np.zeros(PEOPLE, dtype=bool)
    listed[rng.permutation(np.argsort(-score)[:60])[:ON_LIST]] = True
    table = pa.table(
        {
            "customer_id": [f"c{n:03}" for n in range(PEOPLE)],
            "score": score,
            "baseline": baseline,
            "is_listed": listed,
            "left_at": pa.array(
                [
                    RUN + timedelta(days=d) if gone else None
                    for d, gone in zip(days, left, strict=True)
                ],
                pa.timestamp("us", tz="UTC"),
            ),
        }
    )
    with warehouse() as connection:
        connection.register("fates", table)
        for statement in TABLES.split(";"):
            given = {"run": RUN} if "$run" in statement else None
            connection.execute(statement, given) if statement.strip() else None
        connection.unregister("fates")
    return table


def recorded(now: datetime, model=None) -> dict[str, dict]:
    with warehouse() as connection:
        keep(connection, now, model)
        found = connection.sql("from ml.risk_accuracy where kind = 'live'").to_arrow_table()
    return {row["ranking"]: row for row in found.to_pylist()}


def change(statement: str) -> None:
    with warehouse() as connection:
        connection.execute(statement)


def test_nothing_is_said_before_the_thirty_days_are_over(fates) -> None:
    assert recorded(MATURE - timedelta(seconds=1)) == {}
    assert set(recorded(MATURE)) == {"scores", "health score", "chance", "list"}


def test_the_list_and_as_many_by_each_ranking_are_counted(fates) -> None:
    left = np.array([at is not None for at in fates["left_at"].to_pylist()])
    listed = fates["is_listed"].to_numpy(zero_copy_only=False)
    score, baseline = fates["score"].to_numpy(), fates["baseline"].to_numpy()
    found = recorded(MATURE)

    caught = int(left[listed].sum())
    mine = found["list"]
    assert (mine["capacity"], mine["caught"], mine["churners"]) == (ON_LIST, caught, left.sum())
    assert mine["precision_at_capacity"] == caught / ON_LIST
    assert mine["recall_at_capacity"] == caught / left.sum()
    interval = binomtest(caught, ON_LIST).proportion_ci(method="wilson")
    assert (mine["precision_low"], mine["precision_high"]) == (interval.low, interval.high)
    waited = [
        (at - RUN).total_seconds() / 86400 + 5
        for at, on in zip(fates["left_at"].to_pylist(), listed, strict=True)
        if on and at is not None
    ]
    assert mine["lead_time_days"] == pytest.approx(np.median(waited))

    best = np.argsort(-score)[:ON_LIST]
    assert found["scores"]["caught"] == left[best].sum()
    assert found["scores"]["auc"] == pytest.approx(roc_auc_score(left, score))
    assert found["scores"]["brier"] == pytest.approx(brier_score_loss(left, score))
    assert found["scores"]["expected_churners"] == pytest.approx(score.sum())
    assert found["scores"]["green_share_of_churners"] == (score[left] < 0.2).mean()
    assert found["health score"]["auc"] == pytest.approx(roc_auc_score(left, baseline))
    # Of those with the last score that still fits, chance decides.
    level = np.sort(baseline)[::-1][ON_LIST - 1]
    above, at = baseline > level, baseline == level
    shared = left[above].sum() + (ON_LIST - above.sum()) * left[at].mean()
    assert found["health score"]["caught"] == pytest.approx(shared)
    assert found["chance"]["precision_at_capacity"] == pytest.approx(left.mean())
    assert [r for r, row in found.items() if row["is_in_use"]] == ["scores"]


def test_it_is_made_anew_once_all_is_settled_and_then_stays(fates) -> None:
    first = recorded(MATURE)["list"]
    # A customer on the list is known to have come back after all.
    change(
        "delete from intermediate.int_risk_departures where customer_id = ("
        "select min(customer_id) from outreach.list_entries natural join "
        "intermediate.int_risk_departures)"
    )
    assert recorded(FINAL - timedelta(days=1))["list"]["caught"] == first["caught"]
    settled = recorded(FINAL)["list"]
    assert settled["caught"] == first["caught"] - 1
    assert (first["is_final"], settled["is_final"]) == (False, True)
    change("delete from intermediate.int_risk_departures")
    assert recorded(FINAL + timedelta(days=40))["list"] == settled


def test_who_was_no_customer_any_more_is_not_counted(fates) -> None:
    change(
        "update intermediate.int_risk_periods set ended_at = timestamptz '2026-02-01 00:00:00+00' "
        "where ended_at is null"
    )
    found = recorded(MATURE)["scores"]
    assert found["customers"] == found["churners"]
    assert found["auc"] is None


def test_a_run_without_customers_is_said_once_and_not_looked_at_again(fates) -> None:
    change("delete from intermediate.int_risk_periods")
    found = recorded(MATURE)
    assert {name: row["customers"] for name, row in found.items()} == {"scores": 0}
    with warehouse() as connection:
        assert keep(connection, MATURE + timedelta(days=1), None) == 0


def test_merged_customers_count_once_and_under_the_surviving_id(fates) -> None:
    change("insert into marts.customer_merges values ('merge', 'c000', 'c001')")
    change("delete from intermediate.int_risk_periods where customer_id = 'c000'")
    assert recorded(MATURE)["scores"]["customers"] == PEOPLE - 1


def test_without_a_list_or_a_kept_baseline_the_rest_is_told(fates) -> None:
    change("drop table outreach.list_entries")
    change("update ml.customer_risk set baseline = null")
    found = recorded(MATURE)
    assert set(found) == {"scores", "chance"}
    assert found["scores"]["capacity"] is None
    assert found["scores"]["precision_at_capacity"] is None
    assert found["scores"]["auc"] > 0.6


def test_the_back_test_of_the_model_in_use_stands_beside_by_month(fates, tmp_path) -> None:
    trained = train(company(700, 5).table, FEATURES, artefact.folder())
    for _ in range(2):
        with warehouse() as connection:
            keep(connection, MATURE, trained.artefact)
            rows = connection.sql(
                "select as_of, ranking, is_in_use, auc, customers from ml.risk_accuracy "
                "where kind = 'back-test' order by as_of, ranking"
            ).to_arrow_table()
    months = trained.report.months
    assert len(rows) == sum(len(month.measures) for month in months) > 0
    used = [row for row in rows.to_pylist() if row["is_in_use"]]
    assert [row["auc"] for row in used] == [
        month.measures[trained.report.model]["auc"].value for month in months
    ]
    assert [row["customers"] for row in used] == [month.rows for month in months]
    assert {f"{row['as_of'].astimezone(UTC):%Y-%m-%d}" for row in used} == {
        month.as_of for month in months
    }
    # Somebody cleared it away: the scores are right without it.
    (artefact.folder() / trained.artefact.version / "report.json").unlink()
    assert set(recorded(MATURE, trained.artefact)) == {"scores", "health score", "chance", "list"}
    with warehouse() as connection:
        assert not connection.execute("from ml.risk_accuracy where kind <> 'live'").fetchall()
