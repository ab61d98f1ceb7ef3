"""Contacts as comparable records: one row per record id, every column normalised by a stated rule.

`prepare` works row by row, so new contacts are prepared alone and added. Text is folded first
(`folding`), then read by kind (`names`, `dates`, `emails`, `phones`, `addresses`); what cannot be
read is null.
"""

import datetime

import duckdb

from ml.identity import addresses, emails, folding, names, phones
from ml.identity.blocking import key_columns
from ml.identity.config import IdentityConfig
from ml.identity.dates import birth_date
from ml.identity.functions import scalar

RAW_COLUMNS = (
    "record_id", "name", "given_name", "surname", "emails", "phones", "date_of_birth",
    "street_number", "address_1", "address_2", "address", "suburb", "postcode", "state",
    "country", "company", "soc_sec_id", "keys", "region", "birth_place", "occupation", "gender",
)  # fmt: skip
"""What a contacts relation may have; only record_id must be there. `emails`, `phones`, `keys`: a
list or one text
(several values separated by `;`, `|` or, but for phones, `,`); a key is `kind:value`."""

PREPARED_COLUMNS = {
    "record_id": "varchar", "given": "varchar", "given_roots": "varchar[]", "surname": "varchar",
    "surname_parts": "varchar[]", "born": "varchar", "email": "varchar", "emails": "varchar[]",
    "phone": "varchar", "phones": "varchar[]", "house_number": "varchar", "street": "varchar",
    "building": "varchar", "suburb": "varchar", "postcode": "varchar", "state": "varchar",
    "company": "varchar", "national_id": "varchar", "keys": "varchar[]", "exclusive_keys":
    "varchar[]", "birth_place": "varchar", "occupation": "varchar", "gender": "varchar",
    "mailbox_of_name": "boolean",
}  # fmt: skip
"""Columns of a prepared table; beside them `content` (a hash of all but the id) and the blocking
keys."""


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = connection.execute(f"describe select * from {relation}").fetchall()
    return {str(row[0]).lower(): str(row[1]) for row in rows}


def _raw(present: dict[str, str]) -> str:
    """Select list that gives every raw column a place and a type, absent ones as null."""

    def values(column: str, separators: str) -> str:
        if column not in present:
            return f"null::varchar[] as {column}"
        if present[column].endswith("[]"):
            return f"list_filter({column}::varchar[], lambda v: v is not null) as {column}"
        return f"string_split_regex({column}::varchar, '{separators}') as {column}"

    split = {"emails": "[;,|]", "phones": "[;|]", "keys": "[;,|]"}
    return ", ".join(
        values(column, split[column])
        if column in split
        else f"{column}::varchar as {column}"
        if column in present
        else f"null::varchar as {column}"
        for column in RAW_COLUMNS
    )


def _one_per_id(connection: duckdb.DuckDBPyConnection, contacts: str, columns: str) -> str:
    """Rows that share a record id are one contact: the fullest row speaks (ties: the smallest
    text)."""
    twice = scalar(
        connection, f"select count(*) > count(distinct record_id::varchar) from {contacts}"
    )
    rows = f"select {columns} from {contacts} where record_id is not null"
    if not twice:
        return rows
    return (
        f"select * exclude (filled, row_text) from (select raw.*, raw::varchar as row_text, "
        f"len(regexp_replace(row_text, 'NULL|[^A-Za-z0-9]', '', 'g')) as filled from ({rows}) as "
        f"raw) "
        "qualify row_number() over (partition by record_id order by filled desc, row_text) = 1"
    )


def _folded_stage(raw: str, config: IdentityConfig, today: datetime.date) -> str:
    text = [
        "name",
        "given_name",
        "surname",
        "street_number",
        "address_1",
        "address_2",
        "address",
        "suburb",
        "postcode",
        "state",
        "company",
        "soc_sec_id",
        "birth_place",
        "occupation",
        "gender",
    ]
    folded = ", ".join(f"{folding.folded(column)} as {column}" for column in text)
    region = (
        f"case when regexp_full_match(trim(region), '[A-Za-z]{{2}}') then upper(trim(region)) "
        f"when regexp_full_match(trim(country), '[A-Za-z]{{2}}') then upper(trim(country)) "
        f"else '{config.default_region}' end"
    )
    region = f"replace({region}, 'UK', 'GB')"
    return (
        f"select record_id, {folded}, {birth_date('date_of_birth', config.births, today)} as born, "
        f"list_transform(list_transform(emails, lambda v: {emails.folded('v')}), lambda v: "
        f"{emails.parts('v')}) as addresses, "
        f"phones as raw_phones, {region} as region, "
        "list_sort(list_distinct(list_transform(list_filter(keys, lambda k: trim(k) <> ''), "
        f"lambda k: lower(trim(k))))) as keys from ({raw})"
    )


