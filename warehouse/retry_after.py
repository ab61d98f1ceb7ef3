"""How long a server asks to be left alone, by the headers that many servers share.

What only one vendor says stands with what we know of that vendor, and is handed in.
"""

import time
from collections.abc import Callable, Mapping
from email.utils import mktime_tz, parsedate_tz

# A vendor's own headers of a refused request → seconds, or None where they say nothing.
OwnWait = Callable[[Mapping[str, str]], float | None]


def asked_wait(status: int, headers: Mapping[str, str], own: OwnWait | None = None) -> float | None:
    """Seconds the server asks us to pause: `Retry-After` (seconds or date), else, of a request
    over the limit, what the vendor's `own` headers say, else the common `X-RateLimit-Reset`."""
    text = headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    if date := parsedate_tz(text) if text else None:
        return max(0.0, mktime_tz(date) - time.time())
    if status != 429:
        return None
    asked = own(headers) if own else None
    return until_reset(headers.get("X-RateLimit-Reset", "")) if asked is None else asked


def until_reset(text: str) -> float | None:
    """Seconds until a reset time, which vendors write as seconds from now or since 1970."""
    if not text.strip().isdigit():
        return None
    reset = int(text)
    return max(0.0, reset - time.time()) if reset > 1_000_000_000 else float(reset)
