"""Everybody on the list has a play, with a deadline that stands, and no personal data in it."""

from datetime import UTC, datetime, timedelta

import pytest

from outreach import prepare
from outreach.playbook import BadPlaybook
from tests.outreach.company import Company
from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.settings import settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
NEXT = AS_OF + timedelta(days=1)
MARTS = """
create or replace table marts.at_risk_customers as
select r.*, 'e' || r.rank as entry_id, 'c' || r.rank as customer_id, 'Ann' as customer_name,
    'red' as band, timestamptz '2026-06-30 00:00:00+00' as as_of, 0.6 as score,
    10.0 as value_per_month, 'EUR' as currency, 'Olga' as owner
from (values
    (1, 'a@x.example', '+49301',
     '[{"feature":"cancel_requested","reason":"asked","contribution":3.5}]'),
    (2, null, '+49302', '[{"feature":"payment_failures_90d","reason":"failed","contribution":1}]'),
    (3, 'c@x.example', '+49303', '[{"feature":"tenure_days","reason":"long","contribution":-1}]'),
    (4, 'd@x.example', '+49304', '[]')
) as r(rank, email, phone, reasons);
delete from marts.dim_customers;
insert into marts.dim_customers
    select 'c' || n, 'Ann', n = 4, 1, 1, null from range(1, 5) as t(n);
create table marts.customer_reasons as select 'c1' as customer_id, 'cancel_requested' as feature,
    'asked to cancel 3 days ago' as evidence, 3.5 as contribution;
insert into marts.customer_consents values ('c1', 'phone', 'refused');
create schema intermediate;
create table intermediate.int_risk_features as
    select 'c2' as customer_id, timestamptz '2026-06-30 00:00:00+00' as as_of,
        2 as payment_failures_90d, 5.0 as days_to_renewal, 0 as contacts_30d,
        0 as unresolved_conversations;
"""


@pytest.fixture(autouse=True)
def company() -> Company:
    made = Company()
    made.write_rules()
    made.run(MARTS)
    return made


def plays(as_of: datetime = AS_OF, columns: str = "customer_id, play, channel") -> list[tuple]:
    with warehouse(read_only=True) as connection:
        return connection.execute(
            f"select {columns} from outreach.plays where as_of = ? order by customer_id", [as_of]
        ).fetchall()


def on(as_of: datetime) -> None:
    """The marts as of another instant."""
    with warehouse() as connection:
        for table in ("marts.at_risk_customers", "intermediate.int_risk_features"):
            connection.execute(f"update {table} set as_of = ?", [iso(as_of)])


def test_everybody_on_the_list_has_a_play_and_nobody_else() -> None:
    prepare(AS_OF)
    assert plays() == [
        ("c1", "save_cancellation", "email"),  # said no to the phone
        ("c2", "mend_payment", "phone"),  # no e-mail address
        ("c3", "check_in", "phone"),
    ]
    why = [row for (row,) in plays(columns="why")]
    assert why == ["asked to cancel 3 days ago", "failed", "no play of its own for: long"]


def test_a_play_holds_words_and_no_names() -> None:
    prepare(AS_OF)
    [(owner, template, message, due), *_] = plays(columns="owner_role, template, message, due_at")
    assert (owner, template) == ("success lead", "cancellation")
    assert "{customer_name|there}" in message
    assert due == AS_OF + timedelta(hours=12)  # four hours of eight, no schedule is known
    assert "Ann" not in str(plays(columns="*"))


def test_again_is_the_same() -> None:
    prepare(AS_OF)
    before = plays(columns="*")
    prepare(AS_OF)
    assert plays(columns="*") == before


def test_a_deadline_stands_from_list_to_list_until_the_play_changes() -> None:
    prepare(AS_OF)
    first = dict(plays(columns="customer_id, due_at"))
    on(NEXT)
    with warehouse() as connection:
        connection.execute("update marts.at_risk_customers set reasons = '[]' where rank = 2")
    prepare(NEXT)
    then = dict(plays(NEXT, "customer_id, due_at"))
    assert then["c1"] == first["c1"]
    assert then["c3"] == first["c3"]
    assert dict(plays(NEXT, "customer_id, play"))["c2"] == "check_in"
    assert then["c2"] == NEXT + timedelta(days=5)


def test_who_was_off_the_list_gets_a_new_deadline() -> None:
    prepare(AS_OF)
    on(NEXT)
    with warehouse() as connection:
        connection.execute("delete from marts.at_risk_customers where rank = 1")
    prepare(NEXT)
    later = NEXT + timedelta(days=1)
    with warehouse() as connection:
        connection.execute("drop schema intermediate cascade")
        connection.execute("drop table marts.customer_reasons")
        connection.execute(MARTS)
    on(later)
    prepare(later)
    assert dict(plays(later, "customer_id, due_at"))["c1"] == later + timedelta(hours=12)


def test_who_is_held_out_has_no_play_but_the_one_to_compare_with(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.999
    company.prepare()
    assert plays() == []
    # What uplift by play compares: the play of those who were called and of those who were not.
    assert company.read(
        "select customer_id, arm, play from outreach.assignments order by customer_id"
    ) == [
        ("c1", "holdout", "save_cancellation"),
        ("c2", "holdout", "mend_payment"),
        ("c3", "holdout", "check_in"),
    ]


def test_a_play_of_the_first_time_stays(company: Company) -> None:
    company.prepare()
    on(NEXT)
    company.run("update marts.at_risk_customers set reasons = '[]'")
    company.prepare(NEXT)
    assert company.read("select play from outreach.assignments where customer_id = 'c2'") == [
        ("mend_payment",)
    ]
    assert dict(plays(NEXT, "customer_id, play"))["c2"] == "check_in"


def test_a_feature_that_is_nowhere_is_named() -> None:
    text = (
        "plays: [{name: a, description: d, values: {moon: {at_least: 1}}, owner: o, "
        "channels: [phone], due: {days: 1}, message: m}]\n"
        "default: {name: z, description: d, owner: o, channels: [phone, email], due: {days: 1}, "
        "message: m}\nmessages: {m: Hello}\n"
    )
    settings().root.mkdir(parents=True, exist_ok=True)
    settings().playbook_file.write_text(text)
    with pytest.raises(BadPlaybook, match="play a: values: no feature 'moon'"):
        prepare(AS_OF)


def test_a_playbook_that_cannot_be_read_leaves_the_list_as_it_was() -> None:
    settings().playbook_file.write_text("plays: 3")
    with pytest.raises(BadPlaybook, match=r"playbook\.yml:1"):
        prepare(AS_OF)
    with warehouse(read_only=True) as connection:
        assert connection.execute("from outreach.list_runs").fetchall() == []
