"""What is compared, and how alike two values can be: the model's fields, their levels and generic beliefs.

Each level has a condition over `_l` and `_r` columns, a label in plain words, and prior probabilities: `m` among
pairs of one person, `u` among pairs of two. The priors are judgement (typing errors, moves, second addresses), not
fitted to a labelled set; `train` moves them towards the data at hand.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One grade of likeness. `term`: the column whose frequency sharpens `u` (rare values tell more)."""

    condition: str
    label: str
    m: float
    u: float
    term: str | None = None


@dataclass(frozen=True)
class Field:
    """One comparison; the last level is "different".

    Attributes:
        missing: SQL condition under which the field says nothing.
        needs: prepared columns, any of which must be filled somewhere for the field to exist.
        household, office: most bits that likeness here counts when the alternative is another member of the
            same household, a colleague at the same office. 0: shared by nature; None: no limit.
    """

    name: str
    missing: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    household: float | None
    office: float | None


def _null(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


def _near(column: str, likeness: float, edits: int, least: int = 4) -> str:
    """Alike by Jaro-Winkler, or a few edits apart in a word long enough to bear them."""
    return (
        f"(jaro_winkler_similarity({column}_l, {column}_r) >= {likeness} or "
        f"(least(length({column}_l), length({column}_r)) >= {least} and damerau_levenshtein({column}_l, {column}_r) <= {edits}))"
    )


_SWAPPED = "given_l = surname_r and surname_l = given_r"
_YMD_L, _YMD_R = "strftime(dob_l, '%Y%m%d')", "strftime(dob_r, '%Y%m%d')"
_SAME_STREET = "(street_l = street_r or street_l = building_r or building_l = street_r)"

GIVEN = Field(
    "given name", _null("given"), ("given",),
    (
        Level(_same("given"), "same given name", 0.62, 0.004, "given"),
        Level(_SWAPPED, "given name and surname swapped", 0.015, 2e-5),
        Level("list_has_any(given_roots_l, given_roots_r)", "a short form of the same given name", 0.09, 0.003),
        Level(_near("given", 0.9, 1), "given name spelled alike", 0.13, 0.004),
        Level("(length(given_l) = 1 or length(given_r) = 1) and left(given_l, 1) = left(given_r, 1)", "same initial", 0.06, 0.004),
        Level(f"{_near('given', 0.8, 2, 5)} or starts_with(given_l, given_r) or starts_with(given_r, given_l)",
              "given name somewhat alike", 0.035, 0.02),
        Level("ELSE", "different given name", 0.05, 0.966),
    ),
    household=6, office=None,
)  # fmt: skip

SURNAME = Field(
    "surname", _null("surname"), ("surname",),
    (
        Level(_same("surname"), "same surname", 0.73, 0.001, "surname"),
        Level(_SWAPPED, "given name and surname swapped", 0.015, 2e-5),
        Level(_near("surname", 0.92, 1), "surname spelled alike", 0.13, 0.001),
        Level("list_has_any(surname_parts_l, surname_parts_r)", "part of the surname is the same", 0.03, 0.0005),
        Level(_near("surname", 0.82, 2, 5), "surname somewhat alike", 0.035, 0.01),
        Level("ELSE", "different surname", 0.06, 0.9875),
    ),
    household=0, office=None,
)  # fmt: skip

BIRTH = Field(
    "birth date", _null("dob"), ("dob",),
    (
        Level(_same("dob"), "same birth date", 0.80, 5e-5, "dob"),
        Level("year(dob_l) = year(dob_r) and month(dob_l) = day(dob_r) and day(dob_l) = month(dob_r)",
              "birth day and month swapped", 0.02, 3e-5),
        Level(f"damerau_levenshtein({_YMD_L}, {_YMD_R}) <= 1", "birth date differs in one digit", 0.08, 0.0012),
        Level("year(dob_l) = year(dob_r) and (strftime(dob_l, '%m%d') = '0101' or strftime(dob_r, '%m%d') = '0101')",
              "same birth year, day unknown", 0.01, 0.0005),
        Level(f"damerau_levenshtein({_YMD_L}, {_YMD_R}) <= 2 and (year(dob_l) = year(dob_r) or "
              "strftime(dob_l, '%m%d') = strftime(dob_r, '%m%d'))", "birth date differs in two digits", 0.04, 0.006),
        Level("year(dob_l) = year(dob_r) or strftime(dob_l, '%m%d') = strftime(dob_r, '%m%d')",
              "birth date agrees in part", 0.02, 0.012),
        Level("ELSE", "different birth date", 0.03, 0.98),
    ),
    household=4.6, office=None,
)  # fmt: skip

EMAIL = Field(
    "e-mail", _null("email"), ("email",),
    (
        Level("list_has_any(emails_l, emails_r)", "same e-mail address", 0.6, 1e-6),
        Level("length(split_part(email_l, '@', 1)) >= 5 and split_part(email_l, '@', 1) = split_part(email_r, '@', 1)",
              "same e-mail name at another provider", 0.07, 2e-5),
        Level("damerau_levenshtein(email_l, email_r) <= 2", "e-mail address misspelled", 0.08, 5e-6),
        Level("jaro_winkler_similarity(split_part(email_l, '@', 1), split_part(email_r, '@', 1)) >= 0.9",
              "e-mail address alike", 0.05, 0.003),
        Level("ELSE", "different e-mail address", 0.2, 0.997),
    ),
    household=4, office=5,
)  # fmt: skip

PHONE = Field(
    "phone", _null("phone"), ("phone",),
    (
        Level("list_has_any(phones_l, phones_r)", "same phone number", 0.65, 1e-6),
        Level("right(phone_l, 8) = right(phone_r, 8) or damerau_levenshtein(phone_l, phone_r) <= 1", "phone number misspelled", 0.08, 2e-5),
        Level("ELSE", "different phone number", 0.27, 0.99998),
    ),
    household=2, office=3,
)  # fmt: skip

STREET = Field(
    "street", "(street_l is null and building_l is null) or (street_r is null and building_r is null) or "
    "(street_l is null and street_r is null)", ("street",),
    (
        Level(f"{_SAME_STREET} and house_number_l = house_number_r", "same street and number", 0.55, 2e-5, "address_line"),
        Level(_SAME_STREET, "same street", 0.13, 5e-4, "street"),
        Level(f"house_number_l = house_number_r and {_near('street', 0.88, 2, 6)}", "same number, street spelled alike", 0.12, 3e-5),
        Level(_near("street", 0.9, 2, 7), "street spelled alike", 0.06, 0.002),
        Level("ELSE", "different street", 0.14, 0.9975),
    ),
    household=0, office=0,
)  # fmt: skip

BUILDING = Field(
    "building", _null("building"), ("building",),
    (
        Level(_same("building"), "same building", 0.65, 0.001, "building"),
        Level(_near("building", 0.88, 2, 6), "building spelled alike", 0.18, 0.003),
        Level("ELSE", "different building", 0.17, 0.996),
    ),
    household=0, office=0,
)  # fmt: skip

PLACE = Field(
    "place", "(postcode_l is null or postcode_r is null) and (suburb_l is null or suburb_r is null)",
    ("postcode", "suburb"),
    (
        Level("postcode_l = postcode_r and suburb_l = suburb_r", "same town and postcode", 0.5, 5e-4, "place"),
        Level(f"(postcode_l = postcode_r and {_near('suburb', 0.86, 2, 5)}) or (suburb_l = suburb_r and "
              "damerau_levenshtein(postcode_l, postcode_r) <= 1)", "town and postcode alike", 0.14, 2e-4),
        Level(_same("postcode"), "same postcode", 0.1, 0.002, "postcode"),
        Level(_same("suburb"), "same town", 0.09, 0.01, "suburb"),
        Level(f"{_near('suburb', 0.88, 2, 6)} or damerau_levenshtein(postcode_l, postcode_r) <= 1", "town or postcode alike", 0.05, 0.01),
        Level("length(postcode_l) >= 4 and left(postcode_l, 2) = left(postcode_r, 2)", "neighbouring postcode", 0.03, 0.03),
        Level("ELSE", "different place", 0.09, 0.947),
    ),
    household=0, office=0,
)  # fmt: skip

COMPANY = Field(
    "company", _null("company"), ("company",),
    (
        Level(_same("company"), "same company", 0.75, 0.003, "company"),
        Level(f"{_near('company', 0.92, 1, 5)} or starts_with(company_l, company_r) or starts_with(company_r, company_l)",
              "company spelled alike", 0.1, 0.003),
        Level("ELSE", "different company", 0.15, 0.994),
    ),
    household=0, office=0,
)  # fmt: skip

NATIONAL_ID = Field(
    "national id", _null("national_id"), ("national_id",),
    (
        Level(_same("national_id"), "same national id", 0.85, 1e-7),
        Level("length(national_id_l) >= 5 and damerau_levenshtein(national_id_l, national_id_r) <= 1", "national id differs in one digit", 0.09, 1e-5),
        Level("length(national_id_l) >= 7 and damerau_levenshtein(national_id_l, national_id_r) <= 2", "national id differs in two digits", 0.03, 6e-4),
        Level("ELSE", "different national id", 0.03, 0.999),
    ),
    household=None, office=None,
)  # fmt: skip

KEYS = Field(
    "identifier", _null("keys"), ("keys",),
    (
        Level("list_has_any(keys_l, keys_r)", "same identifier in another system", 0.5, 1e-8),
        Level("list_has_any(list_transform(coalesce(exclusive_keys_l, []), lambda k: split_part(k, ':', 1)), "
              "list_transform(coalesce(exclusive_keys_r, []), lambda k: split_part(k, ':', 1)))",
              "two different identifiers of one system", 0.005, 0.5),
        Level("ELSE", "identifiers of different systems", 0.495, 0.5),
    ),
    household=None, office=None,
)  # fmt: skip

BIRTH_PLACE = Field(
    "birth place", _null("birth_place"), ("birth_place",),
    (
        Level(_same("birth_place"), "same birth place", 0.75, 0.01, "birth_place"),
        Level(_near("birth_place", 0.9, 2, 6), "birth place spelled alike", 0.1, 0.01),
        Level("ELSE", "different birth place", 0.15, 0.98),
    ),
    household=1, office=None,
)  # fmt: skip

OCCUPATION = Field(
    "occupation", _null("occupation"), ("occupation",),
    (
        Level(_same("occupation"), "same occupation", 0.7, 0.04, "occupation"),
        Level("ELSE", "different occupation", 0.3, 0.96),
    ),
    household=None, office=0,
)  # fmt: skip

GENDER = Field(
    "gender", _null("gender"), ("gender",),
    (
        Level(_same("gender"), "same gender", 0.97, 0.5),
        Level("ELSE", "different gender", 0.03, 0.5),
    ),
    household=None, office=None,
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

HOUSEHOLD_BITS, OFFICE_BITS = 2.6, 3.0
"""How many bits rarer a shared-address pair of two persons is than a pair of one: below this, nothing personal
speaks for one person and a person decides."""

TERMS = {
    "given": "given", "surname": "surname", "dob": "strftime(dob, '%Y%m%d')", "street": "street",
    "address_line": "house_number || '|' || street", "building": "building", "postcode": "postcode",
    "suburb": "suburb", "place": "postcode || '|' || suburb", "company": "company", "birth_place": "birth_place",
    "occupation": "occupation",
}  # fmt: skip
"""Columns whose frequencies are counted, as expressions over a prepared record."""
