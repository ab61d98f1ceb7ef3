"""Style `historical`: people of past centuries, as archives, reference books and parish lists
spell them.

One to twenty entries per person. Given names are shortened, joined by middle names or replaced by
an alias, titles and ranks get into the name fields, women change surname, birth dates default to
the first of January or swap day and month, postcodes are a neighbour's or another town's,
anything may be missing.
"""

import numpy as np

from ml.identity.simulate.draw import Draw, joined
from ml.identity.simulate.stock import (
    AREAS,
    MEN,
    NICKNAMES,
    RANKS,
    SURNAMES,
    TITLES,
    TOWNS,
    TRADES,
    WOMEN,
    Column,
    array,
)

_NICK = {name: short.split() for name, short in NICKNAMES.items()}


def people(draw: Draw, count: int) -> dict[str, Column]:
    """`count` persons; one in twelve is named after a parent of the same town."""
    woman = draw.chance(0.3, count)
    given = np.where(woman, draw.pick(WOMEN, count, 1.0), draw.pick(MEN, count, 1.0))
    surname = draw.pick(SURNAMES, count, 0.8)
    born = draw.days("1580-01-01", "1930-12-31", count)
    place = draw.pick(TOWNS, count, 0.8)
    area = draw.pick(AREAS, count, 0.3)
    district = array([f"{a}{n}" for a, n in zip(area, 1 + draw.below(30, count), strict=True)])
    heir = np.flatnonzero(draw.chance(0.08, count))
    heir = heir[heir > 0]
    given[heir], surname[heir], place[heir] = given[heir - 1], surname[heir - 1], place[heir - 1]
    woman[heir] = woman[heir - 1]
    born[heir] = born[heir - 1] + draw.below(7000, len(heir)) + 7300
    return {
        "given_name": given,
        "surname": surname,
        "middle": np.where(
            draw.chance(0.45, count), draw.pick(MEN, count, 0.6), array([None] * count)
        ),
        "married": draw.pick(SURNAMES, count, 0.8),
        "alias": np.where(woman, draw.pick(WOMEN, count, 0.8), draw.pick(MEN, count, 0.8)),
        "title": draw.pick(TITLES, count, 0.5),
        "rank": draw.pick(RANKS, count, 0.5),
        "woman": woman,
        "titled": draw.chance(0.15, count),
        "born": born,
        "district": district,
        "inward": _inward(draw, count),
        "suburb": place,
        "occupation": draw.pick(TRADES, count, 0.8),
    }


def _inward(draw: Draw, count: int) -> Column:
    letters = "abdefghjlnpqrstuwxyz"
    first, second = draw.below(len(letters), count), draw.below(len(letters), count)
    digit = draw.below(10, count)
    return array(
        [f"{d}{letters[a]}{letters[b]}" for d, a, b in zip(digit, first, second, strict=True)]
    )


def rows(draw: Draw, count: int) -> tuple[dict[str, Column], Column]:
    """`count` entries and the number of the person that each belongs to."""
    copies = np.minimum(draw.rng.geometric(0.16, count), 20)
    owner = np.repeat(np.arange(count), copies)[:count]
    persons = {name: column[owner] for name, column in people(draw, count).items()}
    columns = {
        "given_name": _given(draw, persons),
        "surname": _surname(draw, persons),
        "date_of_birth": _birth(draw, persons["born"]),
        "postcode": _postcode(draw, persons),
        "suburb": persons["suburb"],
        "occupation": persons["occupation"],
    }
    _rank(draw, columns, persons)
    for name, slips, missing in (
        ("given_name", 0.09, 0.03), ("surname", 0.10, 0.03), ("suburb", 0.02, 0.15),
        ("postcode", 0.05, 0.15), ("occupation", 0.0, 0.25),
    ):  # fmt: skip
        draw.mistype(columns[name], slips)
        draw.blank(columns[name], missing)
    draw.blank(columns["date_of_birth"], 0.12)
    swap = draw.chance(0.015, count)
    given, surname = columns["given_name"], columns["surname"]
    given[swap], surname[swap] = surname[swap], given[swap]
    elsewhere = draw.chance(0.05, count)
    columns["suburb"][elsewhere] = draw.pick(TOWNS, count)[elsewhere]
    return columns, owner


