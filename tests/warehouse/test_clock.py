"""as_of: one instant in UTC, in and out as ISO 8601."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.clock import BadTimestamp, iso, parse_as_of


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_what_is_written_reads_back_as_the_same_instant(moment: datetime) -> None:
    assert parse_as_of(iso(moment)) == moment


def test_without_an_offset_it_is_utc() -> None:
    assert parse_as_of("2026-06-30") == datetime(2026, 6, 30, tzinfo=UTC)


def test_nonsense_is_refused_with_a_form_that_works() -> None:
    with pytest.raises(BadTimestamp, match=r"'yesterday'.*2026-06-30T00:00:00Z"):
        parse_as_of("yesterday")
