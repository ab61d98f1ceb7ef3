"""E-mail addresses as mailboxes: equal text means the same mailbox, by each provider's own
rules."""

import unicodedata

import duckdb
import pyarrow as pa

from ml.identity.config import Emails
from ml.identity.functions import register

_EMAIL = "heedline_email"


def fold_email(text: str) -> str:
    """An address with non-ASCII letters in one shape: NFKC, small letters, the domain as IDNA
    (`xn--…`)."""
    text = unicodedata.normalize("NFKC", text.strip()[:320]).lower()
    local, at, domain = text.rpartition("@")
    tail = domain.rstrip("> ")
    try:
        return local + at + tail.encode("idna").decode("ascii")
    except UnicodeError:
        return text


def _fold_array(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if v is None else fold_email(v) for v in values.to_pylist()], pa.string())


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `fold_email` callable from SQL on this connection (again is harmless)."""
    register(connection, _EMAIL, _fold_array, 1)


def folded(text: str) -> str:
    """SQL: an address in small letters, Python's work only where it is not ASCII."""
    return (
        f"(case when regexp_matches({text}, '[^\\x00-\\x7f]') then {_EMAIL}({text}) "
        f"else lower(trim(left({text}, 320))) end)"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _one_of(domain: str, values: tuple[str, ...]) -> str:
    return f"{domain} in ({', '.join(_text(value) for value in values)})"


def parts(text: str) -> str:
    """SQL: {local, domain} of the address in the folded text, both empty when there is none.

    `mailto:` and a display name (`Jo <jo@x.org>`) are cut.
    """
    return (
        f"regexp_extract({text}, "
        "'([^\\s<>,;:@]+)@([^\\s<>,;:@]+\\.[^\\s<>,;:@]*[^\\s<>,;:@.])', ['local', 'domain'])"
    )


def mailbox(address: str, rules: Emails) -> str:
    """SQL: the canonical mailbox of an address ({local, domain}) by its provider's tag and dot
    rules, or null."""
    local, domain = f"{address}.local", f"{address}.domain"
    locals_, domains = [], []
    for provider in rules.providers:
        here = _one_of(domain, provider.domains)
        shape = local
        if provider.tag:
            shape = f"split_part({shape}, {_text(provider.tag)}, 1)"
        if provider.dots:
            shape = f"replace({shape}, '.', '')"
        locals_.append(f"when {here} then coalesce(nullif({shape}, ''), {local})")
        if provider.same_as:
            domains.append(f"when {here} then {_text(provider.same_as)}")
    cut = f"case {' '.join(locals_)} else {local} end" if locals_ else local
    named = f"case {' '.join(domains)} else {domain} end" if domains else domain
    return f"case when {domain} <> '' then {cut} || '@' || {named} end"


def is_role(mailbox_text: str, rules: Emails) -> str:
    """SQL: is this canonical mailbox an office's (info@, billing@, support+de@) rather than a
    person's?"""
    local = f"regexp_extract(split_part({mailbox_text}, '@', 1), '^[^+]*')"
    roles = tuple(rules.roles) or ("",)
    return f"({_one_of(local, roles)})"
