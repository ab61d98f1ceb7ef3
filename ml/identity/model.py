"""The trained model: what each likeness weighs, how common values are, what is shared. Plain JSON,
replayable."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from ml.identity.fields import FIELDS
from ml.identity.likeness import Field

ENGINE = "identity-splink5-1"
"""Changes when the meaning of a model's numbers does."""


@dataclass(frozen=True)
class Term:
    """Frequencies of a column's values among other persons; `rest` for values not listed."""

    rest: float
    values: dict[str, float]


@dataclass(frozen=True)
class Model:
    """Everything `score` needs.

    Attributes:
        records: how many it was trained on.
        prior: probability that two records picked at random are one person.
        levels: field → (m, u) of each level, in the field's order.
        alternatives: how many bits rarer a pair of one household, office, name is than a pair of
        one person.
        terms: column → term frequencies.
        shared: e-mail addresses and phone numbers that belong to nobody alone.
        family: those used under two or three given names.
        caps: largest block per kind of blocking key, and keys that two records must share.
        config: digest of the configuration it was trained under.
    """

    records: int
    prior: float
    levels: dict[str, list[tuple[float, float]]]
    alternatives: dict[str, float]
    terms: dict[str, Term]
    shared: dict[str, list[str]]
    family: dict[str, list[str]]
    caps: dict[str, int]
    config: str

    def to_json(self) -> str:
        """The model as JSON text, keys sorted: equal models are equal text."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Model":
        """The model that `to_json` wrote."""
        content = json.loads(text)
        content["terms"] = {name: Term(**term) for name, term in content["terms"].items()}
        content["levels"] = {
            name: [(m, u) for m, u in levels] for name, levels in content["levels"].items()
        }
        return Model(**content)

    @cached_property
    def version(self) -> str:
        """Engine and a digest of the model's content."""
        digest = hashlib.sha256(self.to_json().encode()).hexdigest()[:12]
        return f"{ENGINE}-{digest}"

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields this model compares: those that the training records had."""
        return tuple(field for field in FIELDS if field.name in self.levels)

    @property
    def prior_weight(self) -> float:
        """The prior as log2 odds."""
        return math.log2(self.prior / (1 - self.prior))


def column(field: Field) -> str:
    """A field's name as part of a column name."""
    return field.name.replace(" ", "_").replace("-", "")


def splink_settings(model: Model) -> dict[str, Any]:
    """The model as Splink 5 settings over a scoring table (`scoring.scoring_table`)."""
    comparisons = []
    for field in model.fields:
        levels: list[dict[str, Any]] = [
            {"sql_condition": field.missing, "label_for_charts": "unknown", "is_null_level": True}
        ]
        for level, (m, u) in zip(field.levels, model.levels[field.name], strict=True):
            own: dict[str, Any] = {
                "sql_condition": level.condition,
                "label_for_charts": level.label,
                "m_probability": m,
                "u_probability": u,
            }
            if level.term in model.terms:
                own |= {
                    "tf_adjustment_column": level.term,
                    "tf_adjustment_weight": 1.0,
                    "disable_tf_exact_match_detection": True,
                }
            levels.append(own)
        comparisons.append({"output_column_name": column(field), "comparison_levels": levels})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": model.prior,
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": True,  # without it Splink 5 drops the levels (`gamma_…`) too
        "retain_intermediate_calculation_columns": True,
    }


def gamma(field: Field, level: int) -> int:
    """Splink's number of a level: the last is 0, unknown is -1."""
    return len(field.levels) - 1 - level


def field_bits(model: Model) -> dict[str, str]:
    """SQL per field: its evidence in bits, with the term frequency."""
    bits = {}
    for field in model.fields:
        adjusted = any(level.term in model.terms for level in field.levels)
        name = column(field)
        bits[field.name] = f"(mw_{name} + mw_tf_adj_{name})" if adjusted else f"mw_{name}"
    return bits
