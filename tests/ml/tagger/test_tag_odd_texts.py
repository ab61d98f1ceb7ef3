"""`tag_file` and texts that nobody would write: answered all the same, a few at a time."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.tagger.files import tagging as files
from ml.tagger.files.parquet_tables import ParquetSource
from ml.tagger.files.reading import grouped
from ml.tagger.files.tagging import tag_file
from ml.tagger.predict import tag_texts
from tests.ml.tagger import tag_stub


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)


BAD_TEXTS = {
    "empty": "",
    "spaces": " \t\n ",
    "long": "refund please " * 70_000,
    "nul": "\x00\x01\x02",
    "binary": bytes(range(256)).decode("latin-1"),
    "html": "<html><body><p>Where is my <b>order</b>?</p><script>x()</script></body></html>",
    "scripts": "Где мой заказ? 我的订单在哪里 where is my order أين طلبي",
}


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_odd_texts_get_the_models_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(files, "tag_texts", tag_texts)
    texts = [None, *BAD_TEXTS.values(), "Where is my order?"]
    plain = tmp_path / "in.parquet"
    source = plain
    pq.write_table(pa.table({"body": texts}), plain)
    if ending != ".parquet":  # the other forms of the same table, from our own hand
        source = tmp_path / f"in{ending}"
        monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)
        tag_file(plain, "body", source)
        monkeypatch.setattr(files, "tag_texts", tag_texts)
    tag_file(source, "body", tmp_path / "out.parquet", prefix="now_")
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["body"] or "" for row in rows] == [text or "" for text in texts]
    answers = dict(zip(["null", *BAD_TEXTS, "plain"], rows, strict=True))
    for name in ("null", "empty", "spaces", "nul"):
        assert (answers[name]["now_confidence"], answers[name]["now_sentiment"]) == (0, "neutral")
    for name in ("html", "plain"):
        assert answers[name]["now_topic"] == "shipping_delivery"


def test_long_texts_are_not_all_held_at_once() -> None:
    groups = list(grouped(["x" * 3_000_000] * 7 + ["x"] * 5_000, len))
    assert [len(group) for group in groups] == [3, 3, *[512] * 9, 393]


def test_long_parquet_texts_are_read_a_few_at_a_time_and_written_in_one_row_group(
    tmp_path: Path,
) -> None:
    table = pa.table({"body": [f"{n} " + "x" * 2_000_000 for n in range(20)]})
    source = tmp_path / "in.parquet"
    pq.write_table(table, source)
    sizes = [batch.num_rows for batch in ParquetSource(source, "body").batches()]
    assert (sum(sizes), max(sizes)) == (20, 15)
    tag_file(source, "body", tmp_path / "out.parquet")
    assert pq.read_metadata(tmp_path / "out.parquet").num_row_groups == 1
