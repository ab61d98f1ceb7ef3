"""What the weekly drift report measures, and `drift.yml`, checked."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ml.tagger.labels import SIGNALS
from warehouse.typed_yaml import parse

FILE = Path(__file__).with_name("drift.yml")

SCORES = ("sentiment_score", *SIGNALS, "confidence")
"""Numbers, compared in bins; of texts in a language the tagger knows."""

MIXES = ("topic", "urgency", "language")
"""One of several each; `language` of all texts, the others of those in a language it knows."""

MEASURES = (*SCORES, *MIXES, "vocabulary", "new_words", "unsupported", "unsure")


class BadRules(ValueError):
    """`drift.yml` is not what the report needs."""


class Measure(BaseModel):
    """From which value a measure alerts, and what to look at then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alerts_from: float = Field(gt=0)
    look_at: str


class Rules(BaseModel):
    """`drift.yml`, whose comments say what each is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alert: Literal["fail", "log"]
    reference_weeks: int = Field(ge=2)
    bins: int = Field(ge=2)
    fewest_texts: int = Field(ge=20)
    fewest_tagged: float = Field(gt=0, le=1)
    false_alarms: float = Field(gt=0, lt=1)
    unsure_below: float = Field(gt=0, lt=1)
    named_words: int = Field(ge=1)
    fewest_customers: int = Field(ge=3)
    measures: dict[str, Measure]

    @field_validator("measures")
    @classmethod
    def _all(cls, value: dict[str, Measure]) -> dict[str, Measure]:
        missing, unknown = sorted(set(MEASURES) - set(value)), sorted(set(value) - set(MEASURES))
        if missing or unknown:
            raise ValueError(f"missing: {missing}, not known: {unknown}")
        return value


@lru_cache(maxsize=4)
def rules(path: Path = FILE) -> Rules:
    """Load the rules.

    Raises:
        BadRules: naming the file, the place in it and what is wrong.
    """
    return parse(path.read_text(encoding="utf-8"), Rules, path.name, BadRules)
