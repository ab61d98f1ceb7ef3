"""Address parts as comparable text: a number, a street, a building, a place."""

_ABBREVIATIONS = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "dr": "drive",
    "ln": "lane", "crt": "court", "ct": "court", "cl": "close", "cres": "crescent",
    "cr": "crescent", "pl": "place", "blvd": "boulevard", "hwy": "highway", "sq": "square",
    "tce": "terrace", "ter": "terrace", "pde": "parade", "pkwy": "parkway", "wy": "way",
    "gr": "grove", "gdns": "gardens", "mt": "mount", "apt": "apartment", "ste": "suite",
    "fl": "floor", "n": "north", "s": "south", "e": "east", "w": "west", "strasse": "street",
}  # fmt: skip


def _plain(text: str) -> str:
    return f"trim(regexp_replace({text}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"


def street(text: str) -> str:
    """SQL: the street of a folded text: abbreviations written out, its number cut, no spaces."""
    pairs = ", ".join(f"'{short}': '{full}'" for short, full in _ABBREVIATIONS.items())
    without_number = (
        f"regexp_replace(regexp_replace({text}, '\\b\\d+[a-z]?\\b', ' ', 'g'), "
        "'str\\.', 'street ', 'g')"
    )
    written_out = (
        f"list_transform(string_split({_plain(without_number)}, ' '), "
        f"lambda w: coalesce(map {{{pairs}}}[w], regexp_replace(w, 'stra(ss|ß)e$', 'street')))"
    )
    return f"nullif(array_to_string({written_out}, ''), '')"


def house_number(number: str, text: str) -> str:
    """SQL: the digits (and letter) of the number column, else the first number in the folded
    address text."""
    in_text = f"regexp_extract({text}, '\\b(\\d+[a-z]?)\\b', 1)"
    given = f"regexp_extract({number}, '(\\d+ ?[a-z]?)\\b', 1)"
    return f"nullif(ltrim(replace(coalesce(nullif({given}, ''), {in_text}), ' ', ''), '0'), '')"


def compact(text: str) -> str:
    """SQL: letters and digits only (a suburb, a building, a state, an occupation), null when
    nothing is left."""
    return f"nullif(regexp_replace({text}, '[^\\p{{L}}\\p{{N}}]+', '', 'g'), '')"


def postcode(text: str) -> str:
    """SQL: a postcode without spaces; `94105-1234` counts as 94105, `2000.0` (a spreadsheet's
    work) as 2000."""
    short = f"regexp_replace({text}, '^(\\d{{5}})-\\d{{4}}$', '\\1')"
    bare = f"regexp_replace({short}, '^(\\d+)\\.0$', '\\1')"
    return compact(bare)
