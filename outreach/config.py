"""`lists.yml`, checked: capacities, cooldowns, the holdout, and who counts as an owner who left."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from warehouse.settings import settings
from warehouse.typed_yaml import parse

FILE = Path(__file__).with_name("lists.yml")
AT_RISK = "at_risk"

Share = Annotated[float, Field(ge=0, le=1)]
Many = Annotated[int, Field(ge=1)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class BadLists(ValueError):
    """`lists.yml` says something that cannot be followed."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Holdout(_Strict):
    share: float = Field(default=0.10, ge=0, lt=1)
    salt: str = Field(default="heedline", min_length=1)


class ListRules(_Strict):
    """The rules of one list; `lists.yml` says what each means."""

    capacity: Many
    capacity_per_owner: Many | None = None
    capacity_of: dict[str, Annotated[int, Field(ge=0)]] = {}
    days_to_act: Many = 7
    cooldown_days: Many = 30
    horizon_months: float = Field(default=12, gt=0)
    chance_to_help: Share
    chance_by_band: dict[str, Share] = {}
    consents: tuple[str, ...] = ("marketing", "outreach")
    escalation_from: Share | None = 0.5
    service: bool = False


class ListsFile(_Strict):
    holdout: Holdout = Holdout()
    fallback_owner: str = Field(min_length=1)
    left_owners: tuple[str, ...] = ()
    unknown_owners: Literal["keep", "fallback"] = "keep"
    exchange_rates: dict[Currency, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}
    lists: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], ListRules]

    @field_validator("lists")
    @classmethod
    def _has_at_risk(cls, lists: dict[str, ListRules]) -> dict[str, ListRules]:
        if AT_RISK not in lists:
            raise ValueError(f"the list {AT_RISK} is missing; publishing needs it")
        return lists


def read_lists() -> ListsFile:
    """The rules of the installation's own file, else of the one beside this module.

    Raises:
        BadLists: naming the file, its line and what is wrong.
    """
    own = settings().lists_file
    if settings().lists and not own.exists():
        raise BadLists(f"{own} (HEEDLINE_LISTS) is not there")
    file = own if own.exists() else FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadLists(f"{file} cannot be read: {error}") from None
    return parse(text, ListsFile, file, BadLists)
