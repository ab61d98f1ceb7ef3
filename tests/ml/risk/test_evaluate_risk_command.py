"""`heedline evaluate risk` says how good the models are, or why nothing could be measured."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from commands.console import CommandFailed
from heedline import app
from ml.risk.backtest.telco import telco_features
from tests.ml.risk.synthetic import company
from warehouse.duck import warehouse

CLI = CliRunner()


def small_telco(folder, leaks: bool = False) -> None:
    """A made-up table in telco's form; Contract tells most."""
    rng = np.random.default_rng(1)
    categories = [f.name for f in telco_features().features if f.kind == "category"]
    with (folder / "telco_customer_churn_small.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        numbers = ["tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen"]
        writer.writerow(["customerID", *numbers, *categories, "Churn"])
        for number in range(400):
            monthly = rng.random() < 0.5
            is_as_contract_says = rng.random() < (0.92 if leaks else 0.75)
            left = monthly == is_as_contract_says
            contract = "Month-to-month" if monthly else "Two year"
            tenure = int(rng.integers(0, 70))
            total = "" if tenure == 0 else tenure * 50
            others = [contract if c == "Contract" else rng.choice(["a", "b"]) for c in categories]
            writer.writerow([f"id{number}", tenure, 50, total, 0, *others, ("No", "Yes")[left]])


def test_a_table_of_one_instant_is_cross_validated(tmp_path) -> None:
    small_telco(tmp_path)
    result = CLI.invoke(app, ["evaluate", "risk", "--telco", str(tmp_path)])
    assert result.exit_code == 0, result.output
    for words in ("by cross-validation", "base rate", "lift, top decile", "Month-to-month"):
        assert words in result.output
    assert "MonthlyCharges is left out: always the same" in result.output
    assert "there is no intermediate.int_risk_training yet" in result.output


def test_more_than_an_honest_model_reaches_is_called_a_leak(tmp_path) -> None:
    small_telco(tmp_path, leaks=True)
    result = CLI.invoke(app, ["evaluate", "risk", "--telco", str(tmp_path), "--json"])
    notes = json.loads(result.stdout)["notes"]
    assert any(note.startswith("telco, logistic: AUC") and "leaks" in note for note in notes)


def test_the_companys_own_months_are_measured_as_json() -> None:
    table = company(700, 5).table
    columns = ["sentiment_mean_30d" if n == "mood" else n for n in table.column_names]
    with warehouse() as connection:
        connection.register("features", table.rename_columns(columns))
        connection.execute("create schema if not exists intermediate")
        connection.execute(
            "create table intermediate.int_risk_training as select *, true as is_month_start "
            "from features"
        )
        for month, ranking, caught in ((3, "list", 4.0), (3, "scores", 5.0), (2, "list", 1.0)):
            connection.execute(
                "insert into ml.risk_accuracy (as_of, kind, ranking, model_version, is_in_use, "
                "known_at, is_final, customers, churners, capacity, caught, precision_at_capacity, "
                "precision_low, precision_high, lead_time_days) values ("
                "make_timestamp(2025, $1, 1, 0, 0, 0), 'live', $2, 'm', false, now(), true, "
                "900, 12, 40, $3, $3 / 40, 0.01, 0.33, 17.4)",
                [month, ranking, caught],
            )
    result = CLI.invoke(app, ["evaluate", "risk", "--json"])
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)["record"]
    assert [(r["as_of"][:7], r["ranking"], r["caught"]) for r in record] == [
        ("2025-03", "list", 4),
        ("2025-03", "scores", 5),
        ("2025-02", "list", 1),
    ]
    found = json.loads(result.stdout)["tables"]["your company"]
    assert found["is_timed"]
    assert found["measures"]["health score"]["auc"]["low"] is not None
    assert [month["as_of"] for month in found["months"]][-1] == "2025-05-01"
    shown = CLI.invoke(app, ["evaluate", "risk"], env={"COLUMNS": "110"})
    narrow = CLI.invoke(app, ["evaluate", "risk"], env={"COLUMNS": "80"})
    assert "…" not in narrow.output
    assert "lift, top decile by month" in shown.output
    assert "by segment" in shown.output
    words = " ".join(shown.output.split())
    assert "2025-03-01 list 12 of 900 4.0 of 40 called 10% [1%–33%] – 17 –" in words
    assert "…" not in shown.output


def test_nothing_to_measure_names_the_remedy(tmp_path) -> None:
    result = CLI.invoke(app, ["evaluate", "risk"])
    assert isinstance(result.exception, CommandFailed)
    assert "heedline run" in str(result.exception)
    assert isinstance(
        CLI.invoke(app, ["evaluate", "risk", "--telco", str(tmp_path)]).exception, FileNotFoundError
    )


@pytest.mark.parametrize("text", ["a,b\n1,2\n"])
def test_another_table_is_refused(tmp_path, text) -> None:
    (tmp_path / "telco_customer_churn.csv").write_text(text)
    result = CLI.invoke(app, ["evaluate", "risk", "--telco", str(tmp_path)])
    assert "has no column customerID" in str(result.exception)
