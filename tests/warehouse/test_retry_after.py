"""A server's own word on when to come back."""

import time

import pytest

from warehouse.retry_after import asked_wait, until_reset


def test_reset_time_stands_in_for_retry_after() -> None:
    headers = {"X-RateLimit-Reset": "12"}
    assert asked_wait(429, headers) == 12
    headers["Retry-After"] = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert asked_wait(429, headers) == 0


def test_a_reset_time_says_nothing_where_nothing_was_refused() -> None:
    assert asked_wait(200, {"X-RateLimit-Reset": "12"}) is None


def test_what_a_vendor_says_in_its_own_words_counts_between_the_two() -> None:
    def own(headers: dict[str, str]) -> float | None:
        return float(headers["X-Pause"]) if "X-Pause" in headers else None

    common = {"X-RateLimit-Reset": "12"}
    assert asked_wait(429, common | {"X-Pause": "5"}, own) == 5
    assert asked_wait(429, common, own) == 12
    assert asked_wait(429, {"X-Pause": "5", "Retry-After": "2"}, own) == 2
    assert asked_wait(503, {"X-Pause": "5"}, own) is None


def test_a_reset_is_a_number_of_seconds_or_a_time() -> None:
    assert until_reset(" 40 ") == 40
    assert until_reset("1600000000") == 0
    assert until_reset(str(int(time.time()) + 3600)) == pytest.approx(3600, abs=60)
    assert until_reset("soon") is None
