"""The texts of a week and of the weeks before it, as the drift report reads them.

What is read are tags and redacted texts (`ml.redacted_texts`), never the original. One row per
message or survey comment: a text that many wrote counts as often as it was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from ml.redaction.kinds import PLACEHOLDER
from ml.tagger.drift.rules import MIXES, SCORES
from ml.tagger.language import words_of
from ml.tagger.tag_warehouse import NotUnified
from ml.tagger.text import normalise

_CHUNK = 4096

# `who`: whose messages stay together: the customer's where known, else the conversation's.
_MESSAGES = f"""
with contacts as (
    select source_system, remote_id, min(customer_id) as customer_id
    from ml.identity_clusters group by all
),
written as (
    select
        text_hash, channel, sent_at, source_system, author_remote_id as contact,
        concat_ws(':', source_system, coalesce(conversation_remote_id, remote_id)) as conversation
    from intermediate.int_messages
    where author_type = 'customer' and text_hash is not null
    union all
    select
        comment_hash, 'survey', coalesce(responded_at, sent_at), source_system, contact_remote_id,
        concat_ws(':', source_system, remote_id)
    from intermediate.int_survey_responses
    where comment_hash is not null
),
tags as (select * from ml.message_tags where model_version = $version),
redacted as (
    select text_hash, min(redacted_text) as redacted_text from ml.redacted_texts group by all
)
select
    written.text_hash,
    written.channel,
    cast(floor((epoch(sent_at) - epoch($first)) / {7 * 24 * 3600}) as integer) as week,
    coalesce('customer ' || customer_id, 'contact ' || written.source_system || ':' || contact)
        as person,
    coalesce(person, 'conversation ' || conversation) as who,
    case
        when tags.text_hash is not null and redacted_text is not null then 'tagged'
        when tags.text_hash is not null then 'not_redacted'
        when written.text_hash in (select text_hash from ml.message_tags) then 'other_version'
        else 'untagged'
    end as state,
    language_supported,
    {", ".join((*SCORES, *MIXES))}
from written
left join contacts
    on written.source_system = contacts.source_system and written.contact = contacts.remote_id
left join tags on written.text_hash = tags.text_hash
left join redacted on written.text_hash = redacted.text_hash
where sent_at >= $first and sent_at < $last
"""

_TEXTS = """
select min(redacted_text) from ml.redacted_texts
where text_hash in (select text_hash from wanted)
group by text_hash order by text_hash
"""


@dataclass(frozen=True)
class Population:
    """What was written in a week and in its reference.

    Attributes:
        messages: a row per message: `channel`, `cluster` (a person's messages of one week),
            `person` (-1 unknown), `is_week` (else it is of the reference), `text` (its row in
            `words`, -1 unless `state` is `tagged`), `language_supported`, and the tags by name.
        words: [texts, vocabulary], how often a text uses a word.
        vocabulary: lower-case words, in the order of the columns.
    """

    messages: pd.DataFrame
    words: csr_matrix
    vocabulary: list[str]


def first_moment(week: date) -> datetime:
    """Monday 00:00 UTC of a week."""
    return datetime(week.year, week.month, week.day, tzinfo=UTC)


def read(
    connection: duckdb.DuckDBPyConnection, week: date, reference_weeks: int, version: str
) -> Population:
    """Everything customers wrote in a week and the weeks before it.

    Comments without any date are of no week and left out.

    Args:
        week: its Monday.
        version: the tagger whose tags are compared.

    Raises:
        NotUnified: the unified terms have not been built.
    """
    last = first_moment(week) + timedelta(weeks=1)
    first = last - timedelta(weeks=reference_weeks + 1)
    values = {"version": version, "first": first, "last": last}
    try:
        messages = connection.execute(_MESSAGES, values).df()
    except duckdb.CatalogException as error:
        raise NotUnified(f"{str(error).splitlines()[0]}; run the `unify` step first") from None
    messages["is_week"] = messages["week"] == reference_weeks
    tagged = messages["state"] == "tagged"
    messages["text"] = -1
    codes, hashes = pd.factorize(messages.loc[tagged, "text_hash"], sort=True)
    messages.loc[tagged, "text"] = codes
    by_week = messages["who"] + " " + messages["week"].astype(str)
    messages["cluster"] = pd.factorize(by_week, sort=True)[0]
    messages["person"] = pd.factorize(messages["person"], sort=True)[0]
    words, vocabulary = _count_words(connection, pd.DataFrame({"text_hash": hashes}))
    return Population(messages, words, vocabulary)


def _count_words(
    connection: duckdb.DuckDBPyConnection, wanted: pd.DataFrame
) -> tuple[csr_matrix, list[str]]:
    connection.register("wanted", wanted)
    try:
        texts = _redacted(connection)
        first = next(texts, None)
        vectorizer = CountVectorizer(analyzer=_own_words, dtype=np.int64)
        if first is None:
            return csr_matrix((0, 0), dtype=np.int64), []
        try:
            counts = vectorizer.fit_transform(chain([first], texts))
        except ValueError:  # scikit-learn's word for texts without a single word
            return csr_matrix((len(wanted), 0), dtype=np.int64), []
    finally:
        connection.unregister("wanted")
    return csr_matrix(counts), [str(word) for word in vectorizer.get_feature_names_out()]


def _redacted(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    result = connection.execute(_TEXTS)
    while rows := result.fetchmany(_CHUNK):
        yield from (text for (text,) in rows)


def _own_words(text: str) -> list[str]:
    """The writer's words, lower case: of the text as the tagger reads it, without placeholders."""
    return [word.lower() for word in words_of(normalise(PLACEHOLDER.sub(" ", text)))]
