"""One person as a set of identifiers: what erasing matches by and what the proof searches for."""

import json
import re
import struct
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.ledger import Key, mailbox, normal
from connectors.mentions import ERASED, can_be_mentioned

# What may stand before a value inside JSON text or a URL, besides a plain boundary.
_ESCAPED = r"\\[nrtbf/\"]|%[0-9A-Fa-f]{2}"
_BETWEEN = r"[ ().\-/]{0,3}"


@dataclass
class Person:
    """Identifiers that are this person's alone; those shared with others are in `shared`.

    Attributes:
        customers: customer ids, present and earlier (merged) ones.
        contacts: (source system, id there).
        phones: every spelling held, and the international and national forms.
        names: full names nobody else has.
        ids: account numbers and contact ids that are told apart from other numbers in any text.
        shared: identifiers others have too, with how many: they are neither used nor removed.
    """

    request: str
    customers: list[str] = field(default_factory=list)
    contacts: list[tuple[str, str]] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    mailboxes: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    shared: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Person":
        said: dict[str, Any] = json.loads(text)
        said["contacts"] = [(system, id_) for system, id_ in said["contacts"]]
        return Person(**said)

    @staticmethod
    def from_hits(request: str, hits: set[Key]) -> "Person":
        """What a replay found of a person, of whom only digests were left."""
        found = Person(request)
        places = {
            "customer": found.customers,
            "email": found.emails,
            "phone": found.phones,
            "account": found.accounts,
            "mention": found.ids,
        }
        for kind, system, value in sorted(hits):
            if kind == "contact":
                found.contacts.append((system, value))
            elif kind in places:
                places[kind].append(value)
        return found

    def keys(self) -> list[Key]:
        """What the ledger remembers, as digests."""
        return [
            *(("customer", "", value) for value in self.customers),
            *(("contact", system, value) for system, value in self.contacts),
            *(("email", "", value) for value in self.emails),
            *(("mailbox", "", value) for value in self.mailboxes),
            *(("phone", "", value) for value in self.phones),
            *(("account", "", value) for value in self.accounts),
            *(("mention", "", value) for value in [*self.ids, *self.customers]),
        ]

    @property
    def literals(self) -> list[str]:
        """Everything searched for, as it is written; long enough to mean something."""
        found = [*self.emails, *self.names, *self.ids, *self.customers, *self.phones]
        found += [value for _, value in self.contacts if can_be_mentioned(value)]
        return sorted({value for value in found if len(value) >= 7})

    def pattern(self) -> str:
        """One regular expression (RE2 and Python, case ignored) for all of it in any text."""
        parts = [_email(value) for value in {normal("email", e) for e in self.emails}]
        parts += [_word(value, r"\w") for value in sorted({*self.ids, *self.customers})]
        parts += [_phone(digits) for digits in sorted({normal("phone", p) for p in self.phones})]
        parts += [_word(name, r"\w") for name in self.names]
        return "|".join(sorted(part for part in parts if part)) or r"[^\s\S]"

    def numbers(self) -> list[bytes]:
        """Ids that are numbers, as the eight bytes of a column of whole numbers."""
        ids = {value for value in self.ids if value.isdigit() and len(value) >= 10}
        return [struct.pack("<q", int(value)) for value in sorted(ids) if int(value) < 2**63]


def around(found: re.Match[str]) -> str:
    """The text that replaces a match: what stands beside the identifier stays."""
    text = found[0]
    escape = re.match(_ESCAPED, text)
    beside = "" if text[0].isalnum() or text[0] == "+" else text[0]
    first = escape[0] if escape else beside
    return f"{first}{ERASED}{'' if text[-1].isalnum() else text[-1]}"


def _bounded(body: str, before: str, after: str) -> str:
    return f"(?:^|[^{before}]|{_ESCAPED})(?:{body})(?:$|[^{after}])"


def _email(value: str) -> str:
    name, _, domain = value.rpartition("@")
    body = f"{re.escape(name)}(?:@|%40){re.escape(domain)}"
    return _bounded(body, r"\w.%+\-", r"\w\-")


def _word(value: str, letters: str) -> str:
    body = r"\s+".join(re.escape(part) for part in value.split())
    return _bounded(body, letters, letters)


def _phone(digits: str) -> str:
    if len(digits) < 7:
        return ""
    return _bounded(r"(?:\+|00)?" + _BETWEEN.join(digits), r"\w.\-", r"\w")


def spellings(phone: str, region: str | None) -> list[str]:
    """A number's digits as held, in the international and in the national form."""
    import phonenumbers

    found = {normal("phone", phone)}
    try:
        parsed = phonenumbers.parse(phone, region.upper() if region else None)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_possible_number(parsed):
        national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        whole = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        found |= {normal("phone", national), normal("phone", whole)}
    return sorted(found - {""})


def mailbox_of(email: str) -> str:
    """The mailbox behind an address, "" where it has none."""
    return mailbox(email)
