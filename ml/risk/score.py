"""The transparent health score: additive rules on features, each contribution with its reason.

A score is a logistic of a sum, so every rule's share can be shown and adds up exactly. Weights come
from `weights.yml`; they are judgement, not a fit.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.typed_yaml import parse

WEIGHTS = Path(__file__).with_name("weights.yml")

Features = Mapping[str, Any]


class BadWeights(ValueError):
    """`weights.yml` is not what the score needs."""


class Rule(BaseModel):
    """One feature's contribution: `points` per unit beyond `over` or short of `under`."""

    model_config = ConfigDict(extra="forbid")

    feature: str
    label: str
    points: float
    over: float | None = None
    under: float | None = None
    cap: float = Field(default=math.inf, gt=0)
    needs: dict[str, float] = {}
    reason: str

    @model_validator(mode="after")
    def _one_side(self) -> "Rule":
        if self.over is not None and self.under is not None:
            raise ValueError(f"rule for {self.feature}: `over` or `under`, not both")
        return self

    def contribution(self, features: Features) -> float:
        """Log-odds added; 0.0 where the feature is unknown or unremarkable."""
        value = _number(features.get(self.feature))
        if value is None or not all(
            (_number(features.get(name)) or 0.0) >= least for name, least in self.needs.items()
        ):
            return 0.0
        if self.over is not None:
            units = max(0.0, value - self.over)
        elif self.under is not None:
            units = max(0.0, self.under - value)
        else:
            units = float(value > 0)
        return max(-self.cap, min(self.cap, self.points * units))

    def words(self, features: Features) -> str:
        """The reason with its evidence; unknown evidence reads as 0."""
        known = {name: 0.0 if value is None else value for name, value in features.items()}
        return self.reason.format_map({**known, "value": known.get(self.feature, 0.0)})


class Weights(BaseModel):
    """`weights.yml`, checked."""

    model_config = ConfigDict(extra="forbid")

    base: float
    bands: dict[str, float]
    rules: list[Rule]
    digest: str = ""

    @cached_property
    def version(self) -> str:
        return f"health-score-1-{self.digest[:8]}"

    def band(self, score: float) -> str:
        """red, yellow or green."""
        reached = [(least, name) for name, least in self.bands.items() if score >= least]
        return max(reached)[1] if reached else "green"


@dataclass(frozen=True)
class Scored:
    """Score in [0, 1]; `reasons` largest contribution first, summing to logit(score) - base.

    Attributes:
        baseline: the transparent score as it stands, whichever model scored; NaN: not asked.
    """

    score: float
    band: str
    reasons: list[dict[str, Any]]
    baseline: float = math.nan


@lru_cache(maxsize=4)
def weights(path: Path = WEIGHTS) -> Weights:
    """Load the rules.

    Raises:
        BadWeights: naming the file, the place in it and what is wrong.
    """
    text = path.read_bytes()
    rules = parse(text.decode(), Weights, path.name, BadWeights)
    return rules.model_copy(update={"digest": hashlib.sha256(text).hexdigest()})


def _number(value: Any) -> float | None:
    """A feature as a number; null, NaN and infinities are unknown."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def logistic(total: float) -> float:
    """Log-odds as a probability, without overflow at the far ends."""
    return 1.0 / (1.0 + math.exp(-max(-500.0, min(500.0, total))))


def derived(features: Features) -> dict[str, Any]:
    """Features plus the comparisons that rules speak about."""
    get: dict[str, Any] = {name: v for name, v in features.items() if v is not None}

    def difference(new: str, old: str) -> float | None:
        return float(get[new]) - float(get[old]) if new in get and old in get else None

    gap = get.get("usual_order_gap_days")
    since = get.get("days_since_last_order")
    return {
        **features,
        "sentiment_change": difference("sentiment_mean_30d", "sentiment_mean_prev_90d"),
        "contacts_growth": difference("contacts_30d", "contacts_prev_30d"),
        "oldest_unresolved_days": float(get.get("oldest_unresolved_hours", 0)) / 24,
        "order_gap_ratio": float(since) / float(gap) if gap and since is not None else None,
        "top_topic_30d": str(get.get("top_topic_30d", "one topic")).replace("_", " "),
    }


def score(features: Features, rules: Weights | None = None) -> Scored:
    """Score one customer from a row of `int_customer_features` (all columns may be null)."""
    rules = rules or weights()
    known = derived(features)
    reasons: list[dict[str, Any]] = [
        {
            "feature": rule.feature,
            "label": rule.label,
            "reason": rule.words(known),
            "contribution": contribution,
        }
        for rule in rules.rules
        if (contribution := rule.contribution(known)) != 0.0
    ]
    reasons.sort(key=lambda reason: (-reason["contribution"], reason["feature"]))
    total = rules.base + math.fsum(reason["contribution"] for reason in reasons)
    value = logistic(total)
    return Scored(value, rules.band(value), reasons, baseline=value)
