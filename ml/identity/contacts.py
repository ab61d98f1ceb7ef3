"""The warehouse's contacts as records for the linker: which value of a contact means what.

An id that is itself an address or a number (a mailbox, a phone line, a survey's respondent) counts
as e-mail or phone, never as a verified id. A vendor's own merge shows as a shared key, and so does
a survey's answer about somebody's conversation.
"""

from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa
from babel import Locale
from babel.core import get_global
from pydantic import BaseModel, ConfigDict, Field

from warehouse.typed_yaml import parse

FILE = Path(__file__).with_name("contacts.yml")
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_ADDRESS = r"^[^@\s<>:]+@[^@\s<>:]+\.[^@\s<>:.]+$"
_NUMBER = r"^\+[1-9][0-9]{6,14}$"


class BadContactsConfig(ValueError):
    """The file cannot be used; the text names the file, the key and what is wrong with it."""


class NotUnified(RuntimeError):
    """The tables this step reads have not been built yet."""


class ContactsConfig(BaseModel):
    """`contacts.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one_per_person: tuple[str, ...] = ()
    retrain_share: float = Field(gt=0, le=1)


def read_config(path: Path = FILE) -> ContactsConfig:
    """Read and check the file.

    Raises:
        BadContactsConfig: one line with the file, the key and what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadContactsConfig(f"{path}: {error.strerror}") from None
    return parse(text, ContactsConfig, path, BadContactsConfig)


@lru_cache(maxsize=1)
def _countries() -> pa.Table:
    """Country codes and names in several languages, lower case, with their two-letter code."""
    found = {"uk": "GB", "usa": "US"}
    for language in _LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB"):
                found.setdefault(code.lower(), code)
                found.setdefault(name.lower(), code)
    return pa.table({"name": list(found), "code": list(found.values())})


@lru_cache(maxsize=1)
def _zones() -> pa.Table:
    """Time zones with the country they lie in (001 = none)."""
    found = {zone: code for zone, code in get_global("zone_territories").items() if code.isalpha()}
    return pa.table({"zone": list(found), "code": list(found.values())})


def make_records(connection: duckdb.DuckDBPyConnection, home: str, records: str) -> None:
    """Create table `records` from the contacts in the database `home` (quoted).

    One row per contact: record_id, source_system, remote_id, created_at, the columns that the
    engine reads (`RAW_COLUMNS`) and `fingerprint`, the md5 of those. A region is the country the
    contact states, or that of its time zone, or the usual one of its account's contacts, else null
    (the engine then takes its own default).

    Raises:
        NotUnified: int_contacts has not been built yet.
    """
    connection.register("country_names", _countries())
    connection.register("zone_countries", _zones())
    try:
        connection.execute(
            _RECORDS.format(home=home, records=records),
            {"one": list(read_config().one_per_person), "address": _ADDRESS, "number": _NUMBER},
        )
    except duckdb.CatalogException as error:
        raise NotUnified(f"{str(error).splitlines()[0]}; run the `unify` step first") from None
    finally:
        connection.unregister("country_names")
        connection.unregister("zone_countries")


