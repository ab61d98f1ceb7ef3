"""`marts.outreach_uplift` in plain words: who left, who was held out and left, what that saved."""

import json
from itertools import groupby
from typing import Any

import duckdb

from warehouse.clock import iso
from warehouse.duck import has_table

Row = dict[str, Any]

ALL = "all"
_NAMED = {
    "does not help": "do not help (a worthwhile effect is ruled out)",
    "harms": "do harm (more of those on the list left)",
}


class NoUplift(RuntimeError):
    """There is nothing to tell from; the message says what to do."""


def read(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The mart's rows in their order, JSON columns read.

    Raises:
        NoUplift: no mart, or no list was made before it was built.
    """
    if not has_table(connection, "marts.outreach_uplift"):
        raise NoUplift("no mart outreach_uplift yet; `heedline run` builds it")
    rows: list[Row] = connection.sql("from marts.outreach_uplift").to_arrow_table().to_pylist()
    if not rows:
        raise NoUplift(
            "no list was made before the marts were built; after the next `heedline run` this "
            "tells of it"
        )
    for row in rows:
        for name in [name for name in row if "value_per_month" in name]:
            row[name] = json.loads(row[name] or "{}")
    return rows


def lines(rows: list[Row]) -> list[str]:
    """What the rows say; a list's plays below it, and those that do not help named at its end."""
    told = []
    for (name, share), group in groupby(rows, key=lambda row: (row["list"], row["holdout_share"])):
        [whole, *plays] = sorted(group, key=lambda row: (row["play"] != ALL, row["play"]))
        plays = [row for row in plays if row["treated_customers"] or row["holdout_customers"]]
        held = "an unknown share" if share is None else f"{share:.0%}"
        told.append(
            f"{name} as of {iso(whole['as_of'])}, {held} held out, who left within "
            f"{whole['window_days']} days:"
        )
        told += [f"  {_sentence(row)}" for row in [whole, *plays]]
        told += [f"  {line}" for line in _beside(whole)]
        for verdict, words in _NAMED.items():
            if named := [row["play"] for row in plays if row["verdict"] == verdict]:
                told.append(f"  Plays that {words}: {', '.join(named)}")
    return told


def _sentence(row: Row) -> str:
    what = "all plays" if row["play"] == ALL else row["play"]
    who = (
        f"{what}: {row['treated_leavers']:,} of {row['treated_customers']:,} left when on the "
        f"list, {row['holdout_leavers']:,} of {row['holdout_customers']:,} held out"
    )
    if row["saved_share"] is None:
        return f"{who}. Too small to tell"
    saved = f"{_span(row, 'saved_customers')} saved"
    money = [
        f"{_span(row, 'saved_value_per_month', currency)} {currency} a month"
        for currency in row["saved_value_per_month"]
    ]
    verdict = row["verdict"]
    if verdict.startswith("not valid"):
        chance = f"{row['sample_ratio_p']:.1g}"
        return f"{who}. Not valid: so uneven arms come by chance with probability {chance}"
    return f"{who}: {', '.join([saved, *money])}. {verdict.capitalize()}"


def _span(row: Row, name: str, currency: str | None = None) -> str:
    """`23 (4 to 41)`."""
    middle, low, high = (
        row[f"{name}{end}"] if currency is None else row[f"{name}{end}"][currency]
        for end in ("", "_low", "_high")
    )
    return f"{_whole(middle)} ({_whole(low)} to {_whole(high)})"


def _whole(number: float) -> str:
    """A whole number; no minus before a 0."""
    return f"{round(number) or 0:,}"


def _beside(whole: Row) -> list[str]:
    """What the numbers do not say by themselves."""
    told = []
    if whole["treated_customers"]:
        told.append(
            f"Of those on the list {whole['handed_over_share']:.0%} were handed over, of "
            f"{whole['contacted_share']:.0%} an outcome says that it was done"
        )
    if whole["verdict"] == "helps":
        kept = whole["saved_customers"] / (
            whole["treated_customers"] * whole["holdout_leavers"] / whole["holdout_customers"]
        )
        told.append(
            f"Of those who would have left {kept:.0%} stayed: that is the list's chance_to_help "
            "in lists.yml"
        )
    waiting = [
        (whole["pending_customers"], f"whose {whole['window_days']} days are not over"),
        (whole["torn_customers"], "whom a merge put into both arms"),
        (whole["gone_customers"], "who are no customers any more"),
    ]
    if left_out := [f"{number:,} {words}" for number, words in waiting if number]:
        told.append(f"Not counted: {'; '.join(left_out)}")
    if whole["plays_compared"] > 1:
        told.append(
            f"The {whole['plays_compared']} plays' intervals are wider than 95 % each, so that all "
            "of them together are right in 95 of 100"
        )
    return told
