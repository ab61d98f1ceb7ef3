"""Deadlines in working hours, against a clock that is read minute by minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from outreach.playbook.book import Due
from outreach.playbook.deadline import due_at
from warehouse.duck import warehouse

START = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
DAYS = 40
HOLIDAY = date(2026, 6, 4)


def works(moment: datetime) -> bool:
    """Monday to Friday 9 to 12 and 13 to 17, but for a holiday."""
    is_open = 9 <= moment.hour < 17 and moment.hour != 12
    return is_open and moment.isoweekday() <= 5 and moment.date() != HOLIDAY


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A home with the tables that dbt lays working time out in."""
    home = str(tmp_path_factory.mktemp("deadline"))
    points, worked, was = [], 0, False
    for minute in range(DAYS * 1440):
        moment = START + timedelta(minutes=minute)
        if works(moment) != was:
            was = not was
            points.append(("s", moment, was, worked * 60_000_000))
        worked += was
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", home)
        with warehouse() as connection:
            connection.execute(
                """
                create schema intermediate;
                create table intermediate.int_schedule_working_time
                    (schedule_key varchar, changed_at timestamptz, is_working boolean,
                     worked_before bigint);
                create table intermediate.int_schedule_hours as select 'crm' as source_system,
                    'office' as schedule_id, 's' as schedule_key;
                insert into intermediate.int_schedule_hours values ('crm', 'night', 'n');
                create table intermediate.int_schedule_assignments as
                select 'crm' as source_system, t.* from (values
                    ('office', 'default', null::date, null::date),
                    ('night', 'default', date '2030-01-01', null),
                    ('night', 'team', null, null)
                ) as t(schedule_id, scope, valid_from, valid_to)
                """
            )
            connection.executemany(
                "insert into intermediate.int_schedule_working_time values (?, ?, ?, ?)", points
            )
    return home


@profile(max_examples=30)
@given(minute=st.integers(0, 20 * 1440), quarters=st.integers(1, 160))
def test_a_deadline_has_that_many_working_minutes_before_it(
    schedule: str, minute: int, quarters: int
) -> None:
    as_of = START + timedelta(minutes=minute)
    left, moment = quarters * 15, as_of
    while left:
        left -= works(moment)
        moment += timedelta(minutes=1)
        if moment > START + timedelta(days=DAYS):
            return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", schedule)
        with warehouse(read_only=True) as connection:
            assert due_at(connection, as_of, Due(business_hours=quarters / 4)) == moment


def test_days_are_days(schedule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", schedule)
    with warehouse(read_only=True) as connection:
        assert due_at(connection, START, Due(days=2)) == START + timedelta(days=2)
        # Not laid out that far: eight hours count as a day.
        far = START + timedelta(days=DAYS - 1)
        assert due_at(connection, far, Due(business_hours=80)) == far + timedelta(days=10)


def test_without_a_schedule_eight_hours_are_a_day() -> None:
    with warehouse() as connection:
        assert due_at(connection, START, Due(business_hours=4)) == START + timedelta(hours=12)
