"""Made-up values for the evaluation: each right by its own arithmetic, none a real person's.

Written apart from the rules that are to find them; the checksums are implemented a second time
here.
"""

import random
import string
from collections.abc import Callable

_GIVEN = """
Jane Amina Katharina Björn Lakshmi Étienne Yuki Min-jun Oluwaseun Siobhán Priya Carlos Zoë
Dmitri Fatima Liam Noor Hannah Mateo Ingrid Tomasz Aoife Rajesh Chloé Søren Imani Kwame
Beatriz Giovanni Xiaoming
""".split()  # noqa: SIM905
_SURNAMES = """
Doe Okafor O'Brien Müller Iyer Lefèvre Tanaka Park Adebayo Murphy Sharma García Vandenberg
Petrov Haddad Whitfield Rahman Schneider Fernández Lindqvist Kowalski Byrne Patel Dubois
Nielsen Mwangi Mensah Almeida Rossi Chen
""".split()  # noqa: SIM905
_WORDS = """
sun leaf blue maple river hiking fox stone quiet happy orbit cedar lemon
""".split()  # noqa: SIM905
_DOMAINS = """
mailbox.example inboxly.example acme-corp.com web.de uni-koeln.de bigpond.net.au
btinternet.co.uk gmail.com correo.es mail.internal müller-gmbh.de
""".split()  # noqa: SIM905


def digits(rng: random.Random, count: int) -> str:
    """`count` digits."""
    return "".join(rng.choice(string.digits) for _ in range(count))


