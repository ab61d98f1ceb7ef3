"""Seeded draws, and the slips with which people, clerks and scanners spell a text.

A column is a numpy array of texts, None where nothing is known; all randomness comes from one
generator per table, drawn in bulk, so a million rows take seconds and a seed gives one table.
"""

import zlib
from collections.abc import Callable

import numpy as np

from ml.identity.simulate.stock import Column, array

_NEAR = {"q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij",
         "i": "uok", "o": "ipl", "p": "ol", "a": "sqz", "s": "adwx", "d": "sfec", "f": "dgrv",
         "g": "fhtb", "h": "gjyn", "j": "hkum", "k": "jlim", "l": "kop", "z": "xas", "x": "zcsd",
         "c": "xvdf", "v": "cbfg", "b": "vngh", "n": "bmhj", "m": "njk"}  # fmt: skip
_SCANNED = [("m", "rn"), ("rn", "m"), ("cl", "d"), ("o", "0"), ("l", "1"), ("i", "l"), ("s", "5"),
            ("b", "8"), ("e", "c"), ("u", "v"), ("h", "b"), ("g", "q"), ("0", "o"), ("1", "l"),
            ("5", "s"), ("8", "b"), ("6", "b"), ("2", "z")]  # fmt: skip
_HEARD = [("ph", "f"), ("ck", "k"), ("gh", ""), ("kn", "n"), ("mac", "mc"), ("ee", "ea"),
          ("ie", "y"), ("ey", "y"), ("y", "i"), ("c", "k"), ("s", "z"), ("tt", "t"), ("ll", "l"),
          ("th", "t"), ("ou", "o"), ("f", "ph"), ("l", "ll"), ("i", "y"), ("er", "ar"),
          ("on", "en"), ("au", "or"), ("wh", "w"), ("x", "cks")]  # fmt: skip


class Draw:
    """One table's randomness."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.rng = np.random.default_rng([seed, zlib.crc32(purpose.encode())])

    def chance(self, share: float, size: int) -> Column:
        """A mask that is true for about `share` of `size` rows."""
        mask: Column = self.rng.random(size) < share
        return mask

    def below(self, top: int, size: int) -> Column:
        """Whole numbers from 0 to top - 1."""
        return self.rng.integers(0, top, size)

    def pick(self, pool: list[str], size: int, skew: float = 0.0) -> Column:
        """Texts of `pool`; with a skew the k-th is taken in proportion to 1 / (k + 3) ** skew."""
        heavy = np.cumsum((np.arange(len(pool)) + 3.0) ** -skew)
        at = np.searchsorted(heavy, self.rng.random(size) * heavy[-1])
        taken: Column = array(pool)[at]
        return taken

    def days(self, first: str, last: str, size: int) -> Column:
        """Dates (numpy days) between two ISO dates."""
        low, high = np.datetime64(first), np.datetime64(last)
        return low + self.rng.integers(0, (high - low).astype(int) + 1, size)

    def change(self, column: Column, mask: Column, slip: Callable[[str, float, int], str]) -> None:
        """Let `slip` (text, place in [0, 1), whole number) spell the masked texts, in place."""
        rows = np.flatnonzero(mask & (column != None))  # noqa: E711  elementwise
        places, numbers = self.rng.random(len(rows)), self.rng.integers(0, 1 << 30, len(rows))
        for row, place, number in zip(rows, places.tolist(), numbers.tolist(), strict=True):
            column[row] = slip(column[row], place, number)

    def mistype(self, column: Column, share: float) -> None:
        """Typographic, scanning and hearing errors in about `share` of the rows, in place."""
        kind = self.rng.random(len(column)) / share if share else np.ones(len(column))
        self.change(column, kind < 0.55, typo)
        self.change(column, (kind >= 0.55) & (kind < 0.75), scanned)
        self.change(column, (kind >= 0.75) & (kind < 1.0), heard)

    def blank(self, column: Column, share: float) -> None:
        """Forget about `share` of the rows, in place."""
        column[self.chance(share, len(column))] = None


def typo(text: str, place: float, number: int) -> str:
    """One key too many, too few, beside the right one, or two in the wrong order."""
    if not text:
        return text
    at = int(place * len(text))
    here, kind = text[at], number % 4
    if here.isdecimal():
        other = str((int(here) + 1 + number // 8 % 9) % 10)
    else:
        other = _NEAR.get(here.lower(), "e")[number // 8 % len(_NEAR.get(here.lower(), "e"))]
    if kind == 0:
        return text[:at] + other + text[at + 1 :]
    if kind == 1 and len(text) > 2:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + other + text[at:]
    at = min(at, len(text) - 2)
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :] if at >= 0 else text + other


def scanned(text: str, place: float, number: int) -> str:
    """One character misread by a machine."""
    return _replaced(text, place, number, _SCANNED)


def heard(text: str, place: float, number: int) -> str:
    """Spelled as it sounds."""
    return _replaced(text, place, number, _HEARD)


def _replaced(text: str, place: float, number: int, table: list[tuple[str, str]]) -> str:
    fitting = [pair for pair in table if pair[0] in text]
    if not fitting:
        return typo(text, place, number)
    old, new = fitting[number % len(fitting)]
    at = text.find(old, int(place * len(text)))
    at = text.find(old) if at < 0 else at
    return text[:at] + new + text[at + len(old) :]


def joined(*columns: Column, between: str = " ") -> Column:
    """Texts side by side; what is None is left out, and all None gives None."""
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return array([between.join(filter(None, row)) or None for row in rows])
