"""Working time of the sample's desks: half-hour zone, summer time, the shift over midnight."""

from datetime import datetime

from sample.generator.sizes import HOUR
from sample.generator.worktime import WorkTime


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_kolkata_opens_on_the_half_hour() -> None:
    desk = WorkTime("india")  # 09:30 to 18:30 in UTC+05:30
    assert desk.after(at("2026-02-10T02:00:00+00:00"), 0) == at("2026-02-10T04:00:00+00:00")
    assert not desk.is_open(at("2026-02-10T03:59:59+00:00"))
    assert desk.is_open(at("2026-02-10T12:59:59+00:00"))


def test_berlin_opens_an_hour_earlier_in_utc_after_the_clocks_change() -> None:
    desk = WorkTime("europe")
    assert desk.after(at("2026-03-27T00:00:00+00:00"), 0) == at("2026-03-27T08:00:00+00:00")
    assert desk.after(at("2026-03-30T00:00:00+00:00"), 0) == at("2026-03-30T07:00:00+00:00")


def test_a_holiday_and_the_weekend_are_skipped() -> None:
    desk = WorkTime("europe")  # Thursday 2 April 2026; Good Friday; Easter Monday
    late = at("2026-04-02T17:00:00+02:00")
    assert desk.after(late, HOUR) == at("2026-04-07T09:30:00+02:00")


def test_the_evening_shift_goes_on_after_midnight() -> None:
    desk = WorkTime("india-evening")  # 18:30 to 03:30
    assert desk.is_open(at("2026-02-11T02:00:00+05:30"))
    assert desk.after(at("2026-02-10T23:00:00+05:30"), 4 * HOUR) == at("2026-02-11T03:00:00+05:30")


def test_the_phone_line_opens_at_local_midnight() -> None:
    desk = WorkTime("phone-line")
    assert desk.is_open(at("2026-02-10T00:00:00-08:00"))
    assert not desk.is_open(at("2026-02-10T20:00:00-08:00"))
