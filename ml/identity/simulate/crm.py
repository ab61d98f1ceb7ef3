"""Style `crm`: a person's contacts in CRM, help desk, mail, telephone, shop and surveys.

Each system knows other things of a person, under other spellings; some know a mailbox or a
telephone that several people share. A few contacts share nothing with the person's others: no
method finds them.
"""

import numpy as np

from ml.identity.simulate.crm_people import people, plain
from ml.identity.simulate.draw import Draw, joined, typo
from ml.identity.simulate.stock import NICKNAMES, Column

COPIES = ((1, 0.40), (2, 0.25), (3, 0.15), (4, 0.10), (5, 0.06), (6, 0.04))
CRM, HELPDESK, MAIL, PHONE, SHOP, SURVEY = range(6)
SHARES = (0.25, 0.25, 0.15, 0.12, 0.15, 0.08)
_NICK = {name: short.split() for name, short in NICKNAMES.items()}


def rows(draw: Draw, count: int) -> tuple[dict[str, Column], Column]:
    """`count` contacts and the number of the person that each belongs to."""
    sizes, shares = zip(*COPIES, strict=True)
    owner = np.repeat(np.arange(count), draw.rng.choice(sizes, count, p=shares))[:count]
    persons = people(draw, int(owner[-1]) + 1)
    held = {name: column[owner] for name, column in persons.columns.items()}
    system = draw.rng.choice(len(SHARES), count, p=SHARES)
    main = np.diff(owner, prepend=-1) > 0
    system[main & ~np.isin(system, [CRM, HELPDESK, SHOP])] = CRM
    given, surname, name = _names(draw, held, system)
    email, phone = _email(draw, held, system), _phone(draw, held, system)
    _tie(draw, held, system, main, email, phone)
    _spell_email(draw, email)
    draw.change(
        phone, draw.chance(0.015, count), lambda t, p, n: t[:5] + typo(t[5:], p, n // 4 * 4)
    )
    draw.change(phone, system != PHONE, _spelled)
    born = _only(held["born"], np.isin(system, [SHOP, CRM]) & draw.chance(0.3, count))
    draw.mistype(born, 0.02)
    at_home = (system == SHOP) | draw.chance(0.1, count)
    address = {n: _only(held[n], at_home) for n in ("address_1", "suburb", "postcode")}
    draw.mistype(address["address_1"], 0.08)
    draw.mistype(address["postcode"], 0.03)
    company = _only(held["company"], (system == CRM) | draw.chance(0.1, count))
    draw.change(
        company, draw.chance(0.15, count), lambda text, _, n: f"{text} {('Ltd', 'Inc.')[n % 2]}"
    )
    columns = {
        "name": name, "given_name": given, "surname": surname, "emails": email, "phones": phone,
        "date_of_birth": born, **address, "company": company, "region": held["region"],
    }  # fmt: skip
    return columns, owner


def _only(column: Column, mask: Column) -> Column:
    result = column.copy()
    result[~mask] = None
    return result


def _names(draw: Draw, held: dict[str, Column], system: Column) -> tuple[Column, Column, Column]:
    """Given name and surname where a system keeps both, else one name as shown."""
    count = len(system)
    given, surname = held["given_name"].copy(), held["surname"].copy()
    style = draw.rng.random(count)
    draw.change(given, style < 0.12, lambda t, _, n: _NICK.get(t, [t])[n % len(_NICK.get(t, [t]))])
    draw.change(given, (style >= 0.12) & (style < 0.17), lambda text, *_: text[0] + ".")
    middle = (style >= 0.17) & (style < 0.21)
    draw.change(given, middle, lambda text, _, n: f"{text} {chr(97 + n % 26)}.")
    wed = draw.chance(0.01, count)
    surname[wed] = held["maiden"][wed]
    folded = draw.chance(0.4, count)
    for column in (given, surname):
        draw.change(column, folded, lambda text, *_: text if text.isascii() else plain(text))
        draw.mistype(column, 0.025)
        draw.change(column, ~draw.chance(0.05, count), lambda text, *_: text.title())
    swap = draw.chance(0.02, count)
    given[swap], surname[swap] = surname[swap], given[swap]
    shown = joined(given, surname)
    style = draw.rng.random(count)
    shown[style < 0.06] = joined(surname, given, between=", ")[style < 0.06]
    on_line = system == PHONE
    shown[on_line] = joined(surname, given)[on_line]
    draw.change(shown, on_line, lambda text, *_: text.upper())
    alone = (system == SURVEY) & draw.chance(0.7, count)
    shown[alone] = given[alone]
    unknown = (on_line & draw.chance(0.6, count)) | ((system == MAIL) & draw.chance(0.3, count))
    shown[unknown] = None
    parted = np.isin(system, [CRM, SHOP])
    surname = _only(surname, parted & ~draw.chance(0.02, count))
    return _only(given, parted & ~draw.chance(0.02, count)), surname, _only(shown, ~parted)


def _email(draw: Draw, held: dict[str, Column], system: Column) -> Column:
    count = len(system)
    email = held["private"].copy()
    which = draw.rng.random(count)
    for name, low, high in (
        ("second", 0.0, 0.05), ("work", 0.05, 0.30), ("mailbox", 0.30, 0.37),
        ("family", 0.37, 0.60),
    ):  # fmt: skip
        use = (which >= low) & (which < high) & (held[name] != None)  # noqa: E711
        email[use] = held[name][use]
    email[system == PHONE] = None
    email[np.isin(system, [CRM, HELPDESK, SHOP]) & draw.chance(0.12, count)] = None
    return email


def _tie(
    draw: Draw,
    held: dict[str, Column],
    system: Column,
    main: Column,
    email: Column,
    phone: Column,
) -> None:
    """The first contact mostly knows a person's address and mobile, most others one of the two.

    Without this, contacts of one person would share nothing and no method could join them.
    """
    own = main & (email != held["mailbox"]) & (email != held["family"])
    email[own] = held["private"][own]
    mine = main & draw.chance(0.92, len(main))
    phone[mine] = held["mobile"][mine]
    loose = (email != held["private"]) & (phone != held["mobile"]) & draw.chance(0.95, len(main))
    by_phone = loose & ((system == PHONE) | ((system != MAIL) & draw.chance(0.3, len(main))))
    phone[by_phone] = held["mobile"][by_phone]
    by_email = loose & ~by_phone
    email[by_email] = held["private"][by_email]


def _spell_email(draw: Draw, email: Column) -> None:
    style = draw.rng.random(len(email))
    draw.change(email, style < 0.05, _tagged)
    draw.change(email, (style >= 0.05) & (style < 0.09), _dotted)
    draw.change(email, (style >= 0.09) & (style < 0.17), lambda text, *_: text.title())
    draw.change(email, (style >= 0.17) & (style < 0.20), _slipped)


def _tagged(text: str, _place: float, number: int) -> str:
    """A plus tag, at hosts that know them."""
    local, _, host = text.partition("@")
    known = host in ("gmail.com", "outlook.com", "hotmail.co.uk", "icloud.com", "proton.me")
    return f"{local}+{('shop', 'news')[number % 2]}@{host}" if known else text


def _dotted(text: str, place: float, number: int) -> str:
    """Google's mail does not see dots; its users do not either."""
    local, _, host = text.partition("@")
    if host != "gmail.com" or len(local) < 3:
        return text
    at = 1 + int(place * (len(local) - 2))
    local = local.replace(".", "") if "." in local else f"{local[:at]}.{local[at:]}"
    return f"{local}@{'googlemail.com' if number % 5 == 0 else host}"


def _slipped(text: str, place: float, number: int) -> str:
    """A slip in the local part or in the domain, never at the @."""
    local, _, host = text.partition("@")
    if number % 2:
        return f"{typo(local, place, number // 2)}@{host}"
    stem, _, end = host.partition(".")
    return f"{local}@{typo(stem, place, number // 2)}.{end}"


def _phone(draw: Draw, held: dict[str, Column], system: Column) -> Column:
    count = len(system)
    phone = held["mobile"].copy()
    style = draw.rng.random(count)
    use = style < 0.2
    phone[use] = held["landline"][use]
    use = (style >= 0.2) & (style < 0.5) & (held["switchboard"] != None)  # noqa: E711
    phone[use] = held["switchboard"][use]
    phone[np.isin(system, [MAIL, SURVEY])] = None
    phone[np.isin(system, [CRM, HELPDESK, SHOP]) & draw.chance(0.35, count)] = None
    return phone


def _spelled(number: str, _place: float, how: int) -> str:
    """An E.164 number as people write it down."""
    code = 2 if number.startswith("+1") else 3
    rest = number[code:]
    nation = "" if code == 2 else "0"
    kinds = (
        number, number, f"{nation}{rest}", f"{nation}{rest[:4]} {rest[4:]}",
        f"{number[:code]} {rest[:3]} {rest[3:]}", f"({nation}{rest[:3]}) {rest[3:6]}-{rest[6:]}",
        f"{rest[:3]}.{rest[3:6]}.{rest[6:]}" if code == 2 else f"00{number[1:]}",
    )  # fmt: skip
    return kinds[how % len(kinds)]
