"""Every list can be delivered, each to targets of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import yaml

from outreach.config import read_lists
from outreach.delivery import preview, queue
from outreach.delivery.targets import FILE, BadTargets, Target, read_targets
from outreach.delivery.templates import ID_IN, OF_ENTRY, PLAY, columns_in
from tests.outreach.company import AS_OF, Company
from warehouse.settings import PROJECT_ROOT

NAME = {"Name": "{customer_name}"}


@pytest.fixture
def target(make_target: Callable[..., Target]) -> Callable[..., Target]:
    def make(list_: str, **fields: str) -> Target:
        made = make_target("webhook", list=list_, fields=fields or NAME)
        return made.model_copy(update={"name": f"to_{list_}"})

    return make


def incident(company: Company, day: int, incident_id: str) -> None:
    company.candidates("at_risk", AS_OF + timedelta(days=day))
    said = {"score": 0.9, "incident_id": incident_id, "topic": f"topic of {incident_id}"}
    company.candidates("incident", AS_OF + timedelta(days=day), c1=said)
    company.rules["lists"]["incident"] = {
        "capacity": 9,
        "chance_to_help": 0.1,
        "days_to_act": 1,
        "cooldown_days": 7,
        "service": True,
    }
    company.prepare(AS_OF + timedelta(days=day))


def sent(company: Company, day: int) -> None:
    company.run(
        "update outreach.outbox set status = 'sent', changed_at = ? where status = 'pending'",
        [AS_OF + timedelta(days=day, hours=1)],
    )


def states(company: Company) -> list[tuple[Any, ...]]:
    return company.read("select occasion, status from outreach.outbox order by first_as_of")


def test_each_target_gets_the_list_it_names(
    company: Company, target: Callable[..., Target]
) -> None:
    company.rules["lists"]["growth"] = {"capacity": 9, "chance_to_help": 0.1}
    company.candidates("at_risk", a=0.9)
    company.candidates("growth", a=0.8, b=0.7)
    company.prepare()

    [one] = preview(target("at_risk"), AS_OF)
    assert one.row == {"customer_name": "Name of a"}
    # Who is on the list above is not on this one.
    [other] = preview(target("growth"), AS_OF)
    assert other.row == {"customer_name": "Name of b"}
    assert queue(target("growth"), AS_OF) == {"pending": 1}
    assert company.read("select list, customer_id from outreach.outbox") == [("growth", "b")]


def test_a_customer_is_told_of_every_incident_and_of_each_once(
    company: Company, target: Callable[..., Target]
) -> None:
    there = target("incident", what="{topic}")
    incident(company, 0, "one")
    [message] = preview(there, AS_OF)
    assert message.row == {"topic": "topic of one"}
    queue(there, AS_OF)
    sent(company, 0)
    # The same one goes on: they were told.
    incident(company, 2, "one")
    queue(there, AS_OF + timedelta(days=2))
    assert states(company) == [("one", "sent")]
    # Another one, within the cooldown of the first.
    incident(company, 3, "two")
    queue(there, AS_OF + timedelta(days=3))
    assert states(company) == [("one", "sent"), ("two", "pending")]
    sent(company, 3)
    incident(company, 4, "two")
    queue(there, AS_OF + timedelta(days=4))
    assert states(company) == [("one", "sent"), ("two", "sent")]


def test_the_deadline_of_another_incident_is_its_own(company: Company) -> None:
    incident(company, 0, "one")
    incident(company, 1, "one")
    incident(company, 2, "two")

    due = [
        moment
        for (moment,) in company.read(
            "select due_at from outreach.plays where list = 'incident' order by as_of"
        )
    ]
    assert due[0] == due[1] < due[2]


def test_an_incident_that_is_not_the_customers_any_more_is_withdrawn(
    company: Company, target: Callable[..., Target]
) -> None:
    incident(company, 0, "one")
    queue(target("incident"), AS_OF)
    incident(company, 1, "two")
    queue(target("incident"), AS_OF + timedelta(days=1))

    assert states(company) == [("one", "withdrawn"), ("two", "pending")]


def test_a_column_that_the_list_lacks_is_told_with_its_target(
    company: Company, target: Callable[..., Target]
) -> None:
    company.candidates("at_risk", a=0.9)
    company.prepare()

    with pytest.raises(BadTargets, match=r"to_at_risk: the list at_risk has no column risk_score"):
        preview(target("at_risk", risk="{risk_score:.0%}"), AS_OF)


def test_the_shipped_targets_name_columns_that_their_marts_have() -> None:
    described = {
        model["name"]: {column["name"] for column in model["columns"]}
        for file in (PROJECT_ROOT / "dbt_project/models/marts/success").glob("*.yml")
        for model in yaml.safe_load(file.read_text())["models"]
    }
    targets = read_targets(FILE).targets.values()

    assert {one.list_ for one in targets} == set(read_lists().lists)
    for one in targets:
        named = set().union(*map(columns_in, one.templates()))
        of_mart = {name for name in named - OF_ENTRY - PLAY if not ID_IN.fullmatch(name)}
        assert of_mart <= described[f"{one.list_}_customers"], one.name
