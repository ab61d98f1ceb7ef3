"""Which fields are asked for, and what an org's own fields (`…__c`) mean.

Standard fields are the same in every org. Segments, consent and ids of other systems live in fields
each org made itself: `channels.yml` names them, and they land beside the standard ones as
`declared_*`. A field that the org does not have would make Salesforce refuse the whole query, so
nothing is asked for that was not declared.
"""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.contract import SourceError, first_problem

Row = dict[str, Any]

_BOTH = ("Id", "IsDeleted", "MasterRecordId", "CreatedDate", "LastModifiedDate", "SystemModstamp")
# No compound fields (MailingAddress): Bulk API 2.0 refuses them, their parts are allowed.
ACCOUNT = (*_BOTH, "Name", "Website", "Type", "Industry", "OwnerId", "Owner.Name", "Owner.Email")
CONTACT = (
    *_BOTH,
    *("AccountId", "FirstName", "LastName", "Name", "Email", "Phone", "MobilePhone", "Birthdate"),
    *("MailingStreet", "MailingCity", "MailingPostalCode", "MailingCountry"),
    *("HasOptedOutOfEmail", "DoNotCall"),
)
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")


class OwnFields(BaseModel):
    """The org's own fields by meaning.

    Attributes:
        segment: field of Account.
        customer_status: field of Account: whether they are a customer (else its Type says so).
        customer_until: field of Account, a date or time: since when they are none any more.
        language: field of Contact (a language tag).
        external_ids: fields of Contact by the system whose id they hold, e.g. `zendesk`.
        consent: fields of Contact by purpose, each a date or time the consent was given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    segment: str | None = None
    customer_status: str | None = None
    customer_until: str | None = None
    language: str | None = None
    external_ids: dict[str, str] = Field(default_factory=dict)
    consent: dict[str, str] = Field(default_factory=dict)

    def of_account(self) -> tuple[str, ...]:
        named = (self.segment, self.customer_status, self.customer_until)
        return tuple(dict.fromkeys(field for field in named if field))

    def of_contact(self) -> tuple[str, ...]:
        named = (*self.external_ids.values(), *self.consent.values(), self.language)
        return tuple(dict.fromkeys(field for field in named if field))

    def declare_account(self, row: Row) -> Row:
        return {
            **row,
            "declared_segment": _value(self.segment, row),
            "declared_customer_status": _value(self.customer_status, row),
            "declared_customer_until": _value(self.customer_until, row),
        }

    def declare_contact(self, row: Row) -> Row:
        return {
            **row,
            "declared_language": _value(self.language, row),
            "declared_external_ids": _filled(self.external_ids, row),
            "declared_consent": _filled(self.consent, row),
        }


def _value(field: str | None, row: Row) -> Any:
    return row.get(field) if field else None


def _filled(meanings: dict[str, str], row: Row) -> Row:
    return {name: row[field] for name, field in meanings.items() if row.get(field)}


def read_fields(spec: dict[str, Any]) -> OwnFields:
    """The declaration, checked: field names go into the query text, so they must look like names.

    Raises:
        SourceError: an unknown key, or something that is no field name.
    """
    where = "channels.yml: salesforce.settings.fields"
    try:
        fields = OwnFields.model_validate(spec)
    except ValidationError as error:
        _, problem = first_problem(error)
        remedy = "correct it; connectors/salesforce/README.md explains each key"
        raise SourceError("salesforce", where, problem, remedy) from None
    for name in (*fields.of_account(), *fields.of_contact()):
        if not _FIELD.fullmatch(name):
            remedy = "write the API name, like Segment__c"
            raise SourceError("salesforce", where, f"{name!r} is no field name", remedy)
    return fields


def soql(
    obj: str,
    fields: tuple[str, ...],
    since: str,
    moved: str = "SystemModstamp",
    until: str | None = None,
) -> str:
    """The query of one object. Bulk queries are not ordered: it would switch off chunking."""
    before = f" AND {moved} < {until}" if until else ""
    return f"SELECT {', '.join(fields)} FROM {obj} WHERE {moved} >= {since}{before}"
