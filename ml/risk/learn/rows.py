"""A table of features as arrays: one row per (customer, as_of), checked, with the labels beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ml.risk.learn.features import BadFeatures, Feature
from ml.risk.score import score, weights

Floats = NDArray[np.float64]
KEYS = ("customer_id", "as_of")
HORIZON = timedelta(days=30)
"""Who leaves within it has churned, as in dbt's int_risk_training."""

_AT_ONCE = 20_000


@dataclass(frozen=True)
class Rows:
    """What is known of customers at instants; arrays of one length, in the table's order.

    Attributes:
        customer: number of the row's customer, 0 to the number of customers.
        as_of: UTC.
        segment: "unknown" where it is not known.
        churned: 1.0 left, 0.0 stayed, NaN not known yet.
        values: per feature, numbers (NaN is unknown) or texts (None is unknown).
        health: log-odds of the transparent score; None where it says nothing of anybody, or was
            not asked for.
        notes: what was odd about the table, in plain words.
    """

    customer: NDArray[np.intp]
    as_of: NDArray[np.datetime64]
    segment: NDArray[np.object_]
    churned: Floats
    values: Mapping[str, NDArray[Any]]
    health: Floats | None
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, rows: NDArray[Any]) -> "Rows":
        """Some of the rows, by mask or position."""
        return replace(
            self,
            customer=self.customer[rows],
            as_of=self.as_of[rows],
            segment=self.segment[rows],
            churned=self.churned[rows],
            values={name: values[rows] for name, values in self.values.items()},
            health=None if self.health is None else self.health[rows],
        )

    def ordered(self) -> "Rows":
        """By customer and instant, so that the order of a table changes nothing."""
        return self.take(np.lexsort((self.as_of, self.customer)))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows of which it is known whether the customer left."""
        return ~np.isnan(self.churned)

    @property
    def churners(self) -> int:
        """Customers who left after one of these rows; one with several rows counts once."""
        return len(np.unique(self.customer[self.churned == 1]))


def read(table: pa.Table, features: Sequence[Feature], *, with_health: bool = False) -> Rows:
    """Arrays out of a table with `customer_id`, `as_of`, and optionally `segment` and `churned`.

    Args:
        with_health: work out the transparent score, too.

    Raises:
        BadFeatures: naming column, row and remedy.
    """
    for key in KEYS:
        if key not in table.column_names:
            raise BadFeatures(f"the table of features has no column {key}")
        if table[key].null_count:
            row = pc.index(pc.is_null(table[key]), True).as_py()
            raise BadFeatures(f"row {row}: {key} is null; a row needs a customer and an instant")
    customer = table["customer_id"].to_numpy()
    _, codes = np.unique(customer.astype(str), return_inverse=True)
    as_of = table["as_of"].cast(pa.timestamp("us", tz=_zone(table["as_of"].type))).to_numpy()
    _refuse_doubles(customer, codes, as_of)
    notes: list[str] = []
    values: dict[str, NDArray[Any]] = {}
    for feature in features:
        missing = [name for name in feature.columns if name not in table.column_names]
        if missing:
            notes.append(f"{feature.name} is left out: the table has no {', '.join(missing)}")
            continue
        values[feature.name], odd = _values(table, feature)
        if odd:
            notes.append(f"{feature.name}: {odd:,} values below {feature.least:g} taken as unknown")
    return Rows(
        customer=codes,
        as_of=as_of.astype("datetime64[us]"),
        segment=_texts(table, "segment", "unknown"),
        churned=_churned(table),
        values=values,
        health=_health(table) if with_health else None,
        notes=tuple(notes),
    )


def _zone(kind: pa.DataType) -> str | None:
    return "UTC" if pa.types.is_timestamp(kind) and kind.tz else None


def _refuse_doubles(
    customer: NDArray[Any], codes: NDArray[np.intp], as_of: NDArray[np.datetime64]
) -> None:
    order = np.lexsort((as_of, codes))
    same = (np.diff(codes[order]) == 0) & (as_of[order][1:] == as_of[order][:-1])
    if same.any():
        row = int(order[1:][same][0])
        raise BadFeatures(
            f"row {row}: customer {customer[row]} is there twice as of {as_of[row]}; keep one"
        )


def _churned(table: pa.Table) -> Floats:
    if "churned" not in table.column_names:
        return np.full(len(table), np.nan)
    column = table["churned"]
    if not (pa.types.is_boolean(column.type) or pa.types.is_null(column.type)):
        raise BadFeatures(f"churned is {column.type}; it must be true, false or null")
    found: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
    return found


def _texts(table: pa.Table, name: str, unknown: str | None) -> NDArray[np.object_]:
    if name not in table.column_names:
        return np.full(len(table), unknown, dtype=object)
    column = table[name].cast(pa.string())
    filled = column if unknown is None else column.fill_null(unknown)
    return np.array(filled.to_pylist(), dtype=object)


def _numbers(table: pa.Table, name: str) -> Floats:
    column = table[name]
    try:
        found = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadFeatures(
            f"{name} is {column.type}, not a number; declare it as `kind: category`"
        ) from None
    return np.where(np.isfinite(found), found, np.nan)


def _values(table: pa.Table, feature: Feature) -> tuple[NDArray[Any], int]:
    """The feature's values, and how many of them could not be."""
    if feature.kind == "category":
        return _texts(table, feature.name, None), 0
    parts = [_numbers(table, name) for name in feature.columns]
    if feature.difference:
        found = parts[0] - parts[1]
    elif feature.ratio:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(parts[1] > 0, parts[0] / parts[1], np.nan)
    else:
        found = parts[0]
    if feature.least is None:
        return found, 0
    odd = found < feature.least
    return np.where(odd, np.nan, found), int(odd.sum())


def _health(table: pa.Table) -> Floats | None:
    """Log-odds of the transparent score as it stands; None where it says nothing of anybody."""
    rules = weights()
    batches = table.to_batches(max_chunksize=_AT_ONCE)
    scored = [score(row, rules) for batch in batches for row in batch.to_pylist()]
    if not any(one.reasons for one in scored):
        return None
    scores = np.array([one.score for one in scored])
    found: Floats = np.log(scores) - np.log1p(-scores)
    return found
