"""The declared list of features (`features.yml`), checked."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.typed_yaml import parse

FEWEST = 20
"""Customers who left, and customers who did not, below which nothing is fitted."""

FILE = Path(__file__).with_name("features.yml")


class BadFeatures(ValueError):
    """The list of features, or the table they are read from, is not what the model needs."""


class Feature(BaseModel):
    """One column, or a comparison of two, in the words of a reader.

    Attributes:
        least: a smaller value cannot be (a clock was off) and counts as unknown.
        difference, ratio: the two columns this is made of, in place of a column of its name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    label: str
    unit: str = ""
    kind: Literal["number", "category"] = "number"
    least: float | None = None
    difference: tuple[str, str] | None = None
    ratio: tuple[str, str] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Feature":
        if self.difference and self.ratio:
            raise ValueError(f"{self.name}: `difference` or `ratio`, not both")
        if self.kind == "category" and (self.difference or self.ratio or self.least is not None):
            raise ValueError(f"{self.name}: a category has no `difference`, `ratio` or `least`")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns it is read from."""
        return self.difference or self.ratio or (self.name,)

    def words(self, value: Any) -> str:
        """The feature with its value, as a reason; None is unknown."""
        if value is None or value != value:
            return f"{self.label}: not known"
        if self.kind == "category":
            return f"{self.label}: {str(value).replace('_', ' ')}"
        number = float(value)
        if self.unit == "%":
            return f"{self.label}: {number:.0%}"
        digits = 0 if number.is_integer() or abs(number) >= 10 else 2
        return f"{self.label}: {number:,.{digits}f} {self.unit}".rstrip()


class FeatureList(BaseModel):
    """`features.yml`, whose comments say what each is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fewest_churners: int = Field(ge=FEWEST)
    bands: dict[str, float]
    features: tuple[Feature, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_once(self) -> "FeatureList":
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"declared twice: {', '.join(twice)}")
        return self

    def band(self, score: float) -> str:
        """red, yellow or green."""
        reached = [(least, name) for name, least in self.bands.items() if score >= least]
        return max(reached)[1] if reached else "green"


@lru_cache(maxsize=4)
def feature_list(path: Path = FILE) -> FeatureList:
    """Load a list of features.

    Raises:
        BadFeatures: naming the file, the place in it and what is wrong.
    """
    return parse(path.read_text(encoding="utf-8"), FeatureList, path.name, BadFeatures)
