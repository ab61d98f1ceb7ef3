"""Which properties are asked for, and what an account's own ones mean.

HubSpot hands out only the properties that a request names. Standard ones are the same everywhere;
segments, consent and ids of other systems live in properties that each account made itself:
`channels.yml` names them, and they land beside the standard ones as `declared_*`. HubSpot leaves
out unknown names without a word.
"""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.contract import SourceError, first_problem

NAME = "hubspot"
Row = dict[str, Any]
Declare = Callable[[Row], Row]

_EVERY = ("hubspot_owner_id", "hs_merged_object_ids")
STANDARD: dict[str, tuple[str, ...]] = {
    "contacts": (
        *("createdate", "lastmodifieddate", "email", "firstname", "lastname", "phone"),
        *("mobilephone", "company", "associatedcompanyid", "address", "city", "zip", "country"),
        *("date_of_birth", "hs_language", "hs_timezone", "lifecyclestage", "hs_email_optout"),
        *_EVERY,
    ),
    "companies": (
        *("createdate", "hs_lastmodifieddate", "name", "domain", "website", "industry", "type"),
        *("lifecyclestage", *_EVERY),
    ),
    "tickets": (
        *("createdate", "closed_date", "hs_lastmodifieddate", "subject", "content", "source_type"),
        *("hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "hs_ticket_category"),
        *("hubspot_team_id", *_EVERY),
    ),
    "feedback_submissions": (
        *("hs_createdate", "hs_lastmodifieddate", "hs_submission_timestamp", "hs_survey_id"),
        *("hs_survey_name", "hs_survey_type", "hs_survey_channel", "hs_value", "hs_content"),
        *("hs_contact_id", "hs_sentiment", "hs_response_group"),
    ),
}
"""Properties by object type."""

# Their former values tell how a ticket went.
HISTORY = ("hs_pipeline_stage", "hubspot_owner_id", "hs_ticket_priority")
# What people wrote: of a record that was deleted it does not land.
WORDS = ("subject", "content", "hs_content")


class Survey(BaseModel):
    """What one survey measures, where its type does not say it (custom surveys)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    survey_type: Literal["csat", "nps", "ces"]
    scale_min: float
    scale_max: float


_BY_TYPE = {
    "NPS": Survey(survey_type="nps", scale_min=0, scale_max=10),
    "CES": Survey(survey_type="ces", scale_min=1, scale_max=7),
    "CSAT": Survey(survey_type="csat", scale_min=0, scale_max=2),
}


class OwnProperties(BaseModel):
    """An account's own properties by meaning, and its own surveys.

    Attributes:
        segment: property of companies.
        customer_status: property of companies (else the lifecycle stage says it).
        customer_until: property of companies, a date: since when they are no customer any more.
        external_ids: properties of contacts by the system whose id they hold, e.g. `account`.
        consent: properties of contacts by purpose, each the date on which consent was given.
        surveys: survey id → what it measures.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    segment: str | None = None
    customer_status: str | None = None
    customer_until: str | None = None
    external_ids: dict[str, str] = Field(default_factory=dict)
    consent: dict[str, str] = Field(default_factory=dict)
    surveys: dict[str, Survey] = Field(default_factory=dict)

    def asked(self, kind: str) -> tuple[str, ...]:
        """Every property to ask for of an object type."""
        own: tuple[str | None, ...] = ()
        if kind == "companies":
            own = (self.segment, self.customer_status, self.customer_until)
        elif kind == "contacts":
            own = (*self.external_ids.values(), *self.consent.values())
        return tuple(dict.fromkeys((*STANDARD[kind], *(name for name in own if name))))

    def declare(self, kind: str, row: Row) -> Row:
        """The row with what the declarations mean for it."""
        if kind == "companies":
            return {
                **row,
                "declared_segment": row.get(self.segment or ""),
                "declared_customer_status": row.get(self.customer_status or ""),
                "declared_customer_until": row.get(self.customer_until or ""),
            }
        if kind == "contacts":
            return {
                **row,
                "declared_external_ids": _filled(self.external_ids, row),
                "declared_consent": _filled(self.consent, row),
            }
        if kind == "feedback_submissions":
            by_type = _BY_TYPE.get(str(row.get("hs_survey_type")))
            survey = self.surveys.get(str(row.get("hs_survey_id")), by_type)
            return {
                **row,
                "declared_survey_type": survey.survey_type if survey else None,
                "declared_scale_min": survey.scale_min if survey else None,
                "declared_scale_max": survey.scale_max if survey else None,
            }
        return row


def _filled(meanings: dict[str, str], row: Row) -> Row:
    return {name: row[field] for name, field in meanings.items() if row.get(field)}


def read_own(spec: dict[str, Any]) -> OwnProperties:
    """The declaration, checked.

    Raises:
        SourceError: an unknown key, or a value of the wrong kind.
    """
    try:
        return OwnProperties.model_validate(spec)
    except ValidationError as error:
        _, problem = first_problem(error)
        where = "channels.yml: hubspot.settings.properties"
        remedy = "correct it; connectors/hubspot/README.md explains each key"
        raise SourceError(NAME, where, problem, remedy) from None
