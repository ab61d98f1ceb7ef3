"""One clock. Every "now" of a run is its `as_of`, an instant in UTC, handed from task to task.

Models and scores never read the wall clock, so any run can be replayed.
"""

from datetime import UTC, datetime


class BadTimestamp(ValueError):
    """The text is not an ISO 8601 instant."""


def parse_as_of(text: str) -> datetime:
    """Read an ISO 8601 instant; without an offset it is UTC.

    Raises:
        BadTimestamp: naming the text and a form that works.
    """
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadTimestamp(
            f"as-of {text!r} is not an ISO 8601 instant; write it like 2026-06-30T00:00:00Z"
        ) from error
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)


def iso(moment: datetime) -> str:
    """An instant as `2026-06-30T00:00:00Z` (microseconds only when there are any)."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def wall_now() -> datetime:
    """The wall clock, to the second: only for naming runs and for the default `as_of`."""
    return datetime.now(UTC).replace(microsecond=0)
