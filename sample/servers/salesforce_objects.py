"""The world's companies and business contacts as Salesforce records, and a little SOQL."""

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from sample.servers.salesforce_service import FIELDS as SERVICE_FIELDS
from sample.servers.world import Row, by_key, of_system, rows

Records = list[Row]
_SOQL = re.compile(
    r"^SELECT (?P<fields>[\w., ]+) FROM (?P<object>\w+)"
    r"( WHERE (?P<moved>SystemModstamp|CreatedDate) (?P<sign>>=|>) (?P<since>[\d:.TZ+-]+)"
    r"( AND (?P=moved) < (?P<until>[\d:.TZ+-]+))?)?"
    r"(?P<alive> AND IsDeleted = false)?$"
)


class BadQuery(ValueError):
    """Salesforce would fail the query; the text is its error message."""


def stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _text(value: Any) -> str:
    """A value as the CSV has it: null is empty, booleans are lower case."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def accounts(world: Path) -> Records:
    """Companies by their owner."""
    found = []
    for row in rows(world, "companies"):
        owner = md5(str(row["owner_email"]).encode(), usedforsecurity=False).hexdigest()
        found.append(
            {
                "Id": row["salesforce_id"],
                "IsDeleted": False,
                "MasterRecordId": None,
                "Name": row["name"],
                "Website": f"https://www.{row['domain']}/" if row["domain"] else None,
                "Type": "Customer - Direct",
                "Industry": None,
                "OwnerId": f"005{owner[:12].upper()}AAA",
                "Owner.Name": row["owner_name"],
                "Owner.Email": row["owner_email"],
                "CreatedDate": stamp(row["created_at"]),
                "LastModifiedDate": stamp(row["updated_at"] or row["created_at"]),
                "SystemModstamp": stamp(row["updated_at"] or row["created_at"]),
                "Segment__c": row["segment"],
                "Churn_Date__c": None,
            }
        )
    return found


def contacts(world: Path) -> Records:
    """Business contacts. The loser of a merge is deleted and names its master."""
    people = by_key(world, "people", "person_id")
    companies = by_key(world, "companies", "company_id")
    found = []
    for row in of_system(world, "identities", "salesforce"):
        person = people.get(row["person_id"], {})
        name, no = person or {}, bool(person.get("do_not_contact"))
        touched = stamp(row["updated_at"] or row["created_at"])
        found.append(
            {
                "Id": row["remote_id"],
                "IsDeleted": row["merged_into_remote_id"] is not None,
                "MasterRecordId": row["merged_into_remote_id"],
                "AccountId": companies.get(person.get("company_id"), {}).get("salesforce_id"),
                "FirstName": name.get("given_name"),
                "LastName": name.get("surname") or row["name"],
                "Name": row["name"],
                "Email": row["email"],
                "Phone": row["phone"],
                "MobilePhone": None,
                "Birthdate": person.get("birth_date"),
                "MailingStreet": person.get("street"),
                "MailingCity": person.get("city"),
                "MailingPostalCode": person.get("postcode"),
                "MailingCountry": person.get("country"),
                "HasOptedOutOfEmail": no,
                "DoNotCall": no,
                "CreatedDate": stamp(row["created_at"]),
                "LastModifiedDate": touched,
                "SystemModstamp": touched,
                "Account_Number__c": row["external_id"],
                "Marketing_Consent_At__c": stamp(person.get("marketing_consent_at")),
                "Language__c": person.get("language"),
            }
        )
    return found


RECORDS: dict[str, Callable[[Path], Records]] = {"Account": accounts, "Contact": contacts}
FIELDS = {
    "Account": "Id IsDeleted MasterRecordId Name Website Type Industry OwnerId Owner.Name "
    "Owner.Email CreatedDate LastModifiedDate SystemModstamp Segment__c Churn_Date__c",
    "Contact": "Id IsDeleted MasterRecordId AccountId FirstName LastName Name Email Phone "
    "MobilePhone Birthdate MailingStreet MailingCity MailingPostalCode MailingCountry "
    "HasOptedOutOfEmail DoNotCall CreatedDate LastModifiedDate SystemModstamp Account_Number__c "
    "Marketing_Consent_At__c Language__c",
    **SERVICE_FIELDS,
}


def fields_of(name: str, hidden: set[str]) -> list[str]:
    """The fields of an object that the login sees.

    Raises:
        BadQuery: it does not see the object.
    """
    if name not in FIELDS or name in hidden:
        raise BadQuery(f"INVALID_TYPE: sObject type '{name}' is not supported.")
    return [field for field in FIELDS[name].split() if f"{name}.{field}" not in hidden]


def run(
    records: dict[str, Records], soql: str, *, deleted: bool, hidden: set[str]
) -> list[list[str]]:
    """Header and rows of a query, values as text.

    Args:
        deleted: with deleted, merged and archived rows (`queryAll`).
        hidden: objects and fields that the login does not see.

    Raises:
        BadQuery: not a query this org understands.
    """
    match = _SOQL.match(" ".join(soql.split()))
    if match is None:
        raise BadQuery("MALFORMED_QUERY: unexpected token")
    name = match["object"]
    known = fields_of(name, hidden)
    asked = [field.strip() for field in match["fields"].split(",")]
    for field in asked:
        if field not in known:
            raise BadQuery(f"INVALID_FIELD: No such column '{field}' on entity '{name}'.")
    since = datetime.fromisoformat(match["since"]) if match["since"] else None
    until = datetime.fromisoformat(match["until"]) if match["until"] else None
    found = [asked]
    for row in records.get(name, []):
        if row.get("IsDeleted") and (match["alive"] or not deleted):
            continue
        if row.get("IsArchived") and not deleted:
            continue
        touched = datetime.fromisoformat(row[match["moved"]]) if since else None
        if since and touched and (touched < since or (touched == since and match["sign"] == ">")):
            continue
        if until and touched and touched >= until:
            continue
        found.append([_text(row.get(field)) for field in asked])
    return found
