# ruff: noqa: E501 (a table: one level a line)
"""What is compared, and how alike two values can be: the model's fields, their levels and generic
beliefs.

Each level has a condition over `_l` and `_r` columns, a label in plain words, and prior
probabilities: `m` among
pairs of one person, `u` among pairs of two. The priors are judgement (typing errors, moves, second
addresses), not
fitted to a labelled set; `train` moves them towards the data at hand.
"""

from ml.identity.likeness import (
    NOTHING,
    SHARED_HOME,
    Field,
    Level,
    any_to,
    digits,
    near,
    null,
    same,
)

_SWAPPED = "jaro_winkler_similarity(given_l, surname_r) >= 0.85 and jaro_winkler_similarity(surname_l, given_r) >= 0.85"
"""Given name and surname in each other's place, typing errors allowed; names alike by themselves
come first."""
_SAME_STREET = "(street_l = street_r or street_l = building_r or building_l = street_r)"

GIVEN = Field(
    "given name", null("given"), ("given",),
    (
        Level(same("given"), "same given name", 0.62, 0.004, "given"),
        Level(_SWAPPED, "given name and surname swapped", 0.015, 2e-5),
        Level("list_has_any(given_roots_l, given_roots_r)", "a short form of the same given name", 0.09, 0.003),
        Level(near("given", 0.9, 1), "given name spelled alike", 0.13, 0.004),
        Level("(length(given_l) = 1 or length(given_r) = 1) and left(given_l, 1) = left(given_r, 1)", "same initial", 0.06, 0.004),
        Level(f"{near('given', 0.8, 2, 5)} or starts_with(given_l, given_r) or starts_with(given_r, given_l) "
              "or (length(given_r) >= 3 and contains(given_l, given_r)) or (length(given_l) >= 3 "
              "and contains(given_r, given_l)) "
              "or left(given_l, 2) = left(given_r, 2) or given_l = surname_r or surname_l = "
              "given_r",
              "given name somewhat alike", 0.05, 0.04),
        Level("ELSE", "different given name", 0.05, 0.966),
    ),
    {"household": any_to(6), "namesake": any_to(0)},
)  # fmt: skip

SURNAME = Field(
    "surname", null("surname"), ("surname",),
    (
        Level(same("surname"), "same surname", 0.73, 0.001, "surname"),
        Level(_SWAPPED, "given name and surname swapped", 0.015, 2e-5),
        Level(near("surname", 0.92, 1), "surname spelled alike", 0.13, 0.001),
        Level("list_has_any(surname_parts_l, surname_parts_r)", "part of the surname is the same", 0.03, 0.0005),
        Level(f"{near('surname', 0.82, 2, 5)} or given_l = surname_r or surname_l = given_r",
              "surname somewhat alike", 0.035, 0.01),
        Level("ELSE", "different surname", 0.06, 0.9875),
    ),
    {"household": (-2.5, 0.0), "namesake": any_to(0)},
)  # fmt: skip

_DAY_UNKNOWN = "(born_l like '%0101' or born_r like '%0101')"
"""1 January is what systems write when only the year is known."""

BIRTH = Field(
    "birth date", null("born"), ("born",),
    (
        Level(same("born"), "same birth date", 0.80, 5e-5, "born"),
        Level("born_l[:4] = born_r[:4] and born_l[5:6] = born_r[7:8] and born_l[7:8] = born_r[5:6]",
              "birth day and month swapped", 0.02, 3e-5),
        Level(f"born_l[:4] = born_r[:4] and {_DAY_UNKNOWN}", "same birth year, day unknown", 0.01, 0.0005),
        Level(f"not {_DAY_UNKNOWN} and case when length(born_l) = length(born_r) then hamming(born_l, born_r) <= 2 else true end "
              "and damerau_levenshtein(born_l, born_r) <= 1",
              "birth date differs in one digit", 0.08, 0.0012),
        Level(f"not {_DAY_UNKNOWN} and born_l[:4] = born_r[:4] and case when length(born_l) = length(born_r) "
              "then hamming(born_l, born_r) <= 2 else false end",
              "birth day or month differs", 0.03, 0.006),
        Level(f"not {_DAY_UNKNOWN} and (born_l[:4] = born_r[:4] or born_l[5:] = born_r[5:])",
              "birth date agrees in part", 0.02, 0.012),
        Level("ELSE", "different birth date", 0.04, 0.98),
    ),
    {"household": any_to(4.6)},
)  # fmt: skip

