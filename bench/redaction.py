"""Redacting texts: ours against Presidio's recognisers, each over every text.

The peer looks for e-mail, phone, card, IBAN, IP and national ids; ours for these and for names,
addresses and secrets besides.
"""

import duckdb

import sample
from bench.report import show, timed
from ml.redaction.library import library, matches
from ml.redaction.redact import redact
from warehouse.settings import settings

TEXTS = 20_000
PEER = 1_000


def texts() -> list[str]:
    """Distinct messages of the sample company, of customers and of agents."""
    world = sample.generate("medium", root=settings().sample)
    rows = duckdb.execute(
        "select distinct body from read_parquet(?) where body <> '' order by md5(body) limit ?",
        [str(world / "messages.parquet"), TEXTS],
    ).fetchall()
    return [body for (body,) in rows]


def _presidio(some: list[str]) -> int:
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    known = library()
    recognisers = [known.email, known.iban, known.card, known.ip, *known.ids.values()]
    recognisers.append(PhoneRecognizer())
    for text in some:
        for recogniser in recognisers:
            matches(recogniser, text)
    return len(some)


def _ours(some: list[str]) -> int:
    for text in some:
        redact(text)
    return len(some)


def main() -> None:
    found = texts()
    library()  # importing presidio takes seconds, once
    _ours(found[:100])
    mine = timed("heedline: candidates first", lambda: _ours(found))
    peer = timed("presidio, every recogniser on every text", lambda: _presidio(found[:PEER]))
    show("redacting support messages", "texts", mine, peer)
