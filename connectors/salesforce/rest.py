"""What the REST API answers at once: which fields a login sees, counts, short lists."""

import logging
from collections.abc import Iterator

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

from connectors.contract import SourceError
from connectors.http import Http, Refused
from connectors.salesforce.bulk import NAME, NEXT_RUN, Row
from connectors.salesforce.objects import SObject

log = logging.getLogger(__name__)
_SCOPES = "connectors/salesforce/README.md says what the run-as user must see"


class Rest:
    """The REST API of one org, signed in."""

    def __init__(self, token: str, instance: str, version: str) -> None:
        self._http = Http(NAME, instance, auth=BearerTokenAuth(token))
        self._root = f"/services/data/v{version}"

    def fields(self, obj: SObject) -> tuple[str, ...] | None:
        """The fields of an object that the login sees, in the object's order.

        None: it does not see an object that only comes along.

        Raises:
            SourceError: it does not see an object that was named, or a field that is needed.
        """
        where = f"{self._root}/sobjects/{obj.name}/describe"
        try:
            answer = self._http.get(where)
        except Refused as refusal:
            if refusal.status not in (403, 404):
                raise
            if obj.comes_along:
                log.warning("salesforce: %s is not shown to this login; read without", obj.name)
                return None
            problem = f"the login does not see the object {obj.name}"
            remedy = "grant it, or take it out of objects in connectors/channels.yml"
            raise SourceError(NAME, where, problem, f"{remedy}; {_SCOPES}") from None
        described = answer.get("fields") if isinstance(answer, dict) else None
        if not isinstance(described, list):
            raise SourceError(NAME, where, "answer has no list 'fields'", NEXT_RUN)
        seen = {str(field.get("name")) for field in described}
        parents = {str(field.get("relationshipName")) for field in described}
        known = tuple(
            field
            for field in obj.fields
            if (field.partition(".")[0] in parents if "." in field else field in seen)
        )
        lacking = sorted({*obj.needed, obj.moved} - set(known))
        if lacking:
            problem = f"the login does not see {', '.join(lacking)} of {obj.name}"
            raise SourceError(NAME, where, problem, f"grant field access; {_SCOPES}")
        if hidden := [field for field in obj.fields if field not in known]:
            log.warning("salesforce: %s without %s, not shown to this login", obj.name, hidden)
        return known

    def count(self, obj: SObject, since: str) -> int:
        """How many records, deleted ones apart, Salesforce counts from an instant on.

        Raises:
            SourceError: the answer is no count.
        """
        where = f"{self._root}/{'queryAll' if obj.archived else 'query'}"
        query = f"SELECT COUNT() FROM {obj.name} WHERE {obj.moved} >= {since}"
        if obj.archived:
            query += " AND IsDeleted = false"
        answer = self._http.get(where, params={"q": query})
        number = answer.get("totalSize") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise SourceError(NAME, where, "answer has no totalSize", NEXT_RUN)
        return number

    def case_statuses(self) -> Iterator[list[Row]]:
        """The words of Case.Status and which of them close a case; Bulk queries know none of it.

        Nothing where the login may not see them.
        """
        query = "SELECT Id, ApiName, MasterLabel, IsClosed FROM CaseStatus"
        paginator = JSONLinkPaginator(next_url_path="nextRecordsUrl")
        pages = self._http.pages(
            f"{self._root}/query", "records", params={"q": query}, paginator=paginator
        )
        try:
            for rows, _ in pages:
                yield [_as_in_csv(row) for row in rows]
        except Refused as refusal:
            if refusal.status not in (400, 403):
                raise
            log.warning("salesforce: CaseStatus is not shown to this login; read without")


def _as_in_csv(row: Row) -> Row:
    """A record without its own address, yes and no as Bulk results have them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in row.items()
        if name != "attributes"
    }
