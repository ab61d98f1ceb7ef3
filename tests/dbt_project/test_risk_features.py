"""Features of the risk score know nothing that came later; purchases tell who left."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.drop import AS_OF, Company, build_up_to, query
from tests.dbt_project.edited_company import TEXTS, Edited, iso
from warehouse import builds, dbt, increments, layers
from warehouse.duck import warehouse
from warehouse.settings import settings

JULY = datetime(2026, 7, 1, tzinfo=UTC)
MEMBERS = 40
HAPPENS = {
    "messages": "sent_at",
    "conversation_events": "occurred_at",
    "conversations": "opened_at",
    "calls": "ring_at",
    "survey_responses": "sent_at",
    "orders": "ordered_at",
    "subscriptions": "started_at",
    "article_events": "occurred_at",
}
"""When a row came to be."""

TOLD_LATER = {
    "survey_responses": ("responded_at", ("responded_at", "score")),
    "subscriptions": ("ended_at", ("ended_at",)),
    "calls": ("ended_at", ("ended_at", "outcome", "talk_seconds")),
    "accounts": ("customer_until", ("customer_until",)),
}
"""By entity: an instant that a row learns of later, and what it learns with it."""

NOT_COMPARED = ("worked_out_at", "days_to_renewal")
"""When it was worked out; and the renewal, which of the past nobody knows."""


def busy_company() -> Company:
    """A hundred days of everything that the features read, among few people."""
    edited = Edited(5)
    edited.rules()
    edited.talk(JULY - timedelta(days=80), JULY + timedelta(days=15), 500)
    edited.read(JULY - timedelta(days=80), JULY + timedelta(days=15), 200)
    edited.deal(JULY - timedelta(days=80), JULY + timedelta(days=15), 700)
    company = edited.take()
    for number, row in enumerate(company.rows["subscriptions"]):
        row["cancel_requested_at"] = row["started_at"] if number % 2 else row["ended_at"]
    for number in range(MEMBERS):
        company.add(
            "article_events", event_id=f"search{number}", event_type="search", query="lost",
            occurred_at=iso(JULY - timedelta(days=number)), contact_id=f"p{number % 9}",
            session_id=f"search{number}", results_count=0,
        )  # fmt: skip
    for entity in (
        "conversations",
        "survey_responses",
        "orders",
        "subscriptions",
        "article_events",
    ):
        for row in company.rows[entity]:
            if row.get("contact_id", "").startswith("p"):
                row["contact_id"] = f"p{int(row['contact_id'][1:]) % MEMBERS}"
    ends = (None, JULY - timedelta(days=20), JULY + timedelta(days=5), None)
    for row, end in zip(company.rows["accounts"], ends, strict=True):
        row |= {"customer_status": "Customer"} | ({"customer_until": iso(end)} if end else {})
    # Of some accounts nobody buys: that they are customers is the CRM's word alone.
    strangers = company.rows["contacts"][MEMBERS : 2 * MEMBERS]
    for number, row in enumerate(strangers):
        row["created_at"] = iso(JULY - timedelta(days=number - 5))
        row["account_id"] = f"unsold{number % len(ends)}"
    for number, end in enumerate(ends):
        until = {"customer_until": iso(end)} if end else {}
        company.add(
            "accounts", account_id=f"unsold{number}", name=f"Unsold {number}",
            customer_status="Customer", created_at=iso(JULY - timedelta(days=400)), **until,
        )  # fmt: skip
    company.rows["contacts"] = company.rows["contacts"][:MEMBERS] + strangers
    return company


def as_it_was(company: Company, at: datetime) -> Company:
    """The company without anything later than an instant."""
    past = Company()
    for entity, rows in company.rows.items():
        for row in rows:
            if row.get(HAPPENS.get(entity, ""), "") > iso(at):
                continue
            kept = dict(row)
            instant, told = TOLD_LATER.get(entity, ("", ()))
            if kept.get(instant, "") > iso(at):
                kept = {name: value for name, value in kept.items() if name not in told}
            if entity == "subscriptions" and kept.get("cancel_requested_at", "") > iso(at):
                del kept["cancel_requested_at"]
            past.rows.setdefault(entity, []).append(kept)
    return past


def tag() -> None:
    """Tags that differ from text to text, complaints and wishes to leave among them."""
    topics = ("billing_payment", "shipping_delivery", "technical_problem", "how_to")
    with warehouse() as connection:
        for n, text in enumerate(TEXTS):
            connection.execute(
                "insert into ml.message_tags values "
                "(md5(?), '1', ?, ?, ?, '[]', ?, ?, ?, ?, 'normal', 'en', true, 1)",
                [text, ("negative", "neutral", "positive")[n % 3], (n % 3) - 1.0, topics[n % 4],
                 n / 12, (n % 5) / 5, (n % 4) / 4, (n % 7) / 7],
            )  # fmt: skip


def features(
    home: Path, patch: pytest.MonkeyPatch, company: Company, as_of: datetime, *more: str
) -> Path:
    patch.setenv("HEEDLINE_HOME", str(home))
    company.write()
    tag()
    build_up_to("int_risk_training", *more, as_of=as_of)
    return settings().warehouse_file


def rows_at(file: Path, at: datetime) -> dict[str, dict[str, Any]]:
    with warehouse(read_only=True, path=file) as connection:
        table = connection.sql(
            "select * from intermediate.int_risk_features where as_of = ? and is_customer",
            params=[at],
        ).to_arrow_table()
    return {
        row["customer_id"]: {k: v for k, v in row.items() if k not in NOT_COMPARED}
        for row in table.to_pylist()
    }


@pytest.mark.slow
def test_what_came_later_changes_nothing(tmp_path, monkeypatch) -> None:
    company = busy_company()
    known = features(tmp_path / "all", monkeypatch, company, JULY + timedelta(days=15))
    past = features(tmp_path / "past", monkeypatch, as_it_was(company, JULY), JULY)
    ours, theirs = rows_at(known, JULY), rows_at(past, JULY)
    assert len(ours) > MEMBERS  # who bought, and whom the CRM alone tells of
    assert ours.keys() == theirs.keys()
    differing = {
        name: (customer, row[name], theirs[customer][name])
        for customer, row in ours.items()
        for name in row
        if row[name] != theirs[customer][name]
    }
    assert not differing
    # Every feature says something of somebody, or the comparison would prove nothing.
    silent = {
        name for name in next(iter(ours.values()))
        if len({row[name] for row in ours.values()}) == 1
    } - {"as_of", "is_month_start", "is_customer", "plan", "payment_failures_90d"}  # fmt: skip
    assert not silent
    assert any(row["churn_intent_max_30d"] for row in ours.values())


def called(company: Company, name: str, **said: str) -> None:
    """Somebody of an account of their own, of which the CRM says something."""
    company.add("contacts", contact_id=name, account_id=name, created_at="2026-01-05T00:00:00Z")
    company.add("accounts", account_id=name, name=name, **said)


def subscriber(company: Company, name: str, *stretches: tuple[str, str | None]) -> None:
    if all(row["contact_id"] != name for row in company.rows.get("contacts", [])):
        company.add("contacts", contact_id=name, name=name)
    for number, (start, end) in enumerate(stretches):
        company.add(
            "subscriptions", subscription_id=f"{name}-{number}", contact_id=name, plan="pro",
            started_at=f"{start}T00:00:00Z", ended_at=end and f"{end}T00:00:00Z",
            status="ended" if end else "active", amount_per_month=9, currency="EUR",
        )  # fmt: skip


def buyer(company: Company, name: str, *days: str) -> None:
    company.add("contacts", contact_id=name, name=name)
    for day in days:
        company.add(
            "orders", order_id=f"{name}-{day}", contact_id=name, ordered_at=f"{day}T00:00:00Z",
            amount=5, currency="EUR", status="paid",
        )  # fmt: skip


def test_who_left_is_told_from_what_they_bought(tmp_path, monkeypatch) -> None:
    company = Company()
    subscriber(company, "stays", ("2026-01-10", None))
    subscriber(company, "leaves", ("2026-01-10", "2026-04-20"))
    subscriber(company, "changes plan", ("2026-01-10", "2026-04-20"), ("2026-04-20", None))
    subscriber(company, "comes back", ("2026-01-10", "2026-04-20"), ("2026-05-05", None))
    subscriber(company, "left lately", ("2026-01-10", "2026-06-20"))
    # A gap of ten days: thirty days after an order it is over.
    buyer(company, "stops", "2026-03-01", "2026-03-11", "2026-03-21", "2026-03-31")
    buyer(company, "goes on", "2026-03-01", "2026-03-11", "2026-03-21", "2026-04-10", "2026-06-25")
    buyer(company, "twice", "2026-03-01", "2026-03-11")
    company.add("contacts", contact_id="never", name="never")
    called(company, "customer", customer_status="Customer")
    called(company, "former", customer_status="Former customer", customer_until="2026-04-20")
    called(company, "known late", customer_status="Churned", updated_at="2026-04-20T00:00:00Z")
    called(company, "prospect", customer_status="Prospect")
    called(company, "paid on", customer_until="2026-04-20")
    subscriber(company, "paid on", ("2026-01-10", None))
    called(company, "came back", customer_until="2026-04-20")
    subscriber(company, "came back", ("2026-01-10", "2026-04-18"), ("2026-05-05", None))
    file = features(tmp_path, monkeypatch, company, AS_OF, "dim_customers", "dim_accounts")
    found = query(
        file,
        "select c.remote_id, t.as_of::date::varchar, t.churned "
        "from intermediate.int_risk_training t "
        "join intermediate.int_contact_customers c using (customer_id) "
        "where t.as_of >= '2026-04-01' and t.is_month_start",
    )
    by_name: dict[str, dict[str, bool | None]] = {}
    for name, day, churned in found:
        by_name.setdefault(name, {})[day[5:]] = churned
    month = {"04-01": False, "05-01": False}
    assert by_name == {
        "stays": {**month, "06-01": None},
        "changes plan": {**month, "06-01": None},
        "leaves": {"04-01": True},
        # In May they were no customer; who left in June is not known before July.
        "comes back": {"04-01": True, "06-01": None},
        "left lately": {**month, "06-01": None},
        "stops": {"04-01": True},
        "goes on": {**month} | {"05-01": True},
        "customer": {**month, "06-01": None},
        "former": {"04-01": True},
        "known late": {"04-01": True},
        "paid on": {"04-01": True},
        "came back": {"04-01": True, "06-01": None},
    }
    left = "account_name, cast(customer_until as date)::varchar from marts"
    gone = [("former", "2026-04-20"), ("known late", "2026-04-20"), ("paid on", "2026-04-20")]
    said = query(file, f"select {left}.dim_customers where customer_until is not null order by 1")
    assert said == gone
    told = query(file, f"select {left}.dim_accounts where customer_until is not null order by 1")
    assert told == [("came back", "2026-04-20"), *gone]
    assert query(
        file, "select customer_status from marts.dim_accounts where account_name = 'known late'"
    ) == [("Churned",)]
    # As of now everybody has a row.
    now = query(
        file, "select count(*) from intermediate.int_risk_features where not is_month_start"
    )
    assert now == [(15,)]


def test_a_month_stays_as_it_was_worked_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    company = Company()
    subscriber(company, "ann", ("2026-01-10", None))
    subscriber(company, "bob", ("2026-01-10", None))
    company.write()
    note_load(AS_OF)
    build(AS_OF)
    assert instants()[-3:] == [("05-01", 2, 0), ("06-01", 2, 0), ("06-30", 2, 0)]

    # Loaded now, and happened in May: what was known when June began does not change.
    late = AS_OF + timedelta(days=2)
    with warehouse() as connection:
        connection.execute(
            "insert into raw_file_drop.conversations (source_system, drop_folder, conversation_id, "
            "channel, opened_at, contact_id, _load_id, _loaded_at, _row_hash) values "
            "('acme', 'acme', 'c1', 'email', '2026-05-20T00:00:00Z', 'ann', '2', ?, 'c1')",
            [late],
        )
        connection.execute(
            "insert into raw_file_drop.messages (source_system, drop_folder, message_id, "
            "conversation_id, sent_at, author_type, body, _load_id, _loaded_at, _row_hash) values "
            "('acme', 'acme', 'm1', 'c1', '2026-05-20T00:00:00Z', 'customer', 'hi', '2', ?, 'm1')",
            [late],
        )
    note_load(late)
    build(late)
    assert instants()[-3:] == [("06-01", 2, 0), ("07-01", 2, 1), ("07-02", 2, 1)]

    # Who is no customer any more (erased, merged into another) leaves the months, too.
    with warehouse() as connection:
        connection.execute("delete from raw_file_drop.contacts where contact_id = 'bob'")
        connection.execute("delete from raw_file_drop.subscriptions where contact_id = 'bob'")
    build(late, full=True)
    assert {people for _, people, _ in instants()[-3:]} == {1}


def note_load(at: datetime) -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into ops.loads values ('file_drop', '-', ?, 1, 1, 0, 0, ?, 0)", [str(at), at]
        )


def build(as_of: datetime, *, full: bool = False) -> None:
    """As a run does, without dbt's own tests and the marts that no feature stands on."""
    drop, untested = ["file_drop"], ("--exclude-resource-type", "test", "unit_test")
    layers.build_unified(as_of=as_of, sources=drop, full=full, extra=untested)
    plan = increments.plan(as_of, drop, None, full=full)
    unified = ("path:models/staging", "path:models/intermediate/unified")
    read = ("+int_risk_features", "+fct_sla_targets")  # the latter without a ref, once it is there
    dbt.run(
        "run", as_of=as_of, sources=drop, since=plan.since, is_planned=True,
        extra=("--select", *read, "--exclude", *unified),
    )  # fmt: skip
    builds.finished(plan)


def instants() -> list[tuple[Any, ...]]:
    """Month and day, customers, and contacts of 90 days added up, by instant."""
    return query(
        settings().warehouse_file,
        "select strftime(timezone('UTC', as_of), '%m-%d'), count(*), "
        "cast(sum(contacts_90d) as bigint) "
        "from intermediate.int_risk_features group by as_of order by as_of",
    )
