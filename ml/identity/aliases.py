"""What people call their columns: header names to the columns that the linkage knows."""

import re

from ml.identity.records import RAW_COLUMNS

_ALIASES = {
    "record_id": "recordid uniqueid recid id rowid contactid",
    "name": "name fullname contactname displayname customername personname",
    "given_name": "givenname firstname forename forenames first fname vorname prenom",
    "surname": "surname lastname familyname last lname nachname sname",
    "emails": "email emails emailaddress emailaddresses mail email1 email2 email3 workemail "
    "homeemail personalemail secondaryemail otheremail",
    "phones": "phone phones phonenumber phonenumbers mobile mobilephone mobilenumber cell "
    "cellphone telephone telephonenumber tel phone1 phone2 phone3 workphone homephone "
    "businessphone otherphone landline",
    "date_of_birth": "dateofbirth dob birthdate birthday dateofbirthdob geburtsdatum borndate",
    "street_number": "streetnumber housenumber streetno houseno",
    "address_1": "address1 addressline1 street streetname streetaddress",
    "address_2": "address2 addressline2",
    "address": "address postaladdress fulladdress mailingaddress homeaddress",
    "suburb": "suburb city town locality",
    "postcode": "postcode zip zipcode postalcode postcodefake plz",
    "state": "state province county",
    "country": "country countrycode",
    "company": "company companyname organisation organization organisationname "
    "organizationname employer account",
    "soc_sec_id": "socsecid ssn socialsecuritynumber nationalid nationalidnumber taxid "
    "nino personnummer",
    "keys": "keys externalids identifiers",
    "region": "region phoneregion",
    "birth_place": "birthplace placeofbirth birthcity birthtown",
    "occupation": "occupation job jobtitle profession",
    "gender": "gender sex",
}
_KNOWN = {alias: column for column, aliases in _ALIASES.items() for alias in aliases.split()}
_IDS = ("recordid", "uniqueid", "recid", "rowid", "contactid", "id")
MULTIPLE = ("emails", "phones", "keys")
"""Columns that several header names may fill together."""


def bare(header: str) -> str:
    """A header without case, spaces and signs."""
    return re.sub(r"[^a-z0-9]", "", header.lower())


def match(headers: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """(known column → the headers that fill it, headers that are not used), in the order of the
    file.

    Of several headers for one column the first is used, except for e-mail addresses, phones and
    keys, which are
    collected; for the record id `record_id` goes before `unique_id`, `rec_id` and `id`.
    """
    found: dict[str, list[str]] = {}
    unused = []
    ids = {bare(header): header for header in reversed(headers)}
    record_id = next((ids[name] for name in _IDS if name in ids), None)
    for header in headers:
        column = _KNOWN.get(bare(header))
        if column == "record_id":
            column = "record_id" if header == record_id else None
        if column is None or (column in found and column not in MULTIPLE):
            unused.append(header)
        else:
            found.setdefault(column, []).append(header)
    return {column: found[column] for column in RAW_COLUMNS if column in found}, unused