def _word_stage(stage: str, config: IdentityConfig) -> str:
    """Words of every name column; the mailboxes."""
    return (
        f"select * exclude (addresses), {names.words('given_name')} as given_split, "
        f"{names.words('surname')} as surname_split, "
        f"{names.words('name')} as name_split, contains(name, ',') as comma, "
        f"{names.words('split_part(name, chr(44), 2)')} as after_comma, "
        f"{names.words('split_part(name, chr(44), 1)')} as before_comma, "
        f"list_distinct(list_filter(list_transform(addresses, lambda a: "
        f"{emails.mailbox('a', config.emails)}), "
        f"lambda m: m is not null and not {emails.is_role('m', config.emails)})) as emails from "
        f"({stage})"
    )


def _name_stage(stage: str) -> str:
    """Given name and surname, as words, from their own columns, else from the full name."""
    unwanted = [*names.HONORIFICS, *names.SUFFIXES]
    own = (
        f"select *, {names.without('given_split', unwanted)} as given_own, "
        f"{names.without('surname_split', unwanted)} as surname_own, "
        f"{names.without('name_split', unwanted)} as name_words, "
        f"{names.without('after_comma', unwanted)} as after_words, "
        f"{names.without('before_comma', unwanted)} as before_words from ({stage})"
    )
    # "Surname, Given" unless what follows the comma is a title only ("Jo Smith, PhD").
    started = (
        "select *, comma and after_words is not null and before_words is not null and "
        f"not list_has_all({names.sql_list(unwanted)}, after_words) as reversed, "
        f"{names.surname_start('name_words')} as start from ({own})"
    )
    return (
        "select *, coalesce(given_own, case when reversed then after_words when len(name_words) = "
        "1 then "
        "case when surname_own is null then name_words end else name_words[1:start - 1] end) as "
        "given_words, "
        "coalesce(surname_own, case when reversed then before_words when len(name_words) > 1 "
        f"then name_words[start:] end) as surname_words from ({started})"
    )


def _final_stage(stage: str, config: IdentityConfig) -> str:
    exclusive = ", ".join(f"'{kind}'" for kind in config.guards.exclusive_keys) or "''"
    weak = ", ".join(f"'{kind}'" for kind in config.guards.weak_keys) or "''"
    street_text = "coalesce(address_1, address)"
    return (
        f"with plain as (select record_id, {names.pieces('given_words')} as given_words, "
        f"{names.joined('given_words')} as given, {names.joined('surname_words')} as surname, "
        f"list_filter({names.pieces('surname_words')}, lambda w: length(w) >= 4) as surname_parts, "
        f"born, "
        "nullif(list_sort(emails), []) as emails, list_sort(emails)[1] as email, raw_phones, "
        "region, "
        f"{addresses.house_number('street_number', street_text)} as house_number, "
        f"{addresses.street(street_text)} as street, {addresses.street('address_2')} as building, "
        f"{addresses.compact('suburb')} as suburb, {addresses.postcode('postcode')} as postcode, "
        f"{addresses.compact('state')} as state, {names.company('company')} as company, "
        f"{addresses.compact('soc_sec_id')} as national_id, "
        f"nullif(list_filter(keys, lambda k: split_part(k, ':', 1) not in ({weak})), []) as keys, "
        f"nullif(list_filter(keys, lambda k: split_part(k, ':', 1) in ({exclusive})), []) as "
        f"exclusive_keys, "
        f"{addresses.compact('birth_place')} as birth_place, {addresses.compact('occupation')} as "
        f"occupation, "
        f"left(gender, 1) as gender, "
        f"{names.mailbox_of_name('list_sort(emails)[1]', 'given_words', 'surname_words')} as "
        f"mailbox_of_name "
        f"from ({stage})) select plain.* exclude (given_words, raw_phones, region), case when "
        f"given is not null then "
        "list_sort(list_distinct(list_concat(list_filter(given_words, lambda w: length(w) > 1), "
        "[given], "
        "coalesce(nick.roots, [])))) end as given_roots, "
        f"nullif(list_sort(list_distinct(list_filter(list_transform(raw_phones, lambda p: "
        f"{phones.number('trim(p)', 'region')}), "
        "lambda p: p is not null))), []) as phones, phones[1] as phone "
        "from plain left join heedline_nicknames as nick on nick.name = plain.given_words[1]"
    )


def prepare(
    connection: duckdb.DuckDBPyConnection,
    contacts: str,
    prepared: str,
    config: IdentityConfig,
    today: datetime.date,
) -> None:
    """Normalise the relation `contacts` into a new table `prepared`, one row per record id.

    Args:
        contacts: a table or view with any of `RAW_COLUMNS`; other columns are ignored.
        today: dates of birth after it are unknown.
    """
    folding.install(connection)
    phones.install(connection)
    emails.install(connection)
    names.nickname_table(connection, "heedline_nicknames")
    raw = _one_per_id(connection, contacts, _raw(_columns(connection, contacts)))
    staged = _final_stage(
        _name_stage(_word_stage(_folded_stage(raw, config, today), config)), config
    )
    own = ", ".join(column for column in PREPARED_COLUMNS)
    content = ", ".join(column for column in PREPARED_COLUMNS if column != "record_id")
    connection.execute(
        f"create or replace table {prepared} as select {own}, hash(row({content})) as content, "
        f"{key_columns()} from ({staged})"
    )
    connection.execute("drop table heedline_nicknames")
