"""The measures of one channel's week against its reference, as rows of the report.

Scores, topic and urgency are compared over texts in a language the tagger knows: the others carry
the neutral answer, which would fake a shift; their share is a measure of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from ml.tagger.drift import words
from ml.tagger.drift.chance import (
    Compared,
    Counts,
    compare,
    divergence,
    edges,
    psi,
    rise,
    share,
    share_new,
)
from ml.tagger.drift.rules import MEASURES, MIXES, SCORES, Rules
from ml.tagger.drift.texts import Population

_MOVED = 5
"""Bins or classes named in a row's detail."""

Flags = NDArray[np.bool_]


@dataclass
class Row:
    """One measure of one channel; `value` is None where there are too few texts to say.

    `p_value`: in what share of weeks without drift any row goes as far by chance.
    """

    channel: str
    measure: str
    texts: int
    reference_texts: int
    value: float | None = None
    reference_value: float | None = None
    threshold: float | None = None
    p_value: float | None = None
    is_alert: bool = False
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cells:
    """What a measure counts: [messages, cells], which messages count, and the cells' names."""

    counts: csr_matrix
    counted: Flags
    names: list[str]


def measure(population: Population, channel: str, rules: Rules, shuffles: int) -> list[Row]:
    """One row per measure of the channel's texts (`all` is every text)."""
    everything = population.messages
    here = everything if channel == "all" else everything[everything["channel"] == channel]
    said = here[here["state"] == "tagged"]
    cells = _cells(said, population, rules)
    is_week = said["is_week"].to_numpy()
    rows = []
    for name in MEASURES:
        counted = cells[name].counted
        row = Row(channel, name, int((counted & is_week).sum()), int((counted & ~is_week).sum()))
        row.detail = _lacking(here, row, rules)
        rows.append(row)
    wanted = [row.measure for row in rows if not row.detail]
    compared = _compare(said, {name: cells[name] for name in wanted}, shuffles)
    for row in rows:
        if row.measure in compared:
            _fill(row, cells[row.measure], is_week, compared[row.measure], rules)
    if "vocabulary" in compared:
        named = words.named(said, cells["vocabulary"].counts, population, rules)
        for row in rows:
            if row.measure in ("vocabulary", "new_words"):
                row.detail |= named
    return rows


def _lacking(here: pd.DataFrame, row: Row, rules: Rules) -> dict[str, Any]:
    """Why there is nothing to compare; empty where there is."""
    for is_week, side in ((True, "week"), (False, "reference")):
        states = here.loc[here["is_week"] == is_week, "state"].value_counts()
        if len(states) and states.get("tagged", 0) < rules.fewest_tagged * states.sum():
            others = {name: int(n) for name, n in sorted(states.items()) if name != "tagged"}
            return {
                "too_few": f"texts of the {side} tagged by this version",
                "not_compared": others,
            }
    few = rules.fewest_texts
    if min(row.texts, row.reference_texts) < few:
        return {"too_few": f"texts: {few} are needed in the week and in the reference"}
    return {}


def _cells(said: pd.DataFrame, population: Population, rules: Rules) -> dict[str, _Cells]:
    every = np.ones(len(said), dtype=bool)
    known = said["language_supported"].to_numpy(dtype=bool)
    is_week = said["is_week"].to_numpy(dtype=bool)
    found: dict[str, _Cells] = {}
    for name in SCORES:
        values = said[name].to_numpy(dtype=np.float64)
        cuts = edges(values[known & ~is_week], rules.bins)
        places = np.searchsorted(cuts, values, side="left")
        bounds = ["", *(f"{cut:.4g}" for cut in cuts), ""]
        names = [f"{low} to {high}".strip() for low, high in pairwise(bounds)]
        found[name] = _one_of(places, known, names)
    for name in MIXES:
        codes, classes = pd.factorize(said[name], sort=True)
        counted = every if name == "language" else known
        found[name] = _one_of(codes, counted, [str(c) for c in classes])
    words = population.words[said["text"].to_numpy()]
    speaking = words.getnnz(axis=1) > 0
    found["vocabulary"] = found["new_words"] = _Cells(words, speaking, population.vocabulary)
    found["unsupported"] = _one_of(known.astype(int), every, ["unsupported", "supported"])
    sure = said["confidence"].to_numpy(dtype=np.float64) >= rules.unsure_below
    found["unsure"] = _one_of(sure.astype(int), known, ["unsure", "sure"])
    return found


