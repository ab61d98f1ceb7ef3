"""A configuration file that cannot be used names its line, its key and what is wrong."""

import pytest
from pydantic import BaseModel, ConfigDict

from warehouse.typed_yaml import line_of, parse


class Team(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    days: int = 1


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    teams: list[Team] = []
    limits: dict[str, int] = {}


TEXT = """\
# a comment
limits:
  days: 3
  weeks: many
teams:
  - name: Night
  - {name: Day, days: 2}
  - name: Late
    days: some
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT, r"^plan\.yml:9: teams\.2\.days: Input should be a valid integer.*; see$"),
        (TEXT.replace("some", "2"), r"^plan\.yml:4: limits\.weeks: Input should be"),
        ("teams:\n- days: 2\n", r"^plan\.yml:2: teams\.0\.name: Field required"),
        ("\nteam: []\n", r"^plan\.yml:2: team: Extra inputs"),
        ("- a\n", r"^plan\.yml:1: the file: Input should be a valid dictionary"),
        ("teams: [\n", r"^plan\.yml:2: not YAML: "),
    ],
)
def test_the_place_is_named(text: str, message: str) -> None:
    with pytest.raises(LookupError, match=message):
        parse(text, Plan, "plan.yml", LookupError, "; see")


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_an_empty_file_is_all_defaults(text: str) -> None:
    assert parse(text, Plan, "plan.yml", LookupError) == Plan()


def test_the_way_is_followed_as_far_as_it_goes() -> None:
    assert line_of(TEXT, ("teams", 1, "days")) == 7
    assert line_of(TEXT, ("limits", "years")) == 2
    assert line_of(TEXT, ("limits", "days", "deeper")) == 3
