"""`playbook.yml`, checked: the plays in their order, and the messages they name."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from warehouse.placeholders import wrong_in
from warehouse.settings import settings
from warehouse.typed_yaml import line_of, parse

FILE = Path(__file__).with_name("playbook.yml")
Channel = Literal["phone", "email"]
CHANNELS: tuple[Channel, ...] = ("phone", "email")
"""Ways to reach a customer, each named like the column of the list that it needs."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_ADDRESS = re.compile(r"[^\s@{}]+@[^\s@{}]+\.\w")


class BadPlaybook(ValueError):
    """`playbook.yml` says something that cannot be followed."""


def _message(text: str) -> str:
    if not text.strip():
        raise ValueError("the message is empty")
    if wrong := wrong_in(text):
        raise ValueError(wrong)
    if _ADDRESS.search(text):
        raise ValueError("holds an e-mail address; a message is for every customer")
    return text


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """A feature's value lies between the two; an unknown one does not."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Limits":
        if self.at_least is None and self.at_most is None:
            raise ValueError("`at_least` or `at_most` is missing")
        return self

    def hold(self, value: Any) -> bool:
        return value is not None and (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )


class Due(_Strict):
    """When it has to be done: working hours of the company, or days of 24 hours."""

    business_hours: float | None = Field(default=None, gt=0, le=240)
    days: float | None = Field(default=None, gt=0, le=90)

    @model_validator(mode="after")
    def _one_of_them(self) -> "Due":
        if (self.business_hours is None) == (self.days is None):
            raise ValueError("`business_hours` or `days`, one of them")
        return self


class Play(_Strict):
    """One play; `playbook.yml` says what each key means."""

    name: Name
    description: str = Field(min_length=1)
    lists: tuple[Name, ...] = Field(default=("at_risk",), min_length=1)
    bands: tuple[str, ...] = ()
    any: tuple[Name, ...] = ()
    all: tuple[Name, ...] = ()
    top: int | None = Field(default=None, ge=1)
    contribution: float = Field(default=0, ge=0)
    values: dict[Name, Limits] = {}
    owner: str = Field(min_length=1)
    channels: tuple[Channel, ...] = Field(min_length=1)
    due: Due
    message: Name

    @property
    def is_open(self) -> bool:
        """It fits everybody on its lists, however they can be reached."""
        asks = (self.bands, self.any, self.all, self.values)
        return not any(asks) and set(self.channels) == set(CHANNELS)


class Playbook(_Strict):
    plays: tuple[Play, ...] = Field(min_length=1)
    default: Play
    messages: dict[Name, Annotated[str, AfterValidator(_message)]]

    @property
    def in_order(self) -> tuple[Play, ...]:
        return (*self.plays, self.default)


def read_playbook(path: Path | None = None) -> Playbook:
    """The installation's own playbook, else the one beside this module.

    Raises:
        BadPlaybook: naming the file, its line and what is wrong.
    """
    own = settings().playbook_file
    if settings().playbook and not own.exists():
        raise BadPlaybook(f"{own} (HEEDLINE_PLAYBOOK) is not there")
    path = path or (own if own.exists() else FILE)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPlaybook(f"{path} cannot be read: {error}") from None
    book = parse(text, Playbook, path, BadPlaybook)
    _check(book, text, path)
    return book


def _check(book: Playbook, text: str, path: Path) -> None:
    """What one key says of another."""

    def wrong(place: tuple[int | str, ...], said: str) -> BadPlaybook:
        return BadPlaybook(f"{path}:{line_of(text, place)}: {'.'.join(map(str, place))}: {said}")

    places: list[tuple[int | str, ...]] = [("plays", number) for number in range(len(book.plays))]
    names: set[str] = set()
    for place, play in zip([*places, ("default",)], book.in_order, strict=True):
        if play.name in names:
            raise wrong((*place, "name"), f"{play.name} is there twice")
        names.add(play.name)
        if play.message not in book.messages:
            known = ", ".join(book.messages)
            raise wrong((*place, "message"), f"no message {play.message!r}; there are {known}")
    if not book.default.is_open:
        raise wrong(
            ("default",), "has to fit everybody: no bands, any, all or values, and every channel"
        )
    used = {play.message for play in book.in_order}
    if unused := sorted(set(book.messages) - used):
        raise wrong(("messages", unused[0]), "no play names it")