def _given(draw: Draw, persons: dict[str, Column]) -> Column:
    count = len(persons["given_name"])
    given = persons["given_name"].copy()
    style = draw.rng.random(count)
    short = style < 0.22
    draw.change(
        given, short, lambda text, _, n: _NICK.get(text, [text])[n % len(_NICK.get(text, "x"))]
    )
    draw.change(given, (style >= 0.22) & (style < 0.28), lambda text, *_: text[:1])
    whole = joined(given, persons["middle"])
    long = (style >= 0.28) & (style < 0.48)
    given[long] = whole[long]
    middle = (style >= 0.48) & (style < 0.51) & (persons["middle"] != None)  # noqa: E711
    given[middle] = persons["middle"][middle]
    alias = (style >= 0.51) & (style < 0.55)
    given[alias] = persons["alias"][alias]
    titled = persons["titled"] & draw.chance(0.35, count)
    given[titled] = joined(persons["title"], given)[titled]
    return given


def _surname(draw: Draw, persons: dict[str, Column]) -> Column:
    count = len(persons["surname"])
    surname = persons["surname"].copy()
    married = persons["woman"] & draw.chance(0.25, count)
    surname[married] = persons["married"][married]
    double = persons["woman"] & draw.chance(0.06, count)
    surname[double] = joined(persons["surname"], persons["married"], between="-")[double]
    return surname


def _rank(draw: Draw, columns: dict[str, Column], persons: dict[str, Column]) -> None:
    """A rank behind the name slides into the surname, alone or together with it."""
    count = len(columns["surname"])
    ranked = persons["titled"] & draw.chance(0.3, count)
    alone = ranked & draw.chance(0.3, count)
    columns["given_name"][alone] = joined(columns["given_name"], columns["surname"])[alone]
    columns["surname"][alone] = persons["rank"][alone]
    beside = ranked & ~alone
    columns["surname"][beside] = joined(columns["surname"], persons["rank"], between=", ")[beside]


def _birth(draw: Draw, born: Column) -> Column:
    style = draw.rng.random(len(born))
    year = born.astype("datetime64[Y]").astype(int) + 1970
    month = born.astype("datetime64[M]").astype(int) % 12 + 1
    day = (born - born.astype("datetime64[M]")).astype(int) + 1
    default = style < 0.15
    month[default], day[default] = 1, 1
    swap = (style >= 0.15) & (style < 0.20) & (day <= 12)
    month[swap], day[swap] = day[swap], month[swap]
    near = (style >= 0.20) & (style < 0.25)
    year[near] += draw.rng.choice((-1, 1), int(near.sum()))
    off = (style >= 0.25) & (style < 0.29)
    day[off] = 1 + draw.below(28, int(off.sum()))
    far = (style >= 0.29) & (style < 0.31)
    year[far] += draw.rng.choice((-10, 10, -20, 3), int(far.sum()))
    parts = zip(year.tolist(), month.tolist(), day.tolist(), strict=True)
    # A day too far (29 February of another year) is what a clerk would have written too.
    return array([f"{y:04d}-{m:02d}-{d:02d}" for y, m, d in parts])


def _postcode(draw: Draw, persons: dict[str, Column]) -> Column:
    count = len(persons["inward"])
    style = draw.rng.random(count)
    inward, district = persons["inward"].copy(), persons["district"].copy()
    neighbour = style < 0.35
    inward[neighbour] = _inward(draw, count)[neighbour]
    town = (style >= 0.35) & (style < 0.45)
    district[town] = draw.pick(sorted(set(district.tolist())), count)[town]
    inward[town] = _inward(draw, count)[town]
    return joined(district, inward)
