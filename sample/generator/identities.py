"""The records that each system keeps of a person, as unlike each other as in life.

Plus-tags, typos, second addresses, nicknames, phone spellings, shared mailboxes and duplicates;
some records can be joined only by phone, some only by the app's account number.
"""

import random
from dataclasses import dataclass, field

from sample.generator.draw import hex_id, read_yaml, salesforce_id, stream, text_id
from sample.generator.people import Person, Population, ascii_word
from sample.generator.sizes import DAY, END_S, HOUR
from sample.generator.tables import World


@dataclass(slots=True)
class Identity:
    """One record in one system; `remote_id` is that system's key."""

    system: str
    remote_id: str
    person: Person
    created_at: int


@dataclass
class Identities:
    """Records by person: `of[person_id][system]` → identities (never an empty list)."""

    of: dict[str, dict[str, list[Identity]]] = field(default_factory=dict)

    def has(self, person: Person, system: str) -> bool:
        return system in self.of[person.person_id]

    def pick(self, rng: random.Random, person: Person, system: str) -> Identity:
        return rng.choice(self.of[person.person_id][system])


# Share of people with a record, by system; everyone has at least one way to be heard.
SHARES = {"zendesk": 0.78, "intercom": 0.62, "twilio": 0.40, "email": 0.34, "survey": 0.5}
# With a record in Stripe, a person pays; without, they came by a one-off purchase or a colleague.
PAYERS = 0.82


