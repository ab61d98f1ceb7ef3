"""Business minutes of the SQL against an independent oracle, over zones with awkward clocks."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from pathlib import Path

import pyarrow as pa
import pytest

from bench.business_time import MEASURED
from tests.dbt_project.clock_oracle import Clock, Schedule
from tests.dbt_project.drop import AS_OF, Company, query
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

START = datetime(2023, 6, 1, tzinfo=UTC)
WEEK = (1, 2, 3, 4, 5)


def office(zone: str, start: str, end: str, days: tuple[int, ...] = WEEK) -> Schedule:
    return Schedule(zone, [(day, start, end, None, None) for day in days])


SCHEDULES = {
    "los_angeles": office("America/Los_Angeles", "09:00", "17:00"),
    "berlin": office("Europe/Berlin", "08:30", "17:45"),
    "jerusalem": office("Asia/Jerusalem", "09:00", "18:00", (7, 1, 2, 3, 4)),
    "cairo": office("Africa/Cairo", "00:00", "24:00", (7, 1, 2, 3, 4)),
    "auckland": office("Pacific/Auckland", "09:00", "17:00"),
    "lord_howe": office("Australia/Lord_Howe", "01:00", "09:30", (6, 7, 1)),
    "kolkata": office("Asia/Kolkata", "09:30", "18:00"),
    "noumea": office("Pacific/Noumea", "07:30", "16:00"),
    "santiago": office("America/Santiago", "20:00", "04:00", (5, 6, 7)),
    "always": office("Europe/London", "00:00", "24:00", (1, 2, 3, 4, 5, 6, 7)),
    "night": office("America/New_York", "22:00", "06:00", (1, 2, 3, 4, 5, 6, 7)),
    # Begins and ends inside the hour that the clock change repeats or skips.
    "change": office("America/New_York", "01:30", "02:30", (6, 7, 1)),
    # Two intervals a day, a third that overlaps both; new hours from 2025 on.
    "history": Schedule(
        "Europe/Paris",
        [(day, "08:00", "12:00", None, date(2024, 12, 31)) for day in WEEK]
        + [(day, "13:30", "18:00", None, date(2024, 12, 31)) for day in WEEK]
        + [(day, "11:00", "14:00", None, date(2024, 12, 31)) for day in WEEK]
        + [(day, "10:00", "16:00", date(2025, 1, 1), None) for day in WEEK],
    ),
}
for _name in ("berlin", "night", "santiago", "always"):
    SCHEDULES[_name].holidays += [
        (date(2024, 12, 24), date(2024, 12, 24), "12:00", "24:00"),
        (date(2024, 12, 25), date(2024, 12, 27), None, None),
        (date(2026, 3, 29), date(2026, 3, 29), None, None),
    ]


def spans(seed: int = 4, per_schedule: int = 60) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Random spans of seconds up to three years, many of them around clock changes."""
    chance = random.Random(seed)
    changes = [
        datetime(2025, 11, 2),
        datetime(2026, 3, 8),
        datetime(2026, 3, 29),
        datetime(2026, 4, 5),
    ]
    for name in SCHEDULES:
        for number in range(per_schedule):
            length = timedelta(
                seconds=chance.choice([600, 86_400, 10**7, 9 * 10**7]) * chance.random()
            )
            start = START + timedelta(seconds=chance.uniform(0, (AS_OF - START).total_seconds()))
            if number % 3 == 0:
                start = chance.choice(changes).replace(tzinfo=UTC)
                start += timedelta(hours=chance.uniform(-30, 30))
                length = timedelta(hours=chance.uniform(0, 40))
            yield name, f"{name}-{number}", start.replace(microsecond=0), min(start + length, AS_OF)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every span is a conversation: opened at its start, solved at its end."""
    dropped = Company()
    for name, schedule in SCHEDULES.items():
        for weekday, start, end, valid_from, valid_to in schedule.hours:
            dropped.add(
                "schedules",
                schedule_id=name,
                time_zone=schedule.zone,
                weekday=weekday,
                start_local=start,
                end_local=end,
                valid_from=valid_from,
                valid_to=valid_to,
            )
        for first, last, start_time, end_time in schedule.holidays:
            dropped.add(
                "holidays",
                schedule_id=name,
                date_from=first,
                date_to=last,
                start_local=start_time,
                end_local=end_time,
            )
    for name, number, opened, solved in spans():
        dropped.conversation(
            number,
            opened.isoformat(),
            schedule_id=name,
            status="solved",
            updated_at=solved.isoformat(),
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("clock")))
        # The machine's own zone must not matter.
        patch.setenv("TZ", "Asia/Tokyo")
        dropped.write()
        dbt.run(
            "run",
            as_of=AS_OF,
            sources=["file_drop"],
            extra=("--select", "+int_conversation_durations"),
        )
        yield settings().warehouse_file


@pytest.fixture(scope="module")
def clocks() -> dict[str, Clock]:
    return {
        name: Clock(schedule.working(date(2023, 5, 20), date(2026, 7, 5)))
        for name, schedule in SCHEDULES.items()
    }


def test_business_minutes_equal_the_oracle_in_every_zone(
    file: Path, clocks: dict[str, Clock]
) -> None:
    expected = {number: clocks[name].minutes(start, end) for name, number, start, end in spans()}

    measured = dict(
        query(
            file,
            "select remote_id, resolution_business_minutes "
            "from intermediate.int_conversation_durations "
            "inner join intermediate.int_conversations using (conversation_id)",
        )
    )

    wrong = {
        number: (measured[number], minutes)
        for number, minutes in expected.items()
        if measured[number] is None or abs(measured[number] - minutes) > 0.001
    }
    assert measured.keys() == expected.keys()
    assert not wrong


def test_fifty_thousand_spans_equal_the_oracle(
    file: Path, clocks: dict[str, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(file.parents[1]))
    drawn = list(spans(seed=11, per_schedule=3_850))
    assert len(drawn) > 50_000
    names, numbers, starts, ends = zip(*drawn, strict=True)
    table = pa.table(
        {
            "schedule_key": [md5(f"acme:{name}".encode()).hexdigest() for name in names],
            "span": numbers,
            "started_at": pa.array(starts, pa.timestamp("us", "UTC")),
            "ended_at": pa.array(ends, pa.timestamp("us", "UTC")),
        }
    )
    sql = dbt.compiled(MEASURED, as_of=AS_OF, sources=["file_drop"])
    with warehouse(read_only=True, path=file) as connection:
        connection.register("spans", table)
        measured = dict(connection.execute(sql).fetchall())

    wrong = [
        (number, measured[number], minutes)
        for name, number, start, end in drawn
        if abs(measured[number] - (minutes := clocks[name].minutes(start, end))) > 0.001
    ]
    assert wrong == []


def test_the_function_is_kept_as_its_bends_only(file: Path) -> None:
    """Days that touch are one stretch: the table grows with weeks, not with days or spans."""
    rows = query(
        file,
        "select count(*) from intermediate.int_schedule_working_time "
        "where schedule_key = md5('acme:cairo') ",
    )
    dates = (AS_OF - START).days
    assert rows[0][0] < dates / 3
