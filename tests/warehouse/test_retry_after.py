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