class Registry:
    """Draws every record and writes `identities` (world and truth)."""

    def __init__(self, population: Population, seed: int, world: World) -> None:
        self.rng = stream(seed, "identities")
        self.population, self.world = population, world
        self.nicknames: dict[str, str] = read_yaml("names")["nicknames"]
        self.result = Identities()
        self.taken: set[tuple[str, str]] = set()
        self.zendesk_number = 364_000_000_000
        self.calls, self.addresses = False, list[str]()
        self.second: list[str] = []
        for person in population.people:
            self._records_of(person)

    def _records_of(self, person: Person) -> None:
        rng = self.rng
        self.result.of[person.person_id], self.addresses, self.second = {}, [], []
        if person.is_spammer:
            self._zendesk(person)
            return
        wanted = [s for s, share in SHARES.items() if rng.random() < share]
        if not {"zendesk", "intercom", "email"} & set(wanted):
            wanted.append(rng.choice(("zendesk", "intercom")))
        if person.phone is None or person.shares_phone_with:
            # A shared line has one owner in the phone system: whoever registered it.
            wanted = [s for s in wanted if s != "twilio"]
        self.calls = "twilio" in wanted
        for system in wanted:
            getattr(self, f"_{system}")(person)
        # A duplicate: wrote in from another address; half of them were merged by an agent since.
        if "zendesk" in wanted and rng.random() < 0.04:
            self._zendesk(person, duplicate_of=self.result.of[person.person_id]["zendesk"][0])
        if person.company or rng.random() < 0.2:
            self._salesforce(person)
        if rng.random() < PAYERS and not (person.company and self._company_pays_already(person)):
            self._stripe(person)

    def _company_pays_already(self, person: Person) -> bool:
        assert person.company
        key = ("payer", person.company.company_id)
        known = key in self.taken
        self.taken.add(key)
        return known

    def _zendesk(self, person: Person, duplicate_of: Identity | None = None) -> None:
        rng = self.rng
        self.zendesk_number += rng.randint(3, 4_000)
        has_account = rng.random() < 0.6
        email: str | None = (
            self._second_address(person, "zendesk")
            if duplicate_of
            else self._spelled_address(person)
        )
        shared = person.shared_mailbox
        if shared and rng.random() < 0.5:
            email = shared
        if ("zendesk", str(email)) in self.taken:
            email = self._second_address(person, "zendesk")  # Zendesk knows an address once.
        knows = rng.random() < (0.9 if self.calls else 0.45)  # agents keep a caller's number
        phone = self._spelled_phone(person) if knows or duplicate_of else None
        if not phone and rng.random() < 0.02:
            email = None  # came over social: a handle only, joined by account number or not at all
        if email:
            self.taken.add(("zendesk", email))
        merged = duplicate_of.remote_id if duplicate_of and rng.random() < 0.5 else None
        account = person.account if has_account and not duplicate_of else None
        self._add("zendesk", str(self.zendesk_number), person, email, phone, account, merged)

    def _intercom(self, person: Person) -> None:
        rng = self.rng
        account = person.account if rng.random() < 0.85 else None
        draw = rng.random()
        email: str | None = self._spelled_address(person)
        if person.shared_mailbox and rng.random() < 0.4:
            email = person.shared_mailbox
        elif account and draw < 0.12:
            email = self._second_address(person)  # joined to the rest by account number only
        elif account and draw < 0.18:
            email = None
        knows = rng.random() < (0.6 if self.calls else 0.15)
        phone = self._spelled_phone(person) if knows else None
        self._add("intercom", hex_id(rng, 24), person, email, phone, account)

    def _twilio(self, person: Person) -> None:
        assert person.phone
        # Networks hand on the caller's name for some numbers, in capitals, surname first.
        shown = ascii_word(person.surname).upper() + " " + ascii_word(person.given_name).upper()
        name = shown if self.rng.random() < 0.3 else ""
        self._add("twilio", person.phone, person, None, person.phone, None, name=name)

    def _email(self, person: Person) -> None:
        shared = person.shared_mailbox
        use_shared = shared and ("email", shared) not in self.taken and self.rng.random() < 0.5
        address = shared if use_shared and shared else self._sender(person)
        if ("email", address) in self.taken:
            address = self._second_address(person, "email")
        self.taken.add(("email", address))
        self._add("email", address, person, address, None, None)

    def _survey(self, person: Person) -> None:
        # Surveys are mailed to an address on record, and opened where it works.
        address = self.rng.choice(self.addresses) if self.addresses else self._sender(person)
        if ("survey", address) in self.taken:
            address = self._second_address(person, "survey")
        self.taken.add(("survey", address))
        self._add("survey", address, person, address, None, None)

    def _salesforce(self, person: Person) -> None:
        rng = self.rng
        shared = person.shared_mailbox
        email = shared if shared and rng.random() < 0.3 else self._spelled_address(person)
        phone = self._spelled_phone(person) if rng.random() < 0.8 else None
        account = person.account if rng.random() < 0.6 else None
        self._add("salesforce", salesforce_id(rng, "003"), person, email, phone, account)

    def _stripe(self, person: Person) -> None:
        rng = self.rng
        # The app that takes the payment writes its own number into the customer's metadata.
        account = person.account if rng.random() < 0.9 else None
        phone = self._spelled_phone(person) if rng.random() < 0.3 else None
        email = self._spelled_address(person)
        self._add("stripe", f"cus_{text_id(rng, 14)}", person, email, phone, account)

    def _add(
        self,
        system: str,
        remote_id: str,
        person: Person,
        email: str | None,
        phone: str | None,
        account: str | None,
        merged_into: str | None = None,
        name: str | None = None,
    ) -> None:
        rng = self.rng
        created = min(person.joined + rng.randint(0, 36) * HOUR, END_S - 5 * DAY)
        changed = created if rng.random() < 0.6 else rng.randint(created, END_S - 1)
        shown = self._spelled_name(person) if name is None else name
        self.world.identities.add(
            system, remote_id, person.person_id, shown, email, phone, account, created, changed,
            merged_into,
        )  # fmt: skip
        self.world.truth["identities"].add(system, remote_id, person.person_id)
        mine = self.result.of[person.person_id].setdefault(system, [])
        mine.append(Identity(system, remote_id, person, created))
        if email and self._works(email, person):
            self.addresses.append(email.lower())

    def _spelled_name(self, person: Person) -> str:
        rng, given, surname = self.rng, person.given_name, person.surname
        draw = rng.random()
        if draw < 0.12:
            given = self.nicknames.get(given, given)
        elif draw < 0.16:
            given = f"{given[0]}."
        elif draw < 0.19:
            return f"{surname}, {given}"
        elif draw < 0.23:
            return f"{given} {surname}".lower()
        elif draw < 0.25:
            return given
        return f"{given} {surname}"

    def _spelled_address(self, person: Person) -> str:
        """The person's own address, now and then tagged, mistyped or in capitals."""
        rng, (local, _, host) = self.rng, person.email.partition("@")
        draw = rng.random()
        if draw < 0.07:
            return f"{local}+{rng.choice(('fernhill', 'plants', 'shop', 'garden'))}@{host}"
        if draw < 0.10:
            i = rng.randint(1, max(1, len(host) - 10))
            return f"{local}@{host[: i - 1]}{host[i]}{host[i - 1]}{host[i + 1 :]}"
        if draw < 0.15:
            return f"{local.title()}@{host}"
        if draw < 0.20:
            return self._second_address(person)
        return person.email

    def _works(self, address: str, person: Person) -> bool:
        """Whether mail to it reaches this very person: no mistyped host, no shared mailbox."""
        hosts = {person.email.rpartition("@")[2], *self.population.names["mail_domains"]}
        return address != person.shared_mailbox and address.lower().rpartition("@")[2] in hosts

    def _sender(self, person: Person) -> str:
        """An address that mail comes from: a mail program does not mistype it."""
        spelled = self._spelled_address(person).lower()
        return spelled if self._works(spelled, person) else person.email

    def _second_address(self, person: Person, system: str = "") -> str:
        """The person's other mailbox; a third only where `system` already knows that one."""
        for address in self.second:
            if (system, address) not in self.taken:
                return address
        self.second.append(self.population.address(person.given_name, person.surname, None))
        return self.second[-1]

    def _spelled_phone(self, person: Person) -> str | None:
        """The same number as people type it: national, spaced, with 00 or dots."""
        if person.phone is None:
            return None
        number, draw = person.phone, self.rng.random()
        if number.startswith("+1"):
            area, head, tail = number[2:5], number[5:8], number[8:]
            return (
                number if draw < 0.35 else f"({area}) {head}-{tail}" if draw < 0.65
                else f"{area}.{head}.{tail}" if draw < 0.8 else f"+1 {area}-{head}-{tail}"
            )  # fmt: skip
        code, rest = number[:3], number[3:]
        if draw < 0.35:
            return number
        if draw < 0.65:
            return f"0{rest[:3]} {rest[3:]}"
        return f"{code} {rest[:3]} {rest[3:]}" if draw < 0.85 else f"00{code[1:]}{rest}"
