"""Whom style `crm` is about: persons in households and companies, and what they can be reached by.

Telephone numbers are well formed for their country (linkage reads them by the national plans) and
drawn at random; nobody is ever called or written to.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np

from ml.identity.simulate.draw import Draw
from ml.identity.simulate.stock import (
    ABROAD,
    FREE_MAIL,
    MEN,
    STREET_KINDS,
    STREETS,
    SURNAMES,
    TOWNS,
    TRADE_KINDS,
    TRADE_WORDS,
    WOMEN,
    Column,
    array,
)

REGIONS = ["GB", "US", "DE"]


@dataclass(frozen=True)
class People:
    """Columns by person; None where a person has no such thing (no company, no family mailbox)."""

    columns: dict[str, Column]

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]


def people(draw: Draw, count: int) -> People:
    """`count` persons."""
    home, second = _homes(draw, count)
    homes = int(home[-1]) + 1
    given, surname = _names(draw, count)
    surname[second] = surname[second - 1]
    born = draw.days("1940-01-01", "2007-12-31", count)
    # Next to one another in a home: couples, twins, and parents with a child of their name.
    fate = draw.rng.random(len(second))
    twins, heirs = second[fate < 0.02], second[(fate >= 0.02) & (fate < 0.06)]
    born[twins] = born[twins - 1]
    namesakes = twins[given[twins] == given[twins - 1]]
    given[namesakes] = draw.pick([*MEN[:60], *WOMEN[:60]], len(namesakes))
    given[heirs] = given[heirs - 1]
    born[heirs] = born[heirs - 1] + 9000 + draw.below(3000, len(heirs))
    region = array(REGIONS)[draw.rng.choice(3, homes, p=(0.6, 0.25, 0.15))]
    town = draw.pick(TOWNS, homes, 0.6)
    postcode = _postcodes(draw, homes)
    street = array(
        [
            f"{number} {street} {kind}"
            for number, street, kind in zip(
                1 + draw.below(150, homes),
                draw.pick(STREETS, homes),
                draw.pick(STREET_KINDS, homes),
                strict=True,
            )
        ]
    )
    company, domain, switchboard, mailbox = _companies(draw, count, region[home])
    family = array(
        [
            f"{plain(name)}.family{n}@gmail.com"
            for n, name in enumerate(surname[np.unique(home, return_index=True)[1]])
        ]
    )
    family[draw.chance(0.85, homes)] = None
    return People(
        {
            "given_name": given, "surname": surname, "maiden": draw.pick(SURNAMES, count, 0.9),
            "born": array([str(day) for day in born]),
            "region": region[home], "address_1": street[home], "suburb": town[home],
            "postcode": postcode[home], "company": company, "switchboard": switchboard,
            "mailbox": mailbox, "family": family[home],
            "mobile": numbers(draw, region[home], mobile=True),
            "landline": numbers(draw, region, mobile=False)[home],
            "private": _addresses(draw, given, surname, draw.pick(FREE_MAIL, count, 1.0)),
            "second": _addresses(draw, given, surname, draw.pick(FREE_MAIL, count, 0.5), "2"),
            "work": _addresses(draw, given, surname, domain),
        }
    )  # fmt: skip


def _homes(draw: Draw, count: int) -> tuple[Column, Column]:
    size = draw.rng.choice((1, 2, 3, 4), count, p=(0.55, 0.25, 0.1, 0.1))
    home = np.repeat(np.arange(count), size)[:count]
    return home, np.flatnonzero(np.diff(home, prepend=-1) == 0)


def _names(draw: Draw, count: int) -> tuple[Column, Column]:
    given = np.where(
        draw.chance(0.5, count), draw.pick(MEN, count, 0.7), draw.pick(WOMEN, count, 0.7)
    )
    surname = draw.pick(SURNAMES, count, 0.8)
    for place, (givens, surnames) in enumerate(ABROAD):
        rows = np.flatnonzero(draw.chance(0.03, count))
        given[rows] = draw.pick(givens.split(), len(rows), 0.5)
        surname[rows] = draw.pick(surnames.split(), len(rows), 0.5)
        # Rare surnames exist everywhere; these are put together from two of the place's own.
        pair = rows[draw.chance(0.6, len(rows))]
        ends = draw.pick(surnames.split(), len(pair))
        between = "-" if place != 4 else ""
        surname[pair] = array(
            [f"{a}{between}{b}" for a, b in zip(surname[pair], ends, strict=True)]
        )
    return given, surname


def _companies(draw: Draw, count: int, region: Column) -> tuple[Column, Column, Column, Column]:
    firms = max(1, count // 10)
    words = zip(draw.pick(TRADE_WORDS, firms), draw.pick(TRADE_KINDS, firms), strict=True)
    names = array([f"{word} {kind} {n}" for n, (word, kind) in enumerate(words)])
    domains = array([name.replace(" ", "") + ".example" for name in names])
    place = array(REGIONS)[np.arange(firms) % len(REGIONS)]
    phones = numbers(draw, place, mobile=False)
    boxes = draw.pick(["info", "office", "sales", "contact", "support", "hello"], firms)
    # A few employ many; everybody works in their own country.
    firm = (firms * draw.rng.random(count) ** 2.5).astype(int)
    firm = np.minimum(firm // len(REGIONS) * len(REGIONS), max(firms - len(REGIONS), 0))
    firm = np.minimum(firm + (region[:, None] == array(REGIONS)).argmax(axis=1), firms - 1)
    result = [c[firm] for c in (names, domains, phones, boxes + "@" + domains)]
    nowhere = draw.chance(0.55, count)
    for column in result:
        column[nowhere] = None
    return result[0], result[1], result[2], result[3]


def _addresses(
    draw: Draw, given: Column, surname: Column, domain: Column, mark: str = ""
) -> Column:
    """An e-mail address for each person with a domain, no two alike."""
    style, year = draw.rng.random(len(given)).tolist(), draw.below(99, len(given)).tolist()
    seen: dict[str, int] = {}
    result: list[str | None] = []
    for g, s, host, how, number in zip(given, surname, domain, style, year, strict=True):
        if host is None:
            result.append(None)
            continue
        g, s = plain(g), plain(s)
        local = (
            f"{g}.{s}" if how < 0.4 else f"{g[0]}{s}" if how < 0.55 else f"{g}{s}{number}"
            if how < 0.75 else f"{s}{g[0]}{number}" if how < 0.85 else f"{g}{number}" if how < 0.93
            else f"{g}_{s}"
        ) + mark  # fmt: skip
        taken = seen[f"{local}@{host}"] = seen.get(f"{local}@{host}", 0) + 1
        result.append(f"{local}{taken if taken > 1 else ''}@{host}")
    return array(result)


def plain(name: str) -> str:
    """Lower-case ASCII letters of a name, for addresses."""
    if name.isascii():
        return "".join(filter(str.isalpha, name))
    bare = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ł", "l"))
    return "".join(c for c in bare if c.isascii() and c.isalpha())


def numbers(draw: Draw, region: Column, *, mobile: bool) -> Column:
    """E.164 numbers, one per region given, well formed in that region's plan."""
    count = len(region)
    heads = {
        "GB": (["+447400", "+447801", "+447812", "+447955"], ["+442079", "+441614", "+441179"]),
        "US": (["+1212", "+1415", "+1617", "+1303"], ["+1212", "+1415", "+1617", "+1303"]),
        "DE": (["+49151", "+49160", "+49171"], ["+4930", "+4989", "+4940"]),
    }
    tails = {"GB": 6, "US": 7, "DE": 8 if mobile else 7}
    digits, which = draw.rng.integers(0, 10**8, count).tolist(), draw.below(12, count).tolist()
    result = []
    for place, number, nth in zip(region, digits, which, strict=True):
        pool = heads[place][0 if mobile else 1]
        tail = f"{number:08d}"[-tails[place] :]
        if place == "US":  # an exchange begins with 2 to 9 and is not N11
            tail = f"{2 + number % 8}3{tail[2:]}"
        elif place == "DE":
            tail = f"{2 + number % 7}{tail[1:]}"
        result.append(pool[nth % len(pool)] + tail)
    return array(result)


def _postcodes(draw: Draw, count: int) -> Column:
    areas = draw.pick(["SW", "N", "LS", "BS", "CF", "M", "EH", "YO"], count)
    parts = zip(areas, 1 + draw.below(29, count), draw.below(10, count), strict=True)
    letters = draw.pick(["AB", "CD", "EF", "GH", "JL", "NP", "QR", "ST"], count)
    return array([f"{a}{n} {d}{tail}" for (a, n, d), tail in zip(parts, letters, strict=True)])
