"""What a topic does to a KPI: values in plain Python, intervals by bootstrap and by simulation."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from bench.trending import LAST_DAY, models
from sample import AS_OF

Row = dict[str, Any]
KINDS = {"csat": "share", "ces": "share", "nps": "nps"}
UNIT = {"csat": 1, "ces": 1, "nps": 100}
TOPICS = (None, "billing", "login", "outage", "rare", "shipping")
WEIGHTS = np.array([0.3, 0.25, 0.2, 0.15, 0.02, 0.08])


def answer(number: int, kpi: str, topic: str | None, score: float, **values: Any) -> Row:
    return {
        "kpi": kpi,
        "kind": KINDS.get(kpi, "share"),
        "topic": topic,
        "numerator": float(score),
        "customer_id": None,
        "record_id": f"{kpi}-{number}",
        "dated_at": AS_OF - timedelta(1),
        "first_date": LAST_DAY,
        **values,
    }


def impact(rows: list[Row]) -> dict[tuple[str, str | None], Row]:
    schema = pa.schema(
        [(name, pa.string()) for name in ("kpi", "kind", "topic", "customer_id", "record_id")]
        + [("numerator", pa.float64()), ("first_date", pa.date32())]
        + [("dated_at", pa.timestamp("us", "UTC"))]
    )
    sql = models()["kpi_topic_impact"]
    with duckdb.connect() as connection:
        connection.register("kpi_evidence", pa.Table.from_pylist(rows, schema))
        found = connection.sql(sql).to_arrow_table().to_pylist()
    return {(row["kpi"], row["topic"]): row for row in found}


def drawn(chance: np.random.Generator, answers: int, pull: float) -> list[Row]:
    """Answers to all three, whose mood depends on the topic by `pull`."""
    rows = []
    for kpi in KINDS:
        for number, topic in enumerate(chance.choice(len(TOPICS), answers, p=WEIGHTS)):
            good = 0.8 - pull * topic / 10
            score = float(chance.random() < good)
            if kpi == "nps":
                score = 1.0 if score else float(chance.choice([0, -1]))
            rows.append(answer(number, kpi, TOPICS[topic], score))
    return rows


def true_impact(kpi: str, pull: float) -> dict[str | None, float]:
    good = np.array([0.8 - pull * n / 10 for n in range(len(TOPICS))])
    mean = good - (1 - good) / 2 if kpi == "nps" else good
    whole = float(WEIGHTS @ mean)
    rest = (whole - WEIGHTS * mean) / (1 - WEIGHTS)
    return dict(zip(TOPICS, UNIT[kpi] * (whole - rest), strict=True))


def test_values_are_those_with_and_without_the_topic() -> None:
    rows = drawn(np.random.default_rng(1), 400, 0.7)
    found = impact(rows)
    groups: dict[str, dict[str | None, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[row["kpi"]][row["topic"]].append(UNIT[row["kpi"]] * row["numerator"])
    assert found.keys() == {(kpi, topic) for kpi in groups for topic in groups[kpi]}
    for (kpi, topic), row in found.items():
        mine = groups[kpi][topic]
        whole = [score for scores in groups[kpi].values() for score in scores]
        rest = [
            score for other, scores in groups[kpi].items() if other != topic for score in scores
        ]
        assert row["answers"] == len(mine)
        assert row["share_of_answers"] == len(mine) / len(whole)
        assert row["value_all"] == pytest.approx(sum(whole) / len(whole))
        assert row["value_topic"] == pytest.approx(sum(mine) / len(mine))
        assert row["value_rest"] == pytest.approx(sum(rest) / len(rest))
        assert row["impact"] == pytest.approx(row["value_all"] - row["value_rest"])
        assert row["is_reliable"] == (len(mine) >= 30)
        assert (row["is_beyond_chance"] is None) == (len(mine) < 30)
        assert (row["period_start"], row["period_end"]) == (LAST_DAY - timedelta(90), LAST_DAY)


def test_the_interval_is_a_bootstraps() -> None:
    rows = drawn(np.random.default_rng(2), 600, 0.7)
    found = impact(rows)
    chance = np.random.default_rng(3)
    for kpi in KINDS:
        scores = np.array([row["numerator"] * UNIT[kpi] for row in rows if row["kpi"] == kpi])
        topics = np.array([str(row["topic"]) for row in rows if row["kpi"] == kpi])
        picks = chance.integers(0, len(scores), (4_000, len(scores)))
        for topic in TOPICS:
            if topic == "rare":
                continue
            others = topics[picks] != str(topic)
            drawn_scores = scores[picks]
            rest = (drawn_scores * others).sum(axis=1) / others.sum(axis=1)
            spread = float(np.std(drawn_scores.mean(axis=1) - rest))
            row = found[kpi, topic]
            half = (row["interval_high"] - row["interval_low"]) / 2
            assert half == pytest.approx(1.96 * spread, rel=0.06), (kpi, topic)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    chance = np.random.default_rng(4)
    held: list[bool] = []
    for _ in range(60):
        for (kpi, topic), row in impact(drawn(chance, 500, 0.7)).items():
            if row["is_reliable"]:
                truth = true_impact(kpi, 0.7)[topic]
                held.append(row["interval_low"] <= truth <= row["interval_high"])
    assert len(held) > 750
    assert 0.93 < np.mean(held) < 0.97


def test_topics_that_do_nothing_are_hardly_ever_beyond_chance() -> None:
    chance = np.random.default_rng(5)
    runs = [
        any(row["is_beyond_chance"] for (of, _), row in found.items() if of == kpi)
        for found in (impact(drawn(chance, 500, 0.0)) for _ in range(60))
        for kpi in KINDS
    ]
    # At most one KPI in 20 has any such topic: 9 of 180, 19 with the luck of the draw.
    assert sum(runs) <= 19


def test_a_topic_that_pulls_the_kpi_down_is_beyond_chance() -> None:
    rows = [answer(n, "csat", "login", n % 10 > 0) for n in range(300)]
    rows += [answer(n + 300, "csat", "outage", n % 10 > 5) for n in range(60)]
    found = impact(rows)["csat", "outage"]
    # 270 of 300, and 24 of 60.
    assert (found["value_rest"], found["value_topic"]) == (0.9, 0.4)
    assert found["impact"] == pytest.approx(294 / 360 - 0.9)
    assert found["interval_high"] < 0
    assert found["is_beyond_chance"] is True


def test_nps_takes_each_customers_latest_answer_in_the_window() -> None:
    def said(number: int, day: int, topic: str | None, score: int, customer: str | None) -> Row:
        at: datetime = AS_OF - timedelta(day)
        return answer(
            number, "nps", topic, score, customer_id=customer, dated_at=at, first_date=at.date()
        )

    found = impact(
        [
            said(1, 5, "outage", -1, "c1"),
            said(2, 3, "login", 1, "c1"),  # replaces the first
            said(3, 91, "outage", -1, "c2"),  # the window's first day
            said(4, 92, "outage", 1, "c3"),  # before the window
            said(5, 3, None, 1, None),  # unknown people are not one
            said(6, 3, None, 0, None),
            answer(7, "fcr", "outage", 0),  # another KPI
        ]
    )
    assert {topic: (r["answers"], r["value_topic"]) for (_, topic), r in found.items()} == {
        None: (2, 50), "login": (1, 100), "outage": (1, -100),
    }  # fmt: skip
    assert found["nps", "outage"]["value_all"] == 25
    assert found["nps", "outage"]["impact"] == pytest.approx(25 - 200 / 3)


def test_where_there_is_nothing_else_there_is_no_impact() -> None:
    (row,) = impact([answer(n, "csat", "login", n % 2) for n in range(40)]).values()
    assert (row["value_all"], row["share_of_answers"], row["is_reliable"]) == (0.5, 1, False)
    assert {row[name] for name in ("value_rest", "impact", "interval_low", "probability")} == {None}


def test_answers_that_are_all_alike_show_no_impact_and_no_chance() -> None:
    found = impact([answer(n, "csat", "ab"[n % 2], 1) for n in range(80)])
    assert {(r["impact"], r["interval_low"], r["probability"]) for r in found.values()} == {
        (0, 0, None)
    }