EMAIL = Field(
    "e-mail", null("email"), ("email",),
    (
        Level("list_has_any(emails_l, emails_r) and not (family_email_l or family_email_r)", "same e-mail address", 0.55, 1e-6),
        Level("list_has_any(emails_l, emails_r)", "same e-mail address, used under several names", 0.05, 1e-6, most=2),
        Level("local_l = local_r and jaro_winkler_similarity(domain_l, domain_r) >= 0.85 "
              "and damerau_levenshtein(domain_l, domain_r) <= 2", "mail provider misspelled", 0.03, 2e-6, most=4),
        Level("mailbox_of_name_l and mailbox_of_name_r", "different e-mail addresses, each made of the name", 0.2, 0.3, most=0),
        Level("length(local_l) >= 5 and local_l = local_r", "same e-mail name at another provider", 0.07, 2e-5, most=0),
        Level("jaro_winkler_similarity(email_l, email_r) >= 0.8 and email_digits_l = email_digits_r and damerau_levenshtein(email_l, email_r) <= 2",
              "e-mail address misspelled", 0.08, 5e-6, most=4),
        Level("jaro_winkler_similarity(local_l, local_r) >= 0.9", "e-mail address alike", 0.05, 0.003, most=0),
        Level("ELSE", "different e-mail address", 0.2, 0.997),
    ),
    {"household": any_to(8), "office": any_to(8)}, unless_named=2.0,
)  # fmt: skip

PHONE = Field(
    "phone", null("phone"), ("phone",),
    (
        Level("list_has_any(phones_l, phones_r) and not (family_phone_l or family_phone_r)", "same phone number", 0.55, 1e-6),
        Level("list_has_any(phones_l, phones_r)", "same phone number, used under several names", 0.1, 1e-6, most=1),
        Level("(starts_with(phone_l, '~') or starts_with(phone_r, '~')) and right(phone_l, 8) = right(phone_r, 8)",
              "same phone number, without its country", 0.03, 2e-7),
        Level(f"right(phone_l, 8) = right(phone_r, 8) or {digits('phone', 1)}", "phone number misspelled", 0.08, 2e-5, most=2),
        Level("ELSE", "different phone number", 0.27, 0.99998),
    ),
    {"household": any_to(6), "office": any_to(6)}, unless_named=1.0,
)  # fmt: skip

STREET = Field(
    "street", "(street_l is null and building_l is null) or (street_r is null and building_r is null) or "
    "(street_l is null and street_r is null)", ("street",),
    (
        Level(f"{_SAME_STREET} and house_number_l = house_number_r", "same street and number", 0.55, 2e-5, "address_line"),
        Level(_SAME_STREET, "same street", 0.13, 5e-4, "street"),
        Level(f"house_number_l = house_number_r and {near('street', 0.88, 2, 6)}", "same number, street spelled alike", 0.12, 3e-5),
        Level(near("street", 0.9, 2, 7), "street spelled alike", 0.06, 0.002),
        Level("ELSE", "different street", 0.14, 0.9975),
    ),
    SHARED_HOME,
)  # fmt: skip

BUILDING = Field(
    "building", null("building"), ("building",),
    (
        Level(same("building"), "same building", 0.65, 0.001, "building"),
        Level(near("building", 0.88, 2, 6), "building spelled alike", 0.18, 0.003),
        Level("ELSE", "different building", 0.17, 0.996),
    ),
    SHARED_HOME,
)  # fmt: skip

