"""Business minutes worked out another way: plain zoneinfo interval arithmetic, written from
metrics.md and not from the SQL."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]


@dataclass
class Schedule:
    """Weekly hours with validity, and holidays. Times are `HH:MM`; days are ISO weekdays."""

    zone: str
    hours: list[tuple[int, str, str, date | None, date | None]]
    holidays: list[tuple[date, date, str | None, str | None]] = field(default_factory=list)

    def working(self, first: date, last: date) -> list[Interval]:
        """Disjoint working intervals in UTC, in order, of the local dates first … last."""
        open_, closed = [], []
        day = first
        while day <= last:
            for weekday, start, end, valid_from, valid_to in self.hours:
                if (
                    day.isoweekday() == weekday
                    and (valid_from is None or valid_from <= day)
                    and (valid_to is None or day <= valid_to)
                ):
                    open_.append(self._on(day, start, end))
            for start_date, end_date, start_time, end_time in self.holidays:
                if start_date <= day <= end_date:
                    closed.append(self._on(day, start_time or "00:00", end_time or "24:00"))
            day += timedelta(days=1)
        return _minus(_union(open_), _union(closed))

    def _on(self, day: date, start: str, end: str) -> Interval:
        def wall(text: str) -> timedelta:
            hours, minutes = text.split(":")
            return timedelta(hours=int(hours), minutes=int(minutes))

        length = wall(end) if wall(end) > wall(start) else wall(end) + timedelta(days=1)
        midnight = datetime.combine(day, datetime.min.time())
        zone = ZoneInfo(self.zone)
        return tuple(  # type: ignore[return-value]
            (midnight + after).replace(tzinfo=zone).astimezone(UTC)
            for after in (wall(start), length)
        )


def _union(intervals: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[0] < i[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _minus(intervals: list[Interval], cuts: list[Interval]) -> list[Interval]:
    left = []
    for start, end in intervals:
        for cut_start, cut_end in cuts:
            if cut_end <= start or cut_start >= end:
                continue
            if cut_start > start:
                left.append((start, cut_start))
            start = max(start, cut_end)
            if start >= end:
                break
        if start < end:
            left.append((start, end))
    return left


class Clock:
    """Working minutes before any instant: a running total over disjoint intervals in order."""

    def __init__(self, intervals: list[Interval]) -> None:
        self._starts = [opens for opens, _ in intervals]
        self._ends = [closes for _, closes in intervals]
        self._before = [timedelta(), *accumulate(closes - opens for opens, closes in intervals)]

    def _worked(self, instant: datetime) -> timedelta:
        place = bisect_right(self._starts, instant)
        if place == 0:
            return timedelta()
        inside = min(instant, self._ends[place - 1]) - self._starts[place - 1]
        return self._before[place - 1] + inside

    def minutes(self, start: datetime, end: datetime) -> float:
        """Minutes of the span that lie in the intervals."""
        return (self._worked(end) - self._worked(start)) / timedelta(minutes=1)
