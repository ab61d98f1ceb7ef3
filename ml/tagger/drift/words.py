"""The words of a week that its reference used less, more or never: for people to read.

Words are shown only where they cannot be about one person: where enough customers used them, each
in a text of their own. Writers who are nobody we know count as nobody.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import rel_entr

from ml.tagger.drift.rules import Rules
from ml.tagger.drift.texts import Population

Words = dict[str, dict[str, int]]


def named(said: pd.DataFrame, counts: csr_matrix, population: Population, rules: Rules) -> Words:
    """Up to `named_words` words each, those that moved most first, with the texts they stand in.

    Args:
        said: messages, of which `counts` [messages, vocabulary] are the words.

    Returns:
        `new` (the reference has none) and `more`, with texts of the week; `less`, with texts of the
        reference.
    """
    is_week = said["is_week"].to_numpy()
    week, reference = (
        np.asarray(counts[side].sum(axis=0), dtype=np.float64).ravel()
        for side in (is_week, ~is_week)
    )
    p, q = week / week.sum(), reference / reference.sum()
    middle = (p + q) / 2
    order = np.lexsort((np.arange(len(p)), -(rel_entr(p, middle) + rel_entr(q, middle))))
    found: Words = {}
    for kind, side, is_kind in (
        ("new", is_week, reference == 0),
        ("more", is_week, (reference > 0) & (p > q)),
        ("less", ~is_week, p < q),
    ):
        texts = _distinct(population.words, said.loc[side, "text"].to_numpy())
        is_shown = is_kind & (texts >= rules.fewest_customers)
        is_shown &= _customers(counts[side], said.loc[side, "person"]) >= rules.fewest_customers
        shown = order[is_shown[order]][: rules.named_words]
        found[kind] = {population.vocabulary[n]: int(texts[n]) for n in shown}
    return found


def _distinct(words: csr_matrix, texts: NDArray[np.int64]) -> NDArray[np.int64]:
    """In how many different texts each word stands."""
    found: NDArray[np.int64] = words[np.unique(texts)].getnnz(axis=0)
    return found


def _customers(counts: csr_matrix, person: pd.Series) -> NDArray[np.int64]:
    """By how many known customers each word was used."""
    known = person.to_numpy() >= 0
    customers, places = np.unique(person[known], return_inverse=True)
    ones = np.ones(len(places), dtype=np.int64)
    shape = (len(customers), len(places))
    people = csr_matrix((ones, (places, np.arange(len(places)))), shape=shape)
    found: NDArray[np.int64] = (people @ counts[known]).getnnz(axis=0)
    return found