# A record id is the key's two parts with a character between them that neither holds.
_RECORDS = r"""
create or replace table {records} as
with contacts as (
    select
        c.source_system || chr(31) || c.remote_id as record_id,
        c.*,
        coalesce(named.code, zoned.code) as own_region,
        map_entries(try_cast(try_cast(c.external_ids as json) as map(varchar, varchar))) as ids
    from {home}.intermediate.int_contacts as c
    left join country_names as named on lower(trim(c.country)) = named.name
    left join zone_countries as zoned on c.time_zone = zoned.zone
    where c.remote_id is not null and c.source_system is not null
    qualify row_number() over (
        partition by c.source_system, c.remote_id
        order by c.remote_updated_at desc nulls last, c.created_at, c.email, c.phone, c.name
    ) = 1
),
account_regions as (
    select source_system, account_remote_id, mode(own_region order by own_region) as region
    from contacts
    where account_remote_id is not null and own_region is not null
    group by all
),
accounts as (
    select source_system, remote_id, min(name) as name
    from {home}.intermediate.int_accounts
    group by all
),
-- Whose address is at a company's own domain works there.
employers as (
    select lower(domain) as domain, min(name) as name
    from {home}.intermediate.int_accounts
    where lower(domain) not in (select domain from {home}.ops.free_mail_domains)
    group by lower(domain)
    having count(distinct lower(trim(name))) = 1
),
named_ids as (
    select
        contacts.* exclude (ids),
        list_transform(
            list_filter(ids, lambda i: trim(i.value) <> ''),
            lambda i: {{'kind': lower(trim(i.key)), 'value': trim(i.value)}}
        ) as ids
    from contacts
),
-- Who answers a survey about a conversation is who had it; told by one contact of a system only.
asked as (
    select
        r.source_system, r.contact_remote_id,
        v.source_system || ':' || min(v.contact_remote_id) as key
    from {home}.intermediate.int_survey_responses as r
    inner join {home}.intermediate.int_conversations as v
        on r.conversation_source_system = v.source_system
        and r.conversation_remote_id = v.remote_id
    where not regexp_matches(v.contact_remote_id, $address)
        and not regexp_matches(v.contact_remote_id, $number)
    group by r.source_system, r.contact_remote_id, v.source_system
    having count(distinct v.contact_remote_id) = 1
),
surveys as (
    select source_system, contact_remote_id, list(key order by key) as survey_keys
    from asked
    group by source_system, contact_remote_id
),
told as (
    select
        *,
        list_transform(coalesce(ids, []), lambda i: i.value) || [trim(remote_id)] as values_of_ids,
        list_filter(
            ids,
            lambda i: not regexp_matches(i.value, $address) and not regexp_matches(i.value, $number)
        ) as real_ids
    from named_ids
),
keyed as (
    select
        told.* exclude (ids, real_ids),
        list_transform(
            coalesce(real_ids, []),
            lambda i:
                case when list_contains($one, i.kind) then 'customer_number' else i.kind end
                || ':'
                || case when starts_with(i.value, '@') then lower(i.value[2:]) else i.value end
        ) || case
            when merged_into_remote_id <> ''
                then [told.source_system || ':' || merged_into_remote_id]
            else []
        end || coalesce(survey_keys, []) as told_keys,
        told.source_system || ':' || told.remote_id as own_key,
        -- What follows a plus names no other mailbox (RFC 5233): the address counts without it too.
        list_filter(
            [trim(email)] || list_filter(values_of_ids, lambda v: regexp_matches(v, $address)),
            lambda v: v <> ''
        ) as addresses
    from told
    left join surveys as s
        on told.source_system = s.source_system and told.remote_id = s.contact_remote_id
),
-- A contact's own id links it only to those who name it; elsewhere it says nothing.
named_keys as (
    select distinct lower(key) as key
    from (select unnest(told_keys) as key, own_key from keyed) as mentions
    where lower(key) <> lower(own_key)
),
raw as (
    select
        t.record_id, t.source_system, t.remote_id, t.created_at,
        t.name, t.given_name, t.surname,
        list_sort(list_distinct(list_concat(addresses, list_transform(
            addresses, lambda v: regexp_replace(v, '([^+])[+][^@]*@', '\1@')
        )))) as emails,
        list_sort(list_distinct(list_filter(
            [trim(t.phone)] || list_filter(values_of_ids, lambda v: regexp_matches(v, $number)),
            lambda v: v <> ''
        ))) as phones,
        t.date_of_birth::varchar as date_of_birth,
        t.address, t.postcode,
        coalesce(t.own_region, nullif(upper(trim(t.country)), '')) as country,
        coalesce(t.company, a.name, e.name) as company,
        list_sort(list_distinct(
            told_keys || case when n.key is null then [] else [own_key] end
        )) as keys,
        coalesce(t.own_region, r.region) as region
    from keyed as t
    left join account_regions as r
        on t.source_system = r.source_system and t.account_remote_id = r.account_remote_id
    left join accounts as a
        on t.source_system = a.source_system and t.account_remote_id = a.remote_id
    left join employers as e on lower(split_part(trim(t.email), '@', 2)) = e.domain
    left join named_keys as n on lower(t.own_key) = n.key
)
select raw.*, md5(to_json(raw)::varchar) as fingerprint
from raw
"""
