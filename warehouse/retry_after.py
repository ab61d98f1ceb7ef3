"""How long a server asks to be left alone."""

import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz


def asked_wait(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks us to pause: `Retry-After` (seconds or date), else a reset time."""
    text = headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    if date := parsedate_tz(text) if text else None:
        return max(0.0, mktime_tz(date) - time.time())
    # X writes the same header with one more hyphen.
    reset = (headers.get("X-RateLimit-Reset") or headers.get("X-Rate-Limit-Reset") or "").strip()
    if status == 429 and reset.isdigit():
        seconds = int(reset) - time.time() if int(reset) > 1_000_000_000 else float(reset)
        return max(0.0, seconds)
    return None
