"""Tagging texts: length-sorted batches of the shipped model against one text at a time."""

import duckdb

import sample
from bench.report import show, timed
from ml.tagger.predict import tag_texts
from warehouse.settings import settings

TEXTS = 4000
ONE_BY_ONE = 400


def texts() -> list[str]:
    """Distinct customer messages of the sample company."""
    world = sample.generate("medium", root=settings().sample)
    rows = duckdb.execute(
        "select distinct body from read_parquet(?) where author_type = 'customer' "
        "order by md5(body) limit ?",
        [str(world / "messages.parquet"), TEXTS],
    ).fetchall()
    return [body for (body,) in rows]


def main() -> None:
    found = texts()
    tag_texts(found[:64])  # loads the model
    mine = timed("heedline: length-sorted batches", lambda: tag_texts(found).num_rows)
    few = found[:ONE_BY_ONE]
    peer = timed(
        "same model, one text at a time", lambda: sum(tag_texts([text]).num_rows for text in few)
    )
    show("tagging support messages (int8 ONNX)", "texts", mine, peer)