def _one_of(places: NDArray[Any], counted: Flags, names: list[str]) -> _Cells:
    """Each counted message in one cell."""
    rows = np.flatnonzero(counted)
    shape = (len(places), len(names))
    ones = np.ones(len(rows), dtype=np.int64)
    return _Cells(csr_matrix((ones, (rows, places[counted])), shape=shape), counted, names)


def _statistic(name: str) -> Callable[[Counts, Counts], Counts]:
    if name in SCORES or name in MIXES:
        return psi
    return {"vocabulary": divergence, "new_words": share_new}.get(name, rise)


def _compare(said: pd.DataFrame, cells: dict[str, _Cells], shuffles: int) -> dict[str, Compared]:
    if not cells:
        return {}
    clusters, first = np.unique(said["cluster"].to_numpy(), return_index=True)
    places = np.searchsorted(clusters, said["cluster"].to_numpy())
    ones = np.ones(len(said), dtype=np.int64)
    grouped = csr_matrix((ones, (places, np.arange(len(said)))))
    blocks: list[csr_matrix] = []
    statistics: dict[str, tuple[slice, Any]] = {}
    start = 0
    for name, those in cells.items():
        if name == "new_words":  # the cells of `vocabulary`, once
            statistics[name] = (statistics["vocabulary"][0], _statistic(name))
            continue
        blocks.append(those.counts)
        statistics[name] = (slice(start, start + len(those.names)), _statistic(name))
        start += len(those.names)
    counts = csr_matrix(grouped @ hstack(blocks, format="csr"))
    return compare(counts, said["is_week"].to_numpy()[first], statistics, shuffles)


def _fill(row: Row, cells: _Cells, is_week: Flags, compared: Compared, rules: Rules) -> None:
    """Value, threshold and detail of a row; whether it alerts is decided over the whole report."""
    week, reference = (
        np.asarray(cells.counts[side].sum(axis=0), dtype=np.float64).ravel()
        for side in (is_week, ~is_week)
    )
    beyond = max(0.0, compared.observed - compared.expected)
    alerts_from = rules.measures[row.measure].alerts_from
    row.p_value = compared.p_value
    if row.measure in SCORES or row.measure in MIXES:
        row.value = _short(beyond)
        row.detail = {
            "psi": _short(compared.observed),
            "by_chance": _short(compared.expected),
            "moved": _moved(cells.names, week, reference),
        }
    elif row.measure == "vocabulary":
        row.value = _short(beyond**0.5)
        row.detail = {
            "distance": _short(compared.observed**0.5),
            "by_chance": _short(compared.expected**0.5),
        }
    else:
        is_new = row.measure == "new_words"
        row.value = _short(compared.observed if is_new else float(share(week)))
        row.reference_value = _short(compared.expected if is_new else float(share(reference)))
    row.threshold = _short((row.reference_value or 0.0) + alerts_from)


def _moved(names: list[str], week: Counts, reference: Counts) -> list[dict[str, Any]]:
    """The cells whose share changed most."""
    p, q = week / week.sum(), reference / reference.sum()
    order = np.argsort(-np.abs(p - q), kind="stable")[:_MOVED]
    return [
        {"name": names[n], "share": _short(p[n]), "reference_share": _short(q[n])}
        for n in order
        if p[n] != q[n]
    ]


def _short(number: float) -> float:
    """Four decimals: enough to judge by, and no run of digits that could pass for an identifier."""
    return round(float(number), 4)
