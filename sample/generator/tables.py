"""Columns of every world and truth table, and buffers that turn rows into Parquet.

`ts` = timestamptz (UTC), given as seconds since 1970; everything may be null.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

KINDS: dict[str, pa.DataType] = {
    "str": pa.string(),
    "int": pa.int64(),
    "num": pa.float64(),
    "bool": pa.bool_(),
    "ts": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "list": pa.list_(pa.string()),
}

# name or name:kind; kind defaults to str.
WORLD: dict[str, str] = {
    "companies": """company_id salesforce_id zendesk_id:int name domain segment owner_name
        owner_email created_at:ts updated_at:ts""",
    "people": """person_id given_name surname email phone birth_date:date company_id street city
        postcode country language time_zone created_at:ts marketing_consent_at:ts
        do_not_contact:bool""",
    "identities": """system remote_id person_id name email phone external_id created_at:ts
        updated_at:ts merged_into_remote_id""",
    "agents": """agent_id zendesk_id:int intercom_id name email team role time_zone schedule_id
        active_from:ts active_to:ts""",
    "conversations": """system remote_id channel identity_remote_id person_id subject opened_at:ts
        updated_at:ts status priority team agent_id brand tags:list is_spam:bool deleted_at:ts
        merged_into_remote_id resolution_state""",
    "messages": """system conversation_remote_id remote_id sent_at:ts author_type author_agent_id
        is_public:bool body""",
    "events": """system conversation_remote_id remote_id occurred_at:ts event_type old_value
        new_value actor_type actor_agent_id""",
    "calls": """conversation_remote_id remote_id direction from_phone to_phone ring_at:ts
        answered_at:ts ended_at:ts talk_seconds:num hold_seconds:num wrap_seconds:num outcome
        agent_id transcript""",
    "surveys": """remote_id origin survey_type score:num scale_min:num scale_max:num sent_at:ts
        responded_at:ts conversation_system conversation_remote_id identity_remote_id person_id
        agent_id comment""",
    "subscriptions": """remote_id identity_remote_id person_id started_at:ts ended_at:ts
        cancel_requested_at:ts renewal_at:ts plan amount_per_month:num currency status""",
    "orders": """remote_id identity_remote_id person_id ordered_at:ts amount:num currency status""",
}
TRUTH: dict[str, str] = {
    "identities": "system remote_id person_id",
    "conversations": "system remote_id topic",
    "messages": """system remote_id sentiment topic churn_intent:bool complaint:bool
        escalation_request:bool refund_request:bool""",
    "churn": "person_id churned_at:ts reason",
}


def schema(columns: str) -> pa.Schema:
    """Arrow schema of a column list as written above."""
    pairs = [word.partition(":") for word in columns.split()]
    return pa.schema([(name, KINDS[kind or "str"]) for name, _, kind in pairs])


class Buffer:
    """Rows of one table, in order; packed into Arrow now and then to keep memory low."""

    PACK_AT = 20_000

    def __init__(self, columns: str) -> None:
        self.schema = schema(columns)
        self._rows: list[tuple[Any, ...]] = []
        self._packed: list[pa.RecordBatch] = []

    def add(self, *row: Any) -> None:
        """Append a row; values in schema order."""
        self._rows.append(row)
        if len(self._rows) >= self.PACK_AT:
            self._pack()

    def __len__(self) -> int:
        return len(self._rows) + sum(int(batch.num_rows) for batch in self._packed)

    def _pack(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [_array(values, f.type) for values, f in zip(columns, self.schema, strict=True)]
        self._packed.append(pa.record_batch(arrays, schema=self.schema))
        self._rows = []

    def table(self) -> pa.Table:
        if self._rows:
            self._pack()
        return pa.Table.from_batches(self._packed, schema=self.schema)

    def write(self, path: Path) -> None:
        # One row group size and codec, so that equal rows make equal bytes.
        pq.write_table(self.table(), path, compression="zstd", row_group_size=65_536)


def _array(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        seconds = pa.array(values, pa.int64())
        return seconds.cast(pa.timestamp("s", tz="UTC")).cast(kind)
    return pa.array(values, kind)


class World:
    """All tables being written: `world.messages.add(...)`, truth under `world.truth[...]`."""

    def __init__(self) -> None:
        self.tables = {name: Buffer(columns) for name, columns in WORLD.items()}
        self.truth = {name: Buffer(columns) for name, columns in TRUTH.items()}

    def __getattr__(self, name: str) -> Buffer:
        try:
            return self.__dict__["tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None
