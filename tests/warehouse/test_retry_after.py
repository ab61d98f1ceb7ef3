"""A server's own word on when to come back."""

from warehouse.retry_after import asked_wait


def test_reset_time_stands_in_for_retry_after() -> None:
    headers = {"X-RateLimit-Reset": "12"}
    assert asked_wait(429, headers) == 12
    headers["Retry-After"] = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert asked_wait(429, headers) == 0


def test_reset_time_is_read_in_either_spelling() -> None:
    assert asked_wait(429, {"X-Rate-Limit-Reset": "12"}) == 12


def test_a_reset_time_says_nothing_where_nothing_was_refused() -> None:
    assert asked_wait(200, {"X-RateLimit-Reset": "12"}) is None


def test_the_stretch_that_a_limit_is_counted_over_stands_in_for_both() -> None:
    headers = {"X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}
    assert asked_wait(429, headers) == 10
    assert asked_wait(503, headers) is None
    assert asked_wait(429, {**headers, "Retry-After": "2"}) == 2


def test_of_a_limit_by_day_and_by_minute_the_spent_one_says_how_long() -> None:
    limit = "X-Ratelimit-App-Global"
    minute = {f"{limit}-Minute-Remaining": "0", f"{limit}-Minute-Reset": "17"}
    day = {f"{limit}-Day-Remaining": "12", f"{limit}-Day-Reset": "40000"}
    assert asked_wait(429, {**minute, **day}) == 17
    assert asked_wait(429, {**minute, **day, f"{limit}-Day-Remaining": "0"}) == 40000