def _luhn(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number // 10 + number % 10
    return body + str(-total % 10)


def _grouped(number: str, sizes: tuple[int, ...], separator: str) -> str:
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return separator.join([*groups, number[at:]] if number[at:] else groups)


def name(rng: random.Random) -> str:
    return f"{rng.choice(_GIVEN)} {rng.choice(_SURNAMES)}"


def given(rng: random.Random) -> str:
    return rng.choice(_GIVEN)


def email(rng: random.Random) -> str:
    first = rng.choice(_GIVEN).lower().replace("-", "")
    last = rng.choice(_SURNAMES).lower().replace("'", "")
    local = rng.choice(
        [
            f"{first}.{last}",
            f"{first}{digits(rng, 3)}",
            f"{first[0]}_{last}",
            f"{last}+shop",
            f"{first}-{last}",
            f"{first}'{last}",
        ]
    )
    address = f"{local}@{rng.choice(_DOMAINS)}"
    return rng.choice([address, address, address.upper(), address.title()])


def phone(rng: random.Random) -> str:
    us = f"{rng.choice(['212', '415', '303', '617', '512'])}{rng.randint(2, 9)}{digits(rng, 6)}"
    gb_mobile = f"07{rng.choice('4579')}{digits(rng, 8)}"
    de = f"0{rng.choice(['30', '89', '40', '221'])}{rng.randint(2, 9)}{digits(rng, 6)}"
    return rng.choice(
        [
            f"+1 {us[:3]} {us[3:6]} {us[6:]}",
            f"({us[:3]}) {us[3:6]}-{us[6:]}",
            f"{us[:3]}-{us[3:6]}-{us[6:]}",
            f"{us[:3]}.{us[3:6]}.{us[6:]}",
            f"+1{us}",
            f"{gb_mobile[:5]} {gb_mobile[5:]}",
            f"+44 {gb_mobile[1:5]} {gb_mobile[5:]}",
            f"020 {rng.choice('378')}{digits(rng, 3)} {digits(rng, 4)}",
            de,
            f"+49 (0){de[1:]}",
            f"{de[:4]}/{de[4:]}",
            f"0049 {de[1:]}",
            f"06 {_grouped(digits(rng, 8), (2, 2, 2), ' ')}",
            f"+33 6 {_grouped(digits(rng, 8), (2, 2, 2), ' ')}",
            f"6{digits(rng, 2)} {digits(rng, 3)} {digits(rng, 3)}",
            f"+34 6{_grouped(digits(rng, 8), (2, 3), ' ')}",
            f"+91 9{digits(rng, 4)} {digits(rng, 5)}",
            f"04{digits(rng, 2)} {digits(rng, 3)} {digits(rng, 3)}",
            f"+61 4{digits(rng, 2)} {digits(rng, 3)} {digits(rng, 3)}",
        ]
    )


def card(rng: random.Random) -> str:
    visa = _luhn("4" + digits(rng, 14))
    master = _luhn(f"5{rng.randint(1, 5)}" + digits(rng, 13))
    amex = _luhn(f"3{rng.choice('47')}" + digits(rng, 12))
    return rng.choice(
        [
            visa,
            _grouped(visa, (4, 4, 4), " "),
            _grouped(master, (4, 4, 4), "-"),
            master,
            _grouped(amex, (4, 6), " "),
            amex,
        ]
    )


def iban(rng: random.Random) -> str:
    country, body = rng.choice(
        [
            ("DE", digits(rng, 18)),
            ("GB", "NWBK" + digits(rng, 14)),
            ("ES", digits(rng, 20)),
            ("AT", digits(rng, 16)),
            ("NL", "ABNA" + digits(rng, 10)),
            ("FR", digits(rng, 10) + "0" + digits(rng, 10) + "42"),
            ("BE", digits(rng, 12)),
        ]
    )
    number = "".join(str(int(c, 36)) for c in body + country + "00")
    whole = f"{country}{98 - int(number) % 97:02d}{body}"
    return rng.choice(
        [whole, " ".join(whole[i : i + 4] for i in range(0, len(whole), 4)), whole.lower()]
    )


def _nif(rng: random.Random) -> str:
    number = digits(rng, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def _insee(rng: random.Random) -> str:
    born = f"{digits(rng, 2)}{rng.randint(1, 12):02d}{rng.randint(1, 95):02d}"
    body = f"{rng.choice('12')}{born}{digits(rng, 6)}"
    whole = body + f"{97 - int(body) % 97:02d}"
    return rng.choice([whole, _grouped(whole, (1, 2, 2, 2, 3, 3), " ")])


def proven_id(rng: random.Random) -> str:
    """An id whose form or check tells it from other numbers, also without a word before it."""
    return rng.choice(
        [
            f"{rng.randint(101, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
            f"{rng.choice('ABCEHJ')}{rng.choice('ABCEHJ')} "
            f"{_grouped(digits(rng, 6), (2, 2), ' ')} {rng.choice('ABCD')}",
            _nif(rng),
            _insee(rng),
        ]
    )


def named_id(rng: random.Random) -> str:
    """A word and an id, which only the word tells: the checks of some do not hold."""
    return rng.choice(
        [
            f"SSN {rng.randint(101, 665)}{digits(rng, 6)}",
            f"Steuer-ID {rng.randint(1, 9)}{digits(rng, 10)}",
            f"Aadhaar number {_grouped('2' + digits(rng, 11), (4, 4), ' ')}",
            f"TFN: {_grouped(digits(rng, 9), (3, 3), ' ')}",
            f"Medicare {_grouped('2' + digits(rng, 9), (4, 5), ' ')}",
            f"passport no. {rng.choice('CPX')}{digits(rng, 8)}",
            f"NHS number is {_grouped(digits(rng, 10), (3, 3), ' ')}",
            f"PESEL {digits(rng, 11)}",
        ]
    )


def ip(rng: random.Random) -> str:
    four = ".".join(str(rng.randint(1, 254)) for _ in range(4))
    six = ":".join(f"{rng.randint(4096, 65535):x}" for _ in range(8))
    return rng.choice([four, four, six, f"2001:db8::{rng.randint(1, 9999):x}"])


def address(rng: random.Random) -> str:
    n, given_name, surname = rng.randint(1, 240), rng.choice(_GIVEN), rng.choice(_SURNAMES)
    plain = surname.replace("'", "")
    return rng.choice(
        [
            f"{n} {plain} Street, Springfield, IL {digits(rng, 5)}",
            f"{n} North {plain} Ave, Apt {rng.randint(1, 40)}",
            f"{n}b {plain} Road, London SW{rng.randint(1, 9)}A {rng.randint(1, 9)}AA",
            f"{plain}straße {n}, {digits(rng, 5)} Köln",
            f"Am {plain}berg {n}",
            f"Lange {plain}gasse {n}a",
            f"Calle de {given_name.title()} {n}, {digits(rng, 5)} Sevilla",
            f"Avenida {plain} {n}",
            f"{n} rue de {plain}, {digits(rng, 5)} Lyon",
            f"{plain} Dr {n}",
            f"{n} Old {plain} Lane",
            f"P.O. Box {digits(rng, 4)}",
        ]
    )


def password(rng: random.Random) -> str:
    word = rng.choice(_WORDS)
    return rng.choice(
        [
            f"{word.title()}{digits(rng, 4)}!",
            f"{word}{digits(rng, 2)}",
            f"{word}_{rng.choice(_WORDS)}#{digits(rng, 2)}",
            f"P@ss{digits(rng, 3)}",
        ]
    )


def key(rng: random.Random) -> str:
    letters = string.ascii_letters + string.digits
    token = "".join(rng.choice(letters) for _ in range(36))
    return rng.choice(
        [
            f"sk_live_{token[:24]}",
            f"ghp_{token}",
            "AKIA" + "".join(rng.choice(string.ascii_uppercase + string.digits) for _ in range(16)),
            f"xoxb-{digits(rng, 11)}-{token[:24]}",
            f"eyJ{token[:20]}.eyJ{token}.{token[::-1]}",
        ]
    )


def pin(rng: random.Random) -> str:
    return digits(rng, rng.choice([4, 6]))


VALUES: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "name": ("NAME", name),
    "given": ("NAME", given),
    "email": ("EMAIL", email),
    "phone": ("PHONE", phone),
    "card": ("CARD", card),
    "iban": ("IBAN", iban),
    "id": ("NATIONAL_ID", proven_id),
    "named_id": ("NATIONAL_ID", named_id),
    "ip": ("IP", ip),
    "address": ("ADDRESS", address),
    "password": ("SECRET", password),
    "key": ("SECRET", key),
    "pin": ("SECRET", pin),
}
"""Slot of a template → kind and maker of its value."""
