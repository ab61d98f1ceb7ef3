"""How long a server asks to be left alone."""

import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz


def asked_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks us to pause: `Retry-After` (seconds or date), else a reset time,
    else the stretch of time that its limit is counted over (HubSpot tells only that)."""
    text = headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    if date := parsedate_tz(text) if text else None:
        return max(0.0, mktime_tz(date) - time.time())
    reset = _reset_time(headers)
    if status == 429 and reset.isdigit():
        seconds = int(reset) - time.time() if int(reset) > 1_000_000_000 else float(reset)
        return max(0.0, seconds)
    interval = headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "").strip()
    return int(interval) / 1000 if status == 429 and interval.isdigit() else None


def _reset_time(headers: Mapping[str, str]) -> str:
    # X writes the common header with one more hyphen.
    names = ("X-RateLimit-Reset", "X-Rate-Limit-Reset", "X-AircallApi-Reset")
    named = next((headers[name] for name in names if headers.get(name)), "")
    return named.strip() or _reset_of_spent_limit(headers)


def _reset_of_spent_limit(headers: Mapping[str, str]) -> str:
    """Of a limit counted by day and by minute (SurveyMonkey): seconds until the spent one ends."""
    for window in ("Day", "Minute"):
        limit = f"X-Ratelimit-App-Global-{window}"
        if headers.get(f"{limit}-Remaining", "").strip() == "0":
            return headers.get(f"{limit}-Reset", "").strip()
    return ""
