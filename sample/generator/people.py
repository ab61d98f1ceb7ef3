"""Fernhill's customers: households, companies, who they are. Writes `companies`, `people`."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sample.generator.draw import Weighted, read_yaml, salesforce_id, stream
from sample.generator.sizes import DAY, END_S, START_S, Size
from sample.generator.tables import World


@dataclass(slots=True)
class Company:
    company_id: str
    domain: str
    created_at: int
    shared_mailbox: str | None


@dataclass(slots=True)
class Person:
    """One true human. `joined` is when Fernhill first knew of them (seconds, UTC)."""

    person_id: str
    given_name: str
    surname: str
    email: str
    phone: str | None
    country: str
    language: str
    currency: str
    time_zone: str
    joined: int
    company: Company | None
    account: str  # the app's own customer number, which some systems carry as external id
    shares_phone_with: str | None = None
    is_spammer: bool = False

    @property
    def shared_mailbox(self) -> str | None:
        """The address that the colleagues at work share, if any."""
        return self.company.shared_mailbox if self.company else None


def ascii_word(text: str) -> str:
    """A name as it appears in an address: müller → mueller, josé → jose."""
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ø", "o")):
        text = text.lower().replace(letter, plain)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c.isascii() and c.isalnum())


class Population:
    """Draws people one household or company at a time until the size is reached."""

    def __init__(self, size: Size, seed: int, world: World) -> None:
        self.rng = stream(seed, "people")
        self.world = world
        self.names: dict[str, Any] = read_yaml("names")
        self.countries: dict[str, Any] = self.names["countries"]
        self.country = Weighted({k: v["weight"] for k, v in self.countries.items()})
        self.phones = {k: _numbers(self.rng, v, 2 * size.people) for k, v in self.countries.items()}
        self.used_addresses: set[str] = set()
        self.domains: set[str] = set()
        self.people: list[Person] = []
        while len(self.people) < size.people:
            if self.rng.random() < 0.11:
                self._company_with_staff()
            else:
                self._household()
        for _ in range(max(2, size.people // 250)):
            self._person(self.country.draw(self.rng), is_spammer=True)

    def _household(self) -> None:
        country = self.country.draw(self.rng)
        first = self._person(country)
        if first.phone and self.rng.random() < 0.07:
            self._person(country, family=first)

    def _company_with_staff(self) -> None:
        rng, names = self.rng, self.names
        country = self.country.draw(rng)
        while True:
            word, kind = rng.choice(names["company_words"]), rng.choice(names["company_kinds"])
            number = f" {rng.randint(2, 99)}" if f"{word}{kind}" in self.domains else ""
            name = f"{word} {kind}{number}"
            domain = f"{ascii_word(name)}.example"
            if domain not in self.domains:
                break
        self.domains |= {domain, f"{word}{kind}"}
        created = self._joined()
        number_of = len(self.world.companies)
        company = Company(
            company_id=f"C{number_of + 1:05d}",
            domain=domain,
            created_at=created,
            shared_mailbox=f"info@{domain}" if rng.random() < 0.4 else None,
        )
        segment = rng.choices(("smb", "mid", "enterprise"), (60, 28, 12))[0]
        owner = rng.choice(names["owners"])
        self.world.companies.add(
            company.company_id,
            salesforce_id(rng, "001"),
            370_000_000_000 + 17 * number_of + 101,
            name,
            domain,
            segment,
            owner,
            f"{ascii_word(owner.split()[0])}@fernhill.example",
            created,
            rng.randint(created, END_S - 1),
        )
        for _ in range(rng.choices((1, 2, 3, 4, 6), (20, 30, 25, 15, 10))[0]):
            self._person(country, company=company)

    def _person(
        self,
        country: str,
        company: Company | None = None,
        family: Person | None = None,
        is_spammer: bool = False,
    ) -> Person:
        rng, place = self.rng, self.countries[country]
        culture = self.names["cultures"][Weighted(place["cultures"]).draw(rng)]
        given = rng.choice(culture["given"])
        surname = family.surname if family else rng.choice(culture["surname"])
        town, postcode, zone = rng.choice(place["towns"])
        language = place["language"]
        if culture is self.names["cultures"]["spanish"] and rng.random() < 0.4:
            language = "es"
        shares = family is not None and rng.random() < 0.7
        phone = family.phone if family and shares else None
        if phone is None and rng.random() < 0.9:
            phone = next(self.phones[country])
        joined = self._joined()
        if company:
            joined = max(joined, company.created_at)
        person = Person(
            person_id=f"P{len(self.people) + 1:06d}",
            given_name=given,
            surname=surname,
            email=self.address(given, surname, company.domain if company else None),
            phone=phone,
            country=country,
            language=language if language in ("en", "de", "es") else "en",
            currency=place["currency"],
            time_zone=zone,
            joined=joined,
            company=company,
            account=f"FH-{200_000 + 7 * len(self.people) + rng.randint(0, 6)}",
            shares_phone_with=family.person_id if family and shares else None,
            is_spammer=is_spammer,
        )
        self.people.append(person)
        self.world.people.add(
            person.person_id,
            given,
            surname,
            person.email,
            phone,
            date(1945, 1, 1) + timedelta(days=rng.randint(0, 22_000)),
            company.company_id if company else None,
            f"{rng.choice(place['streets'])} {rng.randint(1, 240)}",
            town,
            "".join(_fill(c, rng) for c in postcode),
            country,
            language,
            zone,
            joined,
            rng.randint(joined, END_S - 1) if rng.random() < 0.55 else None,
            rng.random() < 0.04,
        )
        return person

    def address(self, given: str, surname: str, domain: str | None) -> str:
        """An unused mail address for a name."""
        rng, first, last = self.rng, ascii_word(given), ascii_word(surname)
        shape = rng.choice(
            (f"{first}.{last}", f"{first[0]}{last}", f"{first}{last}", f"{last}.{first}")
        )
        host = domain or rng.choice(self.names["mail_domains"])
        found = f"{shape}@{host}"
        while found in self.used_addresses:
            found = f"{shape}{rng.randint(2, 9999)}@{host}"
        self.used_addresses.add(found)
        return found

    def _joined(self) -> int:
        """Two thirds were customers when the sample begins; the others join during it."""
        if self.rng.random() < 0.66:
            return self.rng.randint(START_S - 900 * DAY, START_S)
        return self.rng.randint(START_S, END_S - 6 * DAY)


def _fill(pattern: str, rng: random.Random) -> str:
    if pattern == "#":
        return str(rng.randint(0, 9))
    return rng.choice("ABDEGHJLNPRSTUWXYZ") if pattern == "@" else pattern


def _numbers(rng: random.Random, place: dict[str, Any], at_most: int) -> Iterator[str]:
    """Numbers of a country's fictional ranges, each once, in random order (E.164)."""
    code, middle, digits = place["phones"]
    per_area = 10**digits
    total = len(place["areas"]) * per_area
    for drawn in rng.sample(range(total), min(total, at_most)):
        area, last = place["areas"][drawn // per_area], drawn % per_area
        yield f"{code}{area}{middle}{last:0{digits}d}".replace(" ", "")
