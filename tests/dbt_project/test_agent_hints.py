"""Coaching hints: chance alone gives none, a real difference does, and the odds are Fisher's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy import stats

from tests.dbt_project.compiled import compiled_model, empty_warehouse, rows

Row = dict[str, Any]
CHANNELS = ("email", "chat", "phone")
EVIDENCE = """
create or replace table intermediate.int_agent_evidence as
select
    agent_id, team, kpi, topic, channel, date '2026-06-01' as metric_date,
    numerator::decimal(28, 9) as numerator, denominator::decimal(28, 9) as denominator
from evidence
"""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_warehouse() as connection:
        yield connection


@pytest.fixture(scope="module")
def tests_sql(acme_home: Path) -> str:
    return compiled_model(acme_home, "int_agent_tests")


@pytest.fixture(scope="module")
def hints_sql(acme_home: Path) -> str:
    return compiled_model(acme_home, "kpi_agent_hints")


def hints(
    warehouse: duckdb.DuckDBPyConnection,
    evidence: dict[str, NDArray[Any]],
    tests_sql: str,
    hints_sql: str,
) -> list[list[Row]]:
    """The mart of every run; a run is the part of a topic's name before the colon."""
    warehouse.register("evidence", pa.table({k: pa.array(v) for k, v in evidence.items()}))
    warehouse.execute(EVIDENCE)
    warehouse.execute(f"create or replace table tests_of_all_runs as {tests_sql}")
    warehouse.execute(
        "create or replace view intermediate.int_agent_tests as "
        "from tests_of_all_runs where split_part(topic, ':', 1) = getvariable('run')"
    )
    found = []
    for (run,) in warehouse.sql(
        "select distinct split_part(topic, ':', 1) as run from tests_of_all_runs order by run"
    ).fetchall():
        warehouse.execute("set variable run = ?", [run])
        found.append(rows(warehouse, hints_sql))
    return found


