"""Companies whose customers leave by a known law, month by month."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from ml.risk.learn.features import Feature, FeatureList

MONTHS = [datetime(2025 + m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in range(24)]
FEATURES = FeatureList(
    fewest_churners=50,
    bands={"red": 0.2, "yellow": 0.06},
    features=(
        Feature(name="contacts", label="contacts"),
        Feature(name="gap", label="last order ago", unit="days", least=0),
        Feature(name="mood", label="mean sentiment"),
        Feature(name="topic", label="mostly wrote about", kind="category"),
        Feature(name="luck", label="nothing at all"),
    ),
)
TOPICS = np.array(["billing", "delivery", "praise", "other"], dtype=object)


@dataclass(frozen=True)
class Company:
    """A table of features with labels, and each row's true probability of leaving."""

    table: pa.Table
    truth: np.ndarray


def company(customers: int = 1500, months: int = 10, seed: int = 1, base: float = -4.6) -> Company:
    """Who left is in no later row. `mood` is unknown for a third; it says so itself, a little."""
    rng = np.random.default_rng(seed)
    warmth = rng.normal(0, 1, customers)
    segment = np.where(rng.random(customers) < 0.3, "business", "consumer")
    here = np.ones(customers, dtype=bool)
    parts: list[dict[str, list]] = []
    truths = []
    for as_of in MONTHS[:months]:
        contacts = rng.poisson(np.exp(-0.3 - 0.4 * warmth))
        gap = rng.exponential(30, customers)
        mood = np.where(rng.random(customers) < 0.33, np.nan, rng.normal(warmth * 0.5, 0.7))
        topic = TOPICS[rng.integers(0, 4, customers)]
        logit = (
            base
            + 0.8 * np.minimum(contacts, 4)
            + np.where(gap > 60, 1.5, 0.0)
            - 0.8 * np.nan_to_num(mood)
            + np.where(topic == "billing", 0.8, 0.0)
            + np.where(segment == "business", -0.3, 0.0)
        )
        p = 1 / (1 + np.exp(-logit))
        left = rng.random(customers) < p
        at = np.flatnonzero(here)
        parts.append(
            {
                "customer_id": [f"c{n}" for n in at],
                "as_of": [as_of] * len(at),
                "segment": segment[at].tolist(),
                "contacts": contacts[at].tolist(),
                "gap": gap[at].tolist(),
                "mood": [None if m != m else m for m in mood[at].tolist()],
                "topic": topic[at].tolist(),
                "luck": rng.normal(size=len(at)).tolist(),
                "churned": left[at].tolist(),
            }
        )
        truths.append(p[at])
        here &= ~left
    columns = {name: [v for part in parts for v in part[name]] for name in parts[0]}
    return Company(pa.table(columns), np.concatenate(truths))


def with_column(table: pa.Table, name: str, values) -> pa.Table:
    """The table with a column added or replaced."""
    kept = table.drop_columns([name]) if name in table.column_names else table
    return kept.append_column(name, pa.array(values))


def also(*features: Feature) -> FeatureList:
    """The list with more features."""
    return FEATURES.model_copy(update={"features": (*FEATURES.features, *features)})
