"""`targets.yml`, checked: where lists go, what of a customer goes along, and what is on."""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from outreach.config import AT_RISK
from outreach.delivery.templates import BadTemplate, columns_in
from outreach.statuses import Status
from warehouse.settings import settings

FILE = Path(__file__).with_name("targets.yml")


class BadTargets(ValueError):
    """`targets.yml` says something that cannot be followed."""


class _Target(BaseModel):
    """What every target has.

    Attributes:
        list_: which list goes there; another list is another target.
        batch: one message holds the whole list, not one entry.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    name: str = ""
    list_: str = Field(default=AT_RISK, alias="list", pattern=r"^[a-z][a-z_]*$")
    enabled: bool = False
    connection: str = ""
    per_minute: float = Field(default=60, gt=0)
    give_up_after: int = Field(default=10, ge=1)
    timeout_seconds: float = Field(default=30, gt=0)
    fields: dict[str, str] = Field(min_length=1)

    @property
    def batch(self) -> bool:
        return False

    @property
    def connection_id(self) -> str:
        """The Airflow connection with address and secrets; empty where none is needed."""
        return self.connection or f"heedline_{self.name}"

    def templates(self) -> list[str]:
        """Every text that a row is filled into."""
        return list(self.fields.values())

    @model_validator(mode="after")
    def _fillable(self) -> "_Target":
        for template in self.templates():
            try:
                columns_in(template)
            except BadTemplate as error:
                raise ValueError(str(error)) from None
        return self


class FileTarget(_Target):
    kind: Literal["csv", "xlsx"]
    folder: str = ""

    @property
    def batch(self) -> bool:
        return True

    @property
    def connection_id(self) -> str:
        return ""

    @property
    def path(self) -> Path:
        """Its folder; a relative one lies below HEEDLINE_HOME/deliveries."""
        return settings().deliveries / (self.folder or self.name)


class _Asked(_Target):
    """A target that can be asked what became of what was sent.

    Attributes:
        ask_days: for how long after it was sent.
        status_words: the target's words for ours, besides the usual ones.
    """

    usual_words: ClassVar[dict[str, Status]] = {}

    ask_days: int = Field(default=90, ge=0)
    status_words: dict[str, Status] = {}

    def status_of(self, word: str) -> Status | None:
        """Our word for one of the target's; None when nobody has said."""
        known = {**self.usual_words, **{w.casefold(): s for w, s in self.status_words.items()}}
        return known.get(word.casefold())


class SalesforceTarget(_Asked):
    usual_words = {
        "not started": "open",
        "deferred": "open",
        "in progress": "in_progress",
        "waiting on someone else": "in_progress",
        "completed": "done",
    }

    kind: Literal["salesforce_task"]
    api_version: str = "61.0"
    external_id_field: str | None = Field(default=None, pattern=r"^[A-Za-z]\w*__c$")


class HubspotTarget(_Asked):
    usual_words = {
        "not_started": "open",
        "deferred": "open",
        "in_progress": "in_progress",
        "waiting": "in_progress",
        "completed": "done",
    }

    kind: Literal["hubspot_task"]
    contact: str = "{email}"

    def templates(self) -> list[str]:
        return [*super().templates(), self.contact]


class ZendeskTicketTarget(_Asked):
    usual_words = {
        "new": "open",
        "open": "open",
        "pending": "in_progress",
        "hold": "in_progress",
        "solved": "done",
        "closed": "done",
    }

    kind: Literal["zendesk_ticket"]


class ZendeskUserTarget(_Target):
    kind: Literal["zendesk_user"]
    user: str = "{id_in_zendesk}"

    def templates(self) -> list[str]:
        return [*super().templates(), self.user]


class _Digest(_Target):
    """One message with a title and a line per entry."""

    title: str = "{count} customers to call, as of {as_of}"
    most_lines: int = Field(default=50, ge=1)

    @property
    def batch(self) -> bool:
        return True

    @field_validator("title")
    @classmethod
    def _whole(cls, value: str) -> str:
        if unknown := columns_in(value) - {"count", "as_of"}:
            raise ValueError(f"a title can name count and as_of, not {', '.join(sorted(unknown))}")
        return value

    @field_validator("fields")
    @classmethod
    def _one_line(cls, value: dict[str, str]) -> dict[str, str]:
        if set(value) != {"line"}:
            raise ValueError("a digest has the one field `line`")
        return value


class SlackTarget(_Digest):
    kind: Literal["slack"]
    channel: str | None = None


class EmailTarget(_Digest):
    kind: Literal["email"]
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    to: tuple[str, ...] = Field(min_length=1)


class WebhookTarget(_Target):
    kind: Literal["webhook"]
    path: str = Field(default="/", pattern="^/")
    source: str = "/heedline"
    type: str = ""

    @property
    def event_type(self) -> str:
        return self.type or f"io.heedline.{self.list_}.entry"


Target = (
    FileTarget
    | SalesforceTarget
    | HubspotTarget
    | ZendeskTicketTarget
    | ZendeskUserTarget
    | SlackTarget
    | EmailTarget
    | WebhookTarget
)


Askable = SalesforceTarget | HubspotTarget | ZendeskTicketTarget
"""Those that can be asked what became of what was sent."""


class TargetsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    approval_hours: float | None = Field(default=None, gt=0)
    targets: dict[str, Annotated[Target, Field(discriminator="kind")]]

    @property
    def enabled(self) -> list[Target]:
        return [target for target in self.targets.values() if target.enabled]


def read_targets(path: Path | None = None) -> TargetsFile:
    """The targets of the installation's own file, else of the one beside this module.

    Raises:
        BadTargets: naming the file, the place in it and what is wrong.
    """
    own = settings().targets_file
    if settings().targets and not own.exists():
        raise BadTargets(f"{own} (HEEDLINE_TARGETS) is not there")
    path = path or (own if own.exists() else FILE)
    try:
        said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, target in (said.get("targets") or {}).items():
            if isinstance(target, dict):
                target["name"] = name
        return TargetsFile(**said)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadTargets(f"{path.name}: {place}: {first['msg']}") from None
    except (yaml.YAMLError, TypeError, AttributeError) as error:
        raise BadTargets(f"{path.name}: {' '.join(str(error).split())}") from None


def target_of(name: str) -> Target:
    """One target by its name.

    Raises:
        BadTargets: there is none of that name.
    """
    known = read_targets().targets
    if name not in known:
        raise BadTargets(f"no target {name!r}; there are {', '.join(known)}")
    return known[name]
