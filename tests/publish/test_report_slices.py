"""What the report's filters add up, against sums made the other way round."""

from pathlib import Path

import duckdb
import pytest

from publish.report_slices import UNKNOWN, WEEKS, read
from publish.scripts import as_data
from tests.publish.conftest import SQL


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    file = tmp_path / "support.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(SQL)
        for table in ("kpi_daily", "kpi_scorecard"):
            connection.execute(f"create table main.{table} as from marts.{table}")
        connection.execute("drop schema marts cascade")
    return file


def numbers(snapshot: Path, query: str) -> list[float]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def test_four_weeks_of_everything_are_the_scorecards_numbers(snapshot: Path) -> None:
    data = read(snapshot).data
    ids = [kpi["id"] for kpi in data["kpis"]]
    csat, opened, backlog = (
        data["sums"][ids.index(name)][0] for name in ("csat", "conversations_opened", "backlog")
    )

    assert (sum(csat[0][-4:]), sum(csat[1][-4:])) == (252, 280)
    assert sum(opened[0][-4:]) == 140
    # A level is that of the last day, not the sum of the days.
    assert backlog[0][-1] == 4
    assert data["weeks"][-4] == "2026-06-02"
    assert (data["weeks"][-1], data["end"]) == ("2026-06-23", "2026-06-29")


def test_each_part_of_a_dimension_is_its_own_days_and_all_parts_are_everything(
    snapshot: Path,
) -> None:
    data = read(snapshot).data
    row = data["sums"][[kpi["id"] for kpi in data["kpis"]].index("conversations_opened")]
    for dimension in ("channel", "team", "topic"):
        parts = [n for n, slice_ in enumerate(data["slices"]) if slice_["by"] == dimension]
        for week in range(WEEKS):
            assert sum(row[n][0][week] for n in parts) == row[0][0][week]
    names = [slice_["name"] for slice_ in data["slices"] if slice_["by"] == "team"]
    assert names == [UNKNOWN, "team 1"]
    [chat] = [n for n, s in enumerate(data["slices"]) if s == {"by": "channel", "name": "chat"}]
    for week in range(WEEKS):
        age = 7 * (WEEKS - 1 - week)
        [wanted] = numbers(
            snapshot,
            "select coalesce(sum(numerator), 0) from kpi_daily where kpi = 'conversations_opened' "
            f"and channel = 'chat' and metric_date between date '2026-06-23' - {age} "
            f"and date '2026-06-29' - {age}",
        )
        assert row[chat][0][week] == wanted


def test_a_kpi_that_the_scorecard_counts_on_some_channels_only_loses_that_from_its_label(
    snapshot: Path,
) -> None:
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute(
            "update kpi_scorecard set label = 'CSAT, by mail', numerator = 10 where kpi = 'csat'"
        )
    labels = [kpi["label"] for kpi in read(snapshot).data["kpis"]]

    assert sorted(labels) == ["CSAT", "Conversations opened", "Conversations waiting"]


def test_nothing_measured_means_nothing_to_filter(snapshot: Path) -> None:
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute("delete from kpi_daily")

    assert not read(snapshot).found


def test_no_text_of_the_data_ends_the_script_it_stands_in() -> None:
    assert "<" not in as_data({"name": "</script><script>alert(1)</script>"})
