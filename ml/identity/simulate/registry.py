"""Style `registry`: a public register with full addresses, birth dates and national ids.

Each person has one clean entry and up to five copies, typed from forms, read by a scanner or
taken down by ear. Husbands, wives, twins and parents share addresses and surnames, so equal
addresses prove little.
"""

import numpy as np

from ml.identity.simulate.draw import Draw
from ml.identity.simulate.stock import (
    HOUSES,
    MEN,
    STREET_KINDS,
    STREETS,
    SURNAMES,
    TOWNS,
    WOMEN,
    Column,
    array,
)

STATES = ["nth", "sth", "est", "wst", "mid", "isl"]
COPIES = ((1, 0.52), (2, 0.24), (3, 0.11), (4, 0.06), (5, 0.04), (6, 0.03))
SLIPS = {
    "given_name": 0.16, "surname": 0.16, "street_number": 0.08, "address_1": 0.20,
    "address_2": 0.16, "suburb": 0.16, "postcode": 0.10, "state": 0.03, "date_of_birth": 0.09,
    "soc_sec_id": 0.07,
}  # fmt: skip
"""Share of copies in which the field is misspelled."""
MISSING = {
    "given_name": 0.03, "surname": 0.02, "street_number": 0.04, "address_1": 0.03,
    "address_2": 0.12, "suburb": 0.02, "postcode": 0.01, "state": 0.05, "date_of_birth": 0.04,
    "soc_sec_id": 0.02,
}  # fmt: skip


def people(draw: Draw, count: int) -> dict[str, Column]:
    """`count` persons, in households of one to four."""
    size = 1 + draw.below(4, count)
    home = np.repeat(np.arange(count), size)[:count]
    homes = int(home[-1]) + 1
    towns = [f"{a}{b}" for a in TOWNS for b in ("", " east", " west", " vale", " heath")]
    town = draw.below(len(towns), homes)
    road = draw.pick(STREETS, homes, 0.5) + " " + draw.pick(STREET_KINDS, homes, 0.7)
    house = draw.pick(HOUSES, homes)
    house[draw.chance(0.55, homes)] = None
    surname = draw.pick(SURNAMES, homes, 0.9)[home]
    other = draw.chance(0.25, count)
    surname[other] = draw.pick(SURNAMES, count, 0.9)[other]
    born = draw.days("1922-01-01", "2006-12-31", count)
    first = np.flatnonzero(np.diff(home, prepend=-1) == 0)
    twins = first[draw.chance(0.03, len(first))]
    born[twins] = born[twins - 1]
    surname[twins] = surname[twins - 1]
    states = draw.below(len(STATES), len(towns))
    return {
        "given_name": np.where(
            draw.chance(0.5, count), draw.pick(MEN, count, 0.7), draw.pick(WOMEN, count, 0.7)
        ),
        "surname": surname,
        "street_number": draw.below(180, homes).astype(object)[home].astype(str).astype(object),
        "address_1": road[home],
        "address_2": house[home],
        "suburb": array(towns)[town][home],
        "postcode": (1000 + town * 23 + draw.below(4, homes)).astype(str).astype(object)[home],
        "state": array(STATES)[states[town]][home],
        "date_of_birth": array([str(day).replace("-", "") for day in born]),
        "soc_sec_id": (1_000_000 + draw.rng.choice(max(count * 3, 8_000_000), count, replace=False))
        .astype(str)
        .astype(object),
    }


def rows(draw: Draw, count: int) -> tuple[dict[str, Column], Column]:
    """About `count` entries (never fewer) and the number of the person that each belongs to."""
    persons = people(draw, count)
    sizes, shares = zip(*COPIES, strict=True)
    copies = draw.rng.choice(sizes, size=count, p=shares)
    owner = np.repeat(np.arange(count), copies)[:count]
    columns = {name: column[owner] for name, column in persons.items()}
    copy = np.flatnonzero(np.diff(owner, prepend=-1) == 0)
    _damage(draw, columns, copy)
    # The clean entry has its gaps too, and fewer of them.
    for name in columns:
        draw.blank(columns[name], MISSING[name] / 3)
    return columns, owner


def _damage(draw: Draw, columns: dict[str, Column], copy: Column) -> None:
    damaged = {name: column[copy] for name, column in columns.items()}
    for name, column in damaged.items():
        draw.mistype(column, SLIPS[name])
        draw.mistype(column, SLIPS[name] / 6)
        draw.blank(column, MISSING[name])
    count = len(copy)
    for one, other, share in (
        ("given_name", "surname", 0.05),
        ("address_1", "address_2", 0.03),
        ("suburb", "postcode", 0.01),
    ):
        swap = draw.chance(share, count)
        damaged[one][swap], damaged[other][swap] = damaged[other][swap], damaged[one][swap]
    moved = draw.chance(0.04, count)
    for name in ("street_number", "address_1", "address_2", "suburb", "postcode", "state"):
        elsewhere = damaged[name][draw.rng.permutation(count)]
        damaged[name][moved] = elsewhere[moved]
    draw.change(damaged["date_of_birth"], draw.chance(0.04, count), day_month)
    draw.change(damaged["given_name"], draw.chance(0.03, count), lambda text, *_: text[:1])
    for name, column in damaged.items():
        columns[name][copy] = column


def day_month(text: str, _place: float, _number: int) -> str:
    """YYYYMMDD with day and month in the other order, where that is a date."""
    swapped = text[:4] + text[6:8] + text[4:6]
    return swapped if text.isdigit() and len(text) == 8 and int(text[6:8]) <= 12 else text
