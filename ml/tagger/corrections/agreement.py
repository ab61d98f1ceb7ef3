"""How often the tagger in use and people say the same, of the texts that people looked at."""

from dataclasses import dataclass

import duckdb
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from ml.tagger.corrections.applied import Tags, decisions, shown, wanted
from ml.tagger.corrections.file import ANSWERS, Correction
from ml.tagger.in_use import in_use


@dataclass(frozen=True)
class Agreement:
    """One field, over the texts drawn in one way.

    Attributes:
        field: sentiment, topic, a signal, urgency.
        drawn: `random` speaks for all texts; the others were picked because they are hard
            (`unsure`), or for a word about one thing (`person`: rows that are not `checked`, too).
        texts: looked at for this field.
        agreed: of them alike.
        low, high: 95 % interval (Wilson) of the share alike.
        kappa: Cohen's, agreement beyond what chance gives; None where it has no meaning.
        mistaken: most frequent (model said, person says, how often).
    """

    field: str
    drawn: str
    texts: int
    agreed: int
    low: float
    high: float
    kappa: float | None
    mistaken: list[tuple[str, str, int]]


def _kappa(model: list[str], person: list[str]) -> float | None:
    if len({*model, *person}) < 2:
        return None
    return round(float(cohen_kappa_score(model, person)), 3)


def _agreement(field: str, drawn: str, pairs: list[tuple[str, str]]) -> Agreement:
    agreed = sum(model == person for model, person in pairs)
    interval = binomtest(agreed, len(pairs)).proportion_ci(method="wilson")
    wrong = [pair for pair in pairs if pair[0] != pair[1]]
    counted = sorted({pair: wrong.count(pair) for pair in wrong}.items(), key=lambda p: (-p[1], p))
    return Agreement(
        field=field,
        drawn=drawn,
        texts=len(pairs),
        agreed=agreed,
        low=round(float(interval.low), 4),
        high=round(float(interval.high), 4),
        kappa=_kappa(*map(list, zip(*pairs, strict=True))),
        mistaken=[(model, person, n) for (model, person), n in counted[:3]],
    )


def agreement(
    connection: duckdb.DuckDBPyConnection, corrections: list[Correction]
) -> list[Agreement]:
    """Per field and way of drawing; texts that the tagger in use has not tagged are left out."""
    version = in_use(connection)
    now = shown(connection, [c.of_version(version) for c in corrections])
    then = shown(connection, corrections)
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for correction in corrections:
        tags: Tags | None = now[correction.text_hash]
        if tags is None:
            continue
        said, seen = decisions(tags), then[correction.text_hash]
        # Who writes only what is wrong says nothing of the rest: such a row is no fair draw.
        drawn = correction.drawn if correction.is_checked and seen is not None else "person"
        for field, word in wanted(correction, seen).items():
            if field in ANSWERS:
                pairs.setdefault((field, drawn), []).append((said[field], word))
    order = list(ANSWERS)
    return [
        _agreement(field, drawn, pairs[field, drawn])
        for field, drawn in sorted(
            pairs, key=lambda key: (key[1] != "random", key[1], order.index(key[0]))
        )
    ]