PLACE = Field(
    "place", "(postcode_l is null or postcode_r is null) and (suburb_l is null or suburb_r is null)",
    ("postcode", "suburb"),
    (
        Level("postcode_l = postcode_r and suburb_l = suburb_r", "same town and postcode", 0.5, 5e-4, "place"),
        Level(f"(postcode_l = postcode_r and {near('suburb', 0.86, 2, 5)}) or (suburb_l = suburb_r and "
              f"{digits('postcode', 1)})", "town and postcode alike", 0.14, 2e-4),
        Level(same("postcode"), "same postcode", 0.1, 0.002, "postcode"),
        Level(same("suburb"), "same town", 0.09, 0.01, "suburb"),
        Level(f"{near('suburb', 0.88, 2, 6)} or {digits('postcode', 1)}", "town or postcode alike", 0.05, 0.01),
        Level("length(postcode_l) >= 4 and left(postcode_l, 2) = left(postcode_r, 2)", "neighbouring postcode", 0.03, 0.03),
        Level("ELSE", "different place", 0.09, 0.947),
    ),
    SHARED_HOME,
)  # fmt: skip

COMPANY = Field(
    "company", null("company"), ("company",),
    (
        Level(same("company"), "same company", 0.75, 0.003, "company"),
        Level(f"{near('company', 0.92, 1, 5)} or starts_with(company_l, company_r) or starts_with(company_r, company_l)",
              "company spelled alike", 0.1, 0.003),
        Level("ELSE", "different company", 0.15, 0.994),
    ),
    SHARED_HOME,
)  # fmt: skip

NATIONAL_ID = Field(
    "national id", null("national_id"), ("national_id",),
    (
        Level(same("national_id"), "same national id", 0.85, 1e-7),
        Level(f"length(national_id_l) >= 5 and {digits('national_id', 1)}", "national id differs in one digit", 0.09, 1e-5),
        Level(f"length(national_id_l) >= 7 and {digits('national_id', 2)}", "national id differs in two digits", 0.03, 6e-4),
        Level("ELSE", "different national id", 0.03, 0.999),
    ),
    {},
)  # fmt: skip

_KINDS_L, _KINDS_R = (
    f"list_transform(coalesce(exclusive_keys_{side}, []), lambda k: split_part(k, ':', 1))"
    for side in "lr"
)
KEYS = Field(
    "identifier",
    f"{null('keys')} or not (list_has_any(keys_l, keys_r) or list_has_any({_KINDS_L}, {_KINDS_R}))", ("keys",),
    (
        Level("list_has_any(keys_l, keys_r)", "same identifier in another system", 1 - 1e-6, 1e-8),
        Level("ELSE", "two different identifiers of one system", 1e-6, 1.0),
    ),
    {},
)  # fmt: skip

BIRTH_PLACE = Field(
    "birth place", null("birth_place"), ("birth_place",),
    (
        Level(same("birth_place"), "same birth place", 0.75, 0.01, "birth_place"),
        Level(near("birth_place", 0.9, 2, 6), "birth place spelled alike", 0.1, 0.01),
        Level("ELSE", "different birth place", 0.15, 0.98),
    ),
    {"household": any_to(1)},
)  # fmt: skip

OCCUPATION = Field(
    "occupation", null("occupation"), ("occupation",),
    (
        Level(same("occupation"), "same occupation", 0.7, 0.04, "occupation"),
        Level("ELSE", "different occupation", 0.3, 0.96),
    ),
    {"office": NOTHING},
)  # fmt: skip

GENDER = Field(
    "gender", null("gender"), ("gender",),
    (
        Level(same("gender"), "same gender", 0.97, 0.5),
        Level("ELSE", "different gender", 0.03, 0.5),
    ),
    {},
)  # fmt: skip

FIELDS = (
    GIVEN,
    SURNAME,
    BIRTH,
    EMAIL,
    PHONE,
    STREET,
    BUILDING,
    PLACE,
    COMPANY,
    NATIONAL_ID,
    KEYS,
    BIRTH_PLACE,
    OCCUPATION,
    GENDER,
)
"""All comparisons; a table without a field's columns is linked by the others."""

FIXED = frozenset({"identifier"})
"""Fields whose m is not learnt: what they mean is a rule, not a habit of the data."""

TERMS = {
    "given": "given", "surname": "surname", "born": "born", "street": "street",
    "address_line": "house_number || '|' || street", "building": "building", "postcode": "postcode",
    "suburb": "suburb", "place": "postcode || '|' || suburb", "company": "company", "birth_place": "birth_place",
    "occupation": "occupation",
}  # fmt: skip
"""Columns whose frequencies are counted, as expressions over a prepared record."""