def simulated(seed: int, runs: int, team_size: int = 10) -> dict[str, NDArray[Any]]:
    """Conversations of twenty agents who do not differ: rates hang on topic and channel alone.

    Topics are named for the run. Who gets which channel is uneven.
    """
    chance = np.random.default_rng(seed)
    shape = (runs, 5, 2, len(CHANNELS), 20)
    run, topic, kpi, channel, agent = (axis.ravel() for axis in np.indices(shape))
    reopened = np.array([0.15, 0.06, 0.25])[channel] + 0.01 * topic
    reopened[topic == 0] = 0.15
    denominator = 1 + chance.poisson(7 + 14 * ((agent + channel) % 3))
    return {
        "agent_id": np.char.mod("agent %02d", agent),
        "team": np.char.mod("team %d", agent // team_size),
        "kpi": np.array(["reopen_rate", "csat"])[kpi],
        "topic": np.char.add(np.char.mod("%04d:", run), np.char.mod("%d", topic)),
        "channel": np.array(CHANNELS)[channel],
        "numerator": chance.binomial(denominator, np.where(kpi == 0, reopened, 1 - reopened)),
        "denominator": denominator,
    }


def plant(columns: dict[str, NDArray[Any]], reopened: Callable[[int], Any]) -> None:
    """Give agent 00 120 conversations about topic 0, 40 a channel, with so many of 40 reopened."""
    chosen = (columns["agent_id"] == "agent 00") & (columns["kpi"] == "reopen_rate")
    chosen &= np.char.endswith(columns["topic"], ":0")
    columns["denominator"][chosen] = 40
    columns["numerator"][chosen] = reopened(int(chosen.sum()))


def planted_of(run: list[Row]) -> Row:
    (row,) = (
        row
        for row in run
        if (row["agent_id"], row["kpi"]) == ("agent 00", "reopen_rate")
        and row["topic"].endswith(":0")
    )
    return row


def wilson(k: int, n: int) -> tuple[float, float]:
    interval = stats.binomtest(k, n).proportion_ci(method="wilson")
    return interval.low, interval.high


def test_chance_alone_gives_a_hint_in_no_more_runs_than_the_rate(
    warehouse: duckdb.DuckDBPyConnection, tests_sql: str, hints_sql: str
) -> None:
    runs = hints(warehouse, simulated(1, runs=200), tests_sql, hints_sql)
    false = sum(any(row["is_hint"] for row in run) for run in runs)
    assert len(runs) == 200
    assert min(run[0]["tests"] for run in runs) > 150
    assert all(len(run) == run[0]["tests"] for run in runs)
    assert false / len(runs) <= 0.05


def test_an_agent_who_had_35_of_100_reopened_where_others_had_15_is_found(
    warehouse: duckdb.DuckDBPyConnection, tests_sql: str, hints_sql: str
) -> None:
    columns = simulated(2, runs=20)
    # What everybody had, not only a chance of it: peers who happened to have 19 % would hide it.
    columns["numerator"] = np.where(
        columns["kpi"] == "reopen_rate",
        np.rint(columns["denominator"] * 0.15).astype(int),
        columns["numerator"],
    )
    plant(columns, lambda cells: 14)
    for run in hints(warehouse, columns, tests_sql, hints_sql):
        row = planted_of(run)
        assert (row["numerator"], row["denominator"]) == (42, 120)
        assert (row["is_hint"], row["direction"]) == (True, "worse")


def test_a_chance_of_35_in_100_is_mostly_found_and_few_others_are_blamed(
    warehouse: duckdb.DuckDBPyConnection, tests_sql: str, hints_sql: str
) -> None:
    columns = simulated(2, runs=60)
    plant(columns, lambda cells: np.random.default_rng(3).binomial(40, 0.35, cells))
    runs = hints(warehouse, columns, tests_sql, hints_sql)
    planted = [planted_of(run) for run in runs]
    assert wilson(sum(row["is_hint"] for row in planted), len(planted))[0] > 0.5
    # Of all that were planted: those that were found are the ones that look worst.
    covers = [row["difference_low"] <= 0.2 <= row["difference_high"] for row in planted]
    assert wilson(sum(covers), len(covers))[1] >= 0.95
    flagged = [[row["agent_id"] for row in run if row["is_hint"]] for run in runs]
    wrong = [np.mean([who != "agent 00" for who in run]) if run else 0.0 for run in flagged]
    assert np.mean(wrong) <= 0.05


def test_q_values_are_those_of_benjamini_and_hochberg(
    warehouse: duckdb.DuckDBPyConnection, tests_sql: str, hints_sql: str
) -> None:
    columns = simulated(3, runs=1)
    plant(columns, lambda cells: 16)
    (run,) = hints(warehouse, columns, tests_sql, hints_sql)
    expected = stats.false_discovery_control([row["p_value"] for row in run], method="bh")
    assert [row["q_value"] for row in run] == pytest.approx(expected.tolist())
    assert {row["q_value"] <= 0.05 for row in run if row["is_hint"]} == {True}
    assert any(row["is_hint"] for row in run)


def exact(cells: list[tuple[int, int, int, int]]) -> tuple[float, float]:
    """Chance of at most and at least x, given all margins: hypergeometric, added over channels."""
    distribution: NDArray[np.float64] = np.ones(1)
    for x, n, peer_x, peer_n in cells:
        of = stats.hypergeom(n + peer_n, x + peer_x, n).pmf(np.arange(n + 1))
        distribution = np.convolve(distribution, of)
    total = sum(x for x, *_ in cells)
    return float(distribution[: total + 1].sum()), float(distribution[total:].sum())


def test_the_odds_are_those_of_fishers_exact_test_over_the_channels(
    warehouse: duckdb.DuckDBPyConnection, tests_sql: str
) -> None:
    chance = np.random.default_rng(5)
    cases: dict[str, list[tuple[int, int, int, int]]] = {}
    evidence: list[Row] = []
    for number in range(1500):
        base = chance.choice([0.02, 0.1, 0.3, 0.5, 0.85])
        shift = chance.normal(0, 0.8)
        cells = cases[str(number)] = []
        for channel in CHANNELS[: chance.integers(1, 4)]:
            n, rate = int(chance.integers(15, 120)), base + chance.uniform(-0.02, 0.02)
            x = chance.binomial(n, 1 / (1 + np.exp(-shift) * (1 - rate) / max(rate, 0.001)))
            peers = [int(m) for m in chance.integers(10, 150, 4)]
            peer_x = [int(chance.binomial(m, max(rate, 0.001))) for m in peers]
            cells.append((int(x), n, sum(peer_x), sum(peers)))
            for agent, k, m in [
                ("me", int(x), n),
                *((f"peer {i}", k, m) for i, (k, m) in enumerate(zip(peer_x, peers, strict=True))),
            ]:
                evidence.append({
                    "agent_id": agent, "team": None, "kpi": "csat", "topic": str(number),
                    "channel": channel, "numerator": k, "denominator": m,
                })  # fmt: skip
    warehouse.register("evidence", pa.Table.from_pylist(evidence))
    warehouse.execute(EVIDENCE)
    ratios: dict[str, list[float]] = {"likely": [], "rare": []}
    for row in rows(warehouse, f"from ({tests_sql}) where agent_id = 'me'"):
        cells = cases[row["topic"]]
        assert row["expected"] == pytest.approx(sum(n * k / m for _, n, k, m in cells))
        for found, right in zip((row["p_at_most"], row["p_at_least"]), exact(cells), strict=True):
            if 1e-6 < right < 0.5:
                ratios["likely" if right > 0.001 else "rare"].append(found / right)
    assert len(ratios["likely"]) > 900
    assert len(ratios["rare"]) > 150
    assert 0.85 < min(ratios["likely"]) < max(ratios["likely"]) < 1.05
    assert 0.6 < min(ratios["rare"]) < max(ratios["rare"]) < 1.05
