"""`loaded_at`: whatever a load changes or adds in a unified row, the row has that load's time.

The models' SQL is compiled once and runs, as views, in a bare DuckDB over a few raw rows.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest
import yaml

from connectors.contract import resources
from tests.dbt_project.drop import AS_OF
from tests.dbt_project.raw_rows import RAW, Row
from warehouse import dbt

BEFORE = datetime(2026, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 2, tzinfo=UTC)
# Columns that a vendor never changes in a row: they tie it to others, or say what once happened.
FIXED = {
    "zendesk.ticket_events": {"ticket_id", "child_events", "created_at", "updater_id"},
    "zendesk.satisfaction_ratings": {"ticket_id"},
    "zendesk.survey_responses": {"ticket_id"},
    "zendesk.call_legs": {"call_id", "type"},
    # A chat is over when it is told; the ticket that is made of it stays its own.
    "zendesk.chats": {"history", "type", "timestamp", "visitor", "zendesk_ticket_id"},
    "intercom.conversations": {"source", "conversation_parts", "created_at"},
    "twilio.calls": {"parent_call_sid", "from_party", "to_party", "direction", "start_time_iso"},
    "twilio.recordings": {"call_sid", "source", "start_time_iso"},
    "twilio.transcriptions": {"recording_sid", "status", "transcription_text"},
    "survey.responses": {"hidden", "landed_at"},
    "salesforce.cases": {"supplied_email"},
    "salesforce.email_messages": {"parent_id", "activity_id", "incoming", "status"},
    "salesforce.tasks": {
        *("what_id", "who_id", "task_subtype", "call_type", "call_disposition", "is_closed"),
        *("call_duration_in_seconds", "completed_date_time", "created_date"),
    },
    "salesforce.live_chat_transcripts": {"case_id", "declared_turns"},
    "salesforce.case_histories": {
        *("case_id", "field", "old_value", "new_value", "created_by_id", "created_date"),
    },
    "salesforce.case_statuses": {"api_name", "master_label"},
    "hubspot.contacts": {"hs_merged_object_ids"},
    "hubspot.companies": {"hs_merged_object_ids"},
    "hubspot.tickets": {"hs_merged_object_ids"},
    "hubspot.owners": {"user_id", "teams"},
    "hubspot.pipelines": {"stages"},
    "hubspot.threads": {"thread_associations"},
    "drift.messages": {"conversation_id", "author", "created_at"},
    "surveymonkey.responses": {"date_created", "email_address", "first_name", "custom_variables"},
    "qualtrics.responses": {"recorded_date", "recipient_email", "recipient_first_name", "values"},
    "delighted.responses": {"declared_created_at", "email", "phone", "name"},
    "aircall.calls": {"raw_digits", "started_at", "contact", "answered_at", "voicemail", "status"},
    "aircall.transcriptions": {"call_id", "content"},
    "freshdesk.tickets": {"requester_id", "created_at", "conversations"},
    # How a ticket stood once.
    "freshdesk.ticket_states": {
        *("created_at", "status", "group_id", "responder_id", "priority"),
        *("resolved_at", "status_updated_at"),
    },
    "x.posts": {
        *("author_id", "conversation_id", "first_id", "in_reply_to_user_id", "posted_at"),
        "referenced_tweets",
    },
    "x.direct_messages": {"dm_conversation_id", "sender_id", "customer_id", "posted_at"},
    "reddit.things": {"author_fullname", "link_id", "parent_id", "posted_at"},
    "meta.comments": {"author_id", "parent_id", "posted_at"},
    "meta.messages": {"author_id", "conversation_id", "posted_at"},
    "shopify.events": {"subject_id", "subject_type", "verb"},
    "amazon_connect.contacts": {
        *("initial_contact_id", "channel", "initiation_method", "initiation_timestamp"),
        *("customer_endpoint", "customer_id"),
    },
    "amazon_connect.transcripts": {"segments"},
    "helpjuice.article_views": {"views", "views_before", "read_at"},
    "helpjuice.searches": {"created_at"},
    "guru.events": {"user_email", "event_date", "declared_event_type"},
}
Found = dict[tuple[str, str, str], Row]


ROOMS = ("staging", "intermediate/unified")


class Models:
    """Every staging and unified model over the raw rows."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'; attach ':memory:' as heedline")
        for schema in ("staging", "intermediate", *(f"raw_{source}" for source in RAW)):
            self.connection.execute(f"create schema heedline.{schema}")
        for source, tables in RAW.items():
            for name, resource in resources(source).items():
                kinds = {"text": "varchar", "json": "varchar", "bool": "boolean"}
                columns = [f'"{c}" {kinds.get(k, k)}' for c, k in resource.columns.items()]
                table = f"heedline.raw_{source}.{name}"
                listed = ", ".join([*columns, "_loaded_at timestamptz"])
                self.connection.execute(f"create table {table} ({listed})")
                for row in tables.get(name, []):
                    self.put(source, name, {**row, "_loaded_at": BEFORE})
        self.views: list[str] = []
        self.read: dict[str, set[str]] = {}
        nodes = json.loads(dbt.manifest().read_text())["nodes"]
        # What else this process compiled before is in the manifest too.
        waiting = {
            n: node
            for n, node in nodes.items()
            if node["resource_type"] == "model" and node["path"].startswith(ROOMS)
            if node.get("compiled_code")
        }
        while waiting:
            ready = [n for n in waiting if not waiting.keys() & waiting[n]["depends_on"]["nodes"]]
            for node in map(waiting.pop, ready):
                view = f"heedline.{node['schema']}.{node['name']}"
                self.connection.execute(f"create view {view} as {node['compiled_code']}")
                above = {each: {each} for each in node["depends_on"]["nodes"]} | self.read
                self.read[node["unique_id"]] = {
                    table for each in node["depends_on"]["nodes"] for table in above[each]
                }
                self.read[node["name"]] = self.read[node["unique_id"]]
                if not node["name"].startswith("base_"):
                    self.views.append(view)

    def put(self, source: str, table: str, row: Row) -> None:
        marks, names = ", ".join("?" * len(row)), ", ".join(f'"{name}"' for name in row)
        self.connection.execute(
            f"insert into heedline.raw_{source}.{table} ({names}) values ({marks})", [*row.values()]
        )

    def take_out(self, source: str, table: str, row: Row) -> None:
        keys = resources(source)[table].primary_key
        same = " and ".join(f"{key} is not distinct from ?" for key in keys)
        self.connection.execute(
            f"delete from heedline.raw_{source}.{table} where {same}", [row.get(k) for k in keys]
        )

    def names(self, kind: str, of: str = "") -> list[str]:
        """Models whose names begin so; with `of`, a raw table, those that read it."""
        named = [name for view in self.views if (name := view.split(".")[-1]).startswith(kind)]
        return [name for name in named if not of or f"source.heedline.{of}" in self.read[name]]

    def rows(self, kind: str, of: str = "") -> Found:
        """What these models say, by model, system and id."""
        found: Found = {}
        chosen = self.names(kind, of)
        for view in (v for v in self.views if v.split(".")[-1] in chosen):
            got = self.connection.execute(f"select * from {view}")
            names = [column[0] for column in got.description]
            for values in got.fetchall():
                row = dict(zip(names, values, strict=True))
                found[view.split(".")[-1], row["source_system"], row["remote_id"]] = row
        return found

    def load(self, source: str, table: str, row: Row, at: datetime = NOW) -> None:
        self.take_out(source, table, row)
        self.put(source, table, {**row, "_loaded_at": at})


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("loaded")))
        folders = (f"resource_type:model,path:models/{room}" for room in ROOMS)
        chosen = ("--select", *folders, "--indirect-selection", "empty")
        dbt.run("compile", as_of=AS_OF, sources=list(RAW), extra=chosen)
        yield Models()


