"""Working hours: Fernhill's schedules and holidays, and "when is this agent back at the desk".

The generator only needs to move forward through working time; the exact measuring of business
minutes is the warehouse's job, from the same schedules in the file drop.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sample.generator.draw import read_yaml
from sample.generator.sizes import AS_OF, DAY, START


@cache
def schedules() -> dict[str, dict[str, object]]:
    """Schedule id → time_zone, hours per weekday, holidays; see texts/schedules.yml."""
    found: dict[str, dict[str, object]] = read_yaml("schedules")["schedules"]
    return found


def hours(schedule_id: str) -> dict[int, tuple[str, str]]:
    """ISO weekday → (start, end) as HH:MM local; an end not after the start is the next day."""
    spec = schedules()[schedule_id]["hours"]
    assert isinstance(spec, dict)
    return {int(day): (span[0], span[1]) for day, span in spec.items()}


def holidays(schedule_id: str) -> list[tuple[date, str]]:
    """Whole days off of a schedule."""
    found = schedules()[schedule_id]["holidays"]
    assert isinstance(found, dict)
    return [(date.fromisoformat(str(day)), str(name)) for day, name in found.items()]


def zone(schedule_id: str) -> str:
    return str(schedules()[schedule_id]["time_zone"])


class WorkTime:
    """Working intervals of one schedule as sorted UTC seconds."""

    def __init__(self, schedule_id: str) -> None:
        off = {day for day, _ in holidays(schedule_id)}
        week, tz = hours(schedule_id), ZoneInfo(zone(schedule_id))
        self.starts: list[int] = []
        self.ends: list[int] = []
        day = START.date() - timedelta(days=3)
        while day < AS_OF.date() + timedelta(days=30):
            if day.isoweekday() in week and day not in off:
                start, end = week[day.isoweekday()]
                last = day if end > start else day + timedelta(days=1)
                self.starts.append(_utc(day, start, tz))
                self.ends.append(_utc(last, end, tz))
            day += timedelta(days=1)

    def is_open(self, at: int) -> bool:
        i = bisect_right(self.starts, at) - 1
        return i >= 0 and at < self.ends[i]

    def after(self, at: int, seconds: float) -> int:
        """The instant at which `seconds` of working time have passed since `at`."""
        i = max(bisect_right(self.starts, at) - 1, 0)
        left = seconds
        while i < len(self.starts):
            begin = max(at, self.starts[i])
            if begin + left <= self.ends[i]:
                return int(begin + left)
            left -= max(self.ends[i] - begin, 0)
            i += 1
        return at + 30 * DAY  # Beyond the laid-out span, which ends a month after AS_OF.


def _utc(day: date, clock: str, tz: ZoneInfo) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    local = datetime(day.year, day.month, day.day, tzinfo=tz) + timedelta(hours=hour % 24)
    if hour == 24:
        local += timedelta(days=1)
    return int((local + timedelta(minutes=minute)).astimezone(UTC).timestamp())
