"""`heedline evaluate risk`: how well it is known who leaves, by month and on a public table."""

import json
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.table import Table

from commands.console import CommandFailed, err, out
from ml.risk.backtest.assess import Assessment, assess
from ml.risk.backtest.measures import NAMES, Score
from ml.risk.backtest.origins import BASE_RATE
from ml.risk.backtest.telco import LEAK, telco, telco_features
from ml.risk.evaluate import NoScores, evaluate_sample
from ml.risk.learn.features import BadFeatures, feature_list
from ml.risk.record import Record, newest
from ml.risk.train import TRAINING, training_table
from warehouse.duck import has_table, warehouse
from warehouse.settings import settings

_RUNS = 5
_WORDS = {
    "auc": "AUC",
    "average_precision": "average precision",
    "lift_top_decile": "lift, top decile",
    "calibration_error": "calibration error",
    "brier": "Brier score",
}


def risk(
    telco_folder: Annotated[
        Path | None,
        typer.Option("--telco", help="Folder with the public table `telco_customer_churn*.csv`."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How well the risk models would have told who leaves within 30 days.

    Each month is forecast from what was known by then: a row counts as learnt from only when its 30
    days are over. Every model is calibrated on later months than it learnt from. The base rate and
    the transparent health score stand beside as baselines. Intervals are 95 %, over customers.

    Of runs whose 30 days are over it says what their lists caught, and as many customers by each
    ranking (`marts.risk_accuracy`). Where the sample company ran in HEEDLINE_HOME, its last scores
    stand beside those who truly left afterwards. With --telco the same code is cross-validated on a
    public table of one instant.
    """
    found: dict[str, Assessment] = {}
    notes = _sample()
    try:
        mine = _features()
        if mine is None:
            notes.append(f"Your company was not measured: there is no {TRAINING} yet.")
        else:
            err.print("forecasting each month from the months before", style="dim")
            found["your company"] = assess(mine, feature_list()).report
        if telco_folder is not None:
            err.print("cross-validating on telco", style="dim")
            found["telco"] = assess(telco(telco_folder), telco_features()).report
    except BadFeatures as error:
        raise CommandFailed(str(error)) from None
    if not found:
        raise CommandFailed(
            f"there is no {TRAINING} to measure on; run `heedline run` first, or name --telco"
        )
    kept = _kept()
    if "telco" in found:
        notes += _leaks(found["telco"])
    if as_json:
        shown = {name: report.as_json() for name, report in found.items()}
        print(json.dumps({"notes": notes, "tables": shown, "record": kept}, indent=1, default=str))  # noqa: T201
        return
    for name, report in found.items():
        _print(name, report)
    if kept:
        out.print(_record(kept))
    for note in notes:
        out.print(note, markup=False)


def _sample() -> list[str]:
    """How the sample company's scores did, in a sentence; nothing where it never ran."""
    from sample.generator.fates import SILENT

    truths = sorted(settings().root.glob("sample/*/truth"))
    if not truths:
        return []
    try:
        done = evaluate_sample(truths[0], set(SILENT.values))
    except NoScores:
        return []
    if done.note:
        return [f"Sample company, against its truth: {done.note}."]
    low, high = done.auc_interval
    return [
        f"Sample company, scores as of {done.as_of:%Y-%m-%d} against who left in 30 days after: "
        f"{done.churners:,} of {done.customers:,} customers left; AUC {done.auc:.3f} "
        f"({low:.3f}–{high:.3f}), lift in the top tenth {done.lift_top_decile:.1f} of "
        f"{done.best_lift:.1f} possible ({done.lift_top_decile / done.best_lift:.0%}), "
        f"{done.churners_green:.0%} of those who left were green."
    ]


def _features() -> pa.Table | None:
    try:
        return training_table()
    except FileNotFoundError:
        return None


def _kept() -> list[Record]:
    """What became of the newest runs of which that is known."""
    try:
        with warehouse(read_only=True) as connection:
            known = has_table(connection, "ml.risk_accuracy")
            return newest(connection, _RUNS) if known else []
    except FileNotFoundError:
        return []


def _record(kept: list[Record]) -> Table:
    names = ["left", "caught", "share", "AUC", "days ahead", "green"]
    shown = _columns("what became of earlier runs, 30 days after", "as of", ["by", *names])
    last = None
    for row in kept:
        caught = "–"
        if row["capacity"]:
            caught = f"{row['caught']:.1f} of {row['capacity']:,} called"
        share = _or_dash(row["precision_at_capacity"], ".0%")
        if row["precision_low"] is not None:
            share += f" [{row['precision_low']:.0%}–{row['precision_high']:.0%}]"
        shown.add_row(
            "" if row["as_of"] == last else f"{row['as_of']:%Y-%m-%d}",
            row["ranking"],
            f"{row['churners']:,} of {row['customers']:,}",
            caught,
            share,
            _or_dash(row["auc"], ".3f"),
            _or_dash(row["lead_time_days"], ".0f"),
            _or_dash(row["green_share_of_churners"], ".0%"),
        )
        last = row["as_of"]
    return shown


def _or_dash(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _leaks(report: Assessment) -> list[str]:
    return [
        f"telco, {model}: AUC {scores['auc'].value:.3f} is more than an honest model reaches "
        f"({LEAK}); something leaks."
        for model, scores in report.measures.items()
        if scores["auc"].value > LEAK
    ]


def _print(name: str, report: Assessment) -> None:
    out.print(
        f"{name}: {report.rows:,} rows with known outcome, {report.customers:,} customers, "
        f"{report.churners:,} of them left",
        style="bold",
        markup=False,
    )
    out.print(report.sentence, markup=False)
    if report.measures:
        how = "each month from those before" if report.is_timed else "by cross-validation"
        out.print(f"{report.forecast_rows:,} rows forecast, {how}")
        out.print(_models(report))
        if report.months:
            for measure in NAMES:
                out.print(_months(report, measure))
    if report.segments:
        out.print(_segments(report))
    for note in report.notes:
        out.print(f"– {note}", markup=False)
    out.print()


def _columns(title: str, first: str, others: list[str]) -> Table:
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    shown.add_column(first, no_wrap=first == "as of")
    for name in others:
        # On a narrow terminal an interval goes under its value; a number never loses digits.
        shown.add_column(name, justify="right", min_width=min(len(name), 5))
    return shown


def _models(report: Assessment) -> Table:
    shown = _columns("models", "measure", list(report.measures))
    for name in NAMES:
        shown.add_row(_WORDS[name], *(_interval(s[name]) for s in report.measures.values()))
    shown.add_row(
        "log loss above the best", *(_interval(report.behind[m]) for m in report.measures)
    )
    return shown


def _months(report: Assessment, measure: str) -> Table:
    """Without the base rate, which ranks nobody: the table has to fit."""
    models = [name for name in report.measures if name != BASE_RATE]
    shown = _columns(f"{_WORDS[measure]} by month", "as of", ["rows", "left", *models])
    for month in report.months:
        cells = [_interval(month.measures[model][measure]) for model in models]
        shown.add_row(month.as_of, f"{month.rows:,}", f"{month.churners:,}", *cells)
    return shown


def _segments(report: Assessment) -> Table:
    names = ["rows", "left", "forecast", "came true", "expected between", ""]
    shown = _columns(f"by segment: {report.model}", "segment", names)
    for s in report.segments:
        shown.add_row(
            s.name,
            f"{s.rows:,}",
            f"{s.churners:,}",
            f"{s.forecast:.1%}",
            f"{s.rate:.1%}",
            f"{s.low:.1%}–{s.high:.1%}",
            "off" if s.is_off else "",
        )
    return shown


def _interval(score: Score) -> str:
    if score.value != score.value:
        return "–"
    if score.low != score.low:
        return f"{score.value:.3f}"
    return f"{score.value:.3f} [{score.low:.3f}–{score.high:.3f}]"
