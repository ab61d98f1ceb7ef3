"""Property: exactly the person's rows go, whatever else there is; others keep every word."""

import json
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import resources
from connectors.erased import sort_out
from connectors.ledger import Ledger
from connectors.mentions import blank_out

JANE = "jane@home.example"
ADDRESSES = [
    JANE,
    "JANE@home.example",
    "bob@home.example",
    "mary-jane@home.example",
    "jane@home.example.org",
    "agent@shop.example",
    "help@shop.example",
]
WORDS = [
    "good day",
    "order 4411",
    "jane",
    "call me",
    "@",
    "[",
    '{"',
    "\\n",
    "j\u00e4ne@home.example",
]
addresses = st.sampled_from(ADDRESSES)
letters = st.fixed_dictionaries(
    {
        "from_address": st.none() | addresses,
        "to_addresses": st.lists(addresses, max_size=3),
        "cc_addresses": st.lists(addresses, max_size=2),
        "counterpart_address": st.none() | addresses,
        "body": st.none()
        | st.lists(st.sampled_from([*WORDS, JANE, f"<{JANE}>"]), max_size=5).map(" ".join),
    }
)


def is_jane(address: str | None) -> bool:
    return (address or "").lower() == JANE


def is_hers(row: dict[str, Any]) -> bool:
    """The rule in words: she wrote it, or we wrote it to nobody but her (and ourselves)."""
    if is_jane(row["from_address"]):
        return True
    everybody = row["to_addresses"] + row["cc_addresses"]
    theirs = [a for a in everybody if not a.endswith("@shop.example")]
    return bool(row["is_own"] and theirs and all(map(is_jane, theirs)))


@given(rows=st.lists(letters, max_size=8))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_of_any_letters_exactly_hers_go_and_others_lose_only_her(
    rows: list[dict[str, Any]],
) -> None:
    ledger = Ledger(draft=True)
    ledger.add("r", [("email", "", JANE)])
    declared = resources("email")["messages"].columns
    types = {"bigint": pa.int64(), "bool": pa.bool_()}
    schema = pa.schema(
        [*((c, types.get(k, pa.string())) for c, k in declared.items()), ("nth", pa.int64())]
    )
    for nth, row in enumerate(rows):
        row["is_own"] = (row["from_address"] or "").endswith("@shop.example")
        row |= {"nth": nth, "message_id": f"m{nth}"}
    shown = [
        {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()} for row in rows
    ]
    connection = duckdb.connect()
    connection.register("letters", pa.Table.from_pylist(shown, schema=schema))
    columns = {
        r[0]: r[1] for r in connection.execute("describe letters").fetchall() if r[0] != "nth"
    }
    where = ("email", "messages")
    found = sort_out(connection, "select * from letters", columns, where, ledger)
    connection.close()
    assert found.gone == {row["nth"] for row in rows if is_hers(row)}
    for row, written in zip(rows, shown, strict=True):
        if row["nth"] in found.gone:
            continue
        kept = found.kept.get(row["nth"])
        mentions = JANE in str(row).lower().replace("mary-jane", "").replace(".example.org", "")
        if kept is None:
            assert not mentions
            continue
        for name in ("to_addresses", "cc_addresses"):
            assert json.loads(kept[name]) == [a for a in row[name] if not is_jane(a)]
        assert kept["from_address"] == row["from_address"]
        plain = kept["body"] or ""
        for word in ("mary-jane", "bob@home.example", "order 4411"):
            assert (word in plain) == (word in (row["body"] or ""))
        assert not is_jane(kept["counterpart_address"])
        assert {k: kept[k] for k in ("message_id", "is_own")} == {
            k: written[k] for k in ("message_id", "is_own")
        }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Jane Doe <jane@home.example>", "[erased]"),
        ("jane doe <jane@home.example>, Bob <bob@x.example>", "[erased], Bob <bob@x.example>"),
        ('"Doe, Jane (order 4411)" <jane@home.example>', "[erased]"),
        ("Anna-Lena O\u2019Hara <JANE@home.example>", "[erased]"),
        ("order 4411 <jane@home.example>", "order 4411 [erased]"),
        ("please send it to Jane Doe <jane@home.example> now", "please send it to [erased] now"),
        ("it goes to her own address <jane@home.example>", "it goes to her own address [erased]"),
        ('"I will not wait", said Jane <jane@home.example>', '"I will not wait", [erased]'),
    ],
)  # fmt: skip
def test_a_name_goes_with_its_address_and_nobody_elses_words_do(text: str, left: str) -> None:
    ledger = Ledger(draft=True)
    ledger.add("r", [("email", "", JANE)])
    assert blank_out(text, ledger) == left
