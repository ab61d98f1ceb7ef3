"""Numbers that are nobody's: orders, parcels, prices, dates, versions, serials, made up."""

import random
from collections.abc import Callable

from ml.redaction.values import digits


def _tracking(rng: random.Random) -> str:
    return rng.choice(
        [
            f"1Z{digits(rng, 3)}AA1{digits(rng, 10)}",
            f"9400 1{digits(rng, 3)} {digits(rng, 4)} {digits(rng, 4)} {digits(rng, 4)} "
            f"{digits(rng, 2)}",
            f"JD{digits(rng, 16)}",
            f"RR{digits(rng, 9)}DE",
            digits(rng, 12),
            f"0034{digits(rng, 16)}",
        ]
    )


def _day(rng: random.Random) -> str:
    y, m, d = rng.randint(2019, 2026), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(
        [
            f"{y}-{m:02d}-{d:02d}",
            f"{d:02d}.{m:02d}.{y}",
            f"{m}/{d}/{y}",
            f"{d} March {y}",
            f"{y}-{m:02d}-{d:02d} 10:45:12",
        ]
    )


NEUTRAL: dict[str, Callable[[random.Random], str]] = {
    "order": lambda r: r.choice(
        [
            digits(r, 6),
            f"{r.randint(1, 9)}{digits(r, 9)}",
            f"ORD-{digits(r, 8)}",
            f"#{digits(r, 7)}",
            f"{digits(r, 3)}-{digits(r, 7)}-{digits(r, 7)}",
        ]
    ),
    "ticket": lambda r: r.choice(
        [
            f"#{digits(r, 5)}",
            f"INC{digits(r, 7)}",
            f"{r.randint(1, 9)}{digits(r, 8)}",
            f"CASE-{digits(r, 6)}",
        ]
    ),
    "tracking": _tracking,
    "price": lambda r: r.choice(
        [
            f"${r.randint(1, 999)}.{digits(r, 2)}",
            f"{r.randint(1, 9)}.{digits(r, 3)},{digits(r, 2)} €",
            f"£{r.randint(10, 99)}",
            f"EUR {r.randint(1, 9)},{digits(r, 3)}.00",
        ]
    ),
    "day": _day,
    "version": lambda r: r.choice(
        [
            f"{r.randint(1, 20)}.{r.randint(0, 30)}.{r.randint(0, 9)}",
            f"v{r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}.{digits(r, 4)}",
            f"10.0.{digits(r, 5)}.{digits(r, 3)}",
        ]
    ),
    "number": lambda r: str(r.randint(2, 9999)),
    "serial": lambda r: r.choice(
        [
            f"SN{digits(r, 10)}",
            f"A{digits(r, 4)}-{digits(r, 4)}-X",
            f"C02{digits(r, 5)}JHD{digits(r, 1)}",
        ]
    ),
    "isbn": lambda r: f"978-3-{digits(r, 2)}-{digits(r, 6)}-{digits(r, 1)}",
}
"""Slot → maker of a number that is nobody's."""