def stale(before: Found, after: Found) -> list[tuple[str, str, str]]:
    """Rows that are new or say something else, and do not say that they were loaded now."""
    said = {key: {**row, "loaded_at": None} for key, row in before.items()}
    return [
        key
        for key, row in after.items()
        if {**row, "loaded_at": None} != said.get(key) and row["loaded_at"] != NOW
    ]


def gone(before: Found, after: Found) -> list[tuple[str, str, str]]:
    """Rows that a load took away and that an increment would go on holding."""
    settings = yaml.safe_load((dbt.PROJECT / "dbt_project.yml").read_text())["vars"]
    held = {path.stem.removeprefix("loaded_") for path in dbt.PROJECT.rglob("loaded_*.sql")}
    return [
        key
        for key in before.keys() - after.keys()
        if (entity := key[0].split("__")[1]) in held
        and entity not in settings["taken_whole"].get(key[1], [])
    ]


def loads(source: str) -> Iterator[tuple[str, Row | None, Row]]:
    """Every row as one that arrives last, and with every one of its values gone missing."""
    for table, rows in RAW[source].items():
        fixed = {*resources(source)[table].primary_key, *FIXED.get(f"{source}.{table}", ())}
        for row in rows:
            yield table, None, row
            # A mail stays as it was written, and a dropped row depends on itself alone.
            for column in [] if source in ("email", "file_drop") else row.keys() - fixed:
                if row[column] is not None:
                    yield table, row, {**row, column: None}


@pytest.mark.parametrize("source", RAW)
def test_what_a_load_changes_has_its_time(models: Models, source: str) -> None:
    mine = f"stg_{source}__"
    first = models.rows(mine)
    assert all(row["loaded_at"] == BEFORE for row in first.values())
    assert len({name for name, *_ in first}) == sum(mine in view for view in models.views)
    assert {n for table in RAW[source] for n in models.names(mine, f"raw_{source}.{table}")} == {
        *models.names(mine)
    }
    for table, old, new in loads(source):
        raw_table = f"raw_{source}.{table}"
        readers = models.names(mine, raw_table)
        before = {key: row for key, row in first.items() if key[0] in readers}
        if old is None:
            models.take_out(source, table, new)
            before = models.rows(mine, raw_table)
        models.load(source, table, new)
        after = models.rows(mine, raw_table)
        assert not stale(before, after), (table, old and "changed", new)
        assert not gone(before, after), (table, old and "changed", new)
        models.load(source, table, old or new, BEFORE)
    assert models.rows(mine) == first


@pytest.mark.parametrize(
    ("source", "key"), [("surveymonkey", {"id": "r1"}), ("qualtrics", {"response_id": "R_1"})]
)
def test_a_response_that_is_gone_has_its_time_and_so_have_all_contacts(
    models: Models, source: str, key: Row
) -> None:
    old = raw(source, "responses", *key.values())
    models.load(source, "responses", {**key, "is_gone": True})
    after = models.rows(f"stg_{source}__")
    models.load(source, "responses", old, BEFORE)
    other = "r2" if source == "surveymonkey" else "R_2"
    said = {name: row["loaded_at"] for (name, _, id_), row in after.items() if id_ != other}
    assert set(said.values()) == {NOW}
    assert len(said) == 2


def raw(source: str, table: str, key: object) -> Row:
    return next(row for row in RAW[source][table] if key in row.values())


def loaded_now(found: Found) -> set[str]:
    return {f"{name} {key}" for (name, _, key), row in found.items() if row["loaded_at"] == NOW}


@pytest.mark.parametrize(
    ("source", "table", "key", "change", "expected"),
    [
        (
            *("zendesk", "users", 11, {"role": "agent"}),
            {"agents 11", "messages 1001", "messages 1008"},
        ),
        (
            *("zendesk", "tickets", 100, {"requester_id": 12}),
            {
                *("conversations 100", "messages 1001", "messages 1002", "messages 1006"),
                *("messages 1008", "conversations c1"),
            },
        ),
        (
            *("zendesk", "groups", 2, {"name": "Accounts"}),
            {"conversations 101", "conversations c2", "conversation_events 1003"},
        ),
        (
            *("intercom", "teams", "1", {"name": "Help"}),
            {
                *("agents admin-1", "conversations 2"),
                # What the team was before is said by the change that follows.
                *("conversation_events 302-assigned", "conversation_events 303-assigned"),
            },
        ),
        (
            *("email", "messages", "n", {}),  # takes the answer o from m
            {
                *("contacts joe@x.org", "conversations m", "conversations n"),
                *("messages m", "messages n", "messages o"),
            },
        ),
        ("salesforce", "account", "A1", {"name": "Acme"}, {"accounts A1", "contacts C1"}),
        ("file_drop", "messages", "message_id", {"body": "new"}, {"messages message_id"}),
    ],
)
def test_a_load_is_told_by_what_it_decides_and_nothing_else(
    models: Models, source: str, table: str, key: object, change: Row, expected: set[str]
) -> None:
    old = raw(source, table, key)
    models.load(source, table, {**old, **change})
    found = loaded_now(models.rows(f"stg_{source}__"))
    models.load(source, table, old, BEFORE)
    assert found == {f"stg_{source}__{row}" for row in expected}


@pytest.mark.parametrize(
    ("source", "table", "key", "change", "expected"),
    [
        # The channel of its conversation is part of a message.
        (
            *("file_drop", "conversations", "1", {"channel": "phone"}),
            {"int_conversations 1", "int_messages message_id"},
        ),
        # The ticket is dropped as well, in a newer state: the drop wins until it has no date.
        (
            *("file_drop", "conversations", "100", {"updated_at": None}),
            {f"int_{row}" for row in ("conversations 100", "messages 1001", "messages 1002")}
            | {"int_messages 1006", "int_messages 1008"},
        ),
    ],
)
def test_the_unified_row_is_loaded_with_all_that_decide_it(
    models: Models, source: str, table: str, key: object, change: Row, expected: set[str]
) -> None:
    def unified() -> Found:
        return models.rows("int_conversations") | models.rows("int_messages")

    old, before = raw(source, table, key), unified()
    models.load(source, table, {**old, **change})
    after = unified()
    models.load(source, table, old, BEFORE)
    assert loaded_now(after) == expected
    assert not stale(before, after)
    assert before != after


def test_a_filter_on_loaded_at_reaches_the_scan_of_dropped_rows(models: Models) -> None:
    new = {**raw("file_drop", "messages", "message_id"), "message_id": "new"}
    models.load("file_drop", "messages", new)
    plan = models.connection.execute(
        "explain select remote_id from heedline.staging.stg_file_drop__messages "
        "where loaded_at > timestamptz '2026-06-01 12:00:00+00'"
    ).fetchall()[0][1]
    models.take_out("file_drop", "messages", new)
    assert "_loaded_at > '2026-06-01" in plan.partition("Seq Scan")[2]
