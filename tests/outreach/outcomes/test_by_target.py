"""What became of tasks and tickets, asked of vendors on loopback on good days and bad."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from fastapi import FastAPI, Response
from typer.testing import CliRunner

import heedline
from outreach.delivery.send import Delivered
from outreach.delivery.targets import Askable, BadTargets, Target, read_targets
from outreach.outcomes import Fetched, NotFetched, fetch
from tests.outreach.delivery.house import NOW, House, Patience
from tests.outreach.delivery.vendors import VENDORS
from warehouse.credentials import Credentials
from warehouse.settings import settings

Send = Callable[..., Delivered]
Start = Callable[[str, FastAPI], Credentials]
Make = Callable[..., Target]
LATER = NOW + timedelta(days=3)
WHEN = "2026-07-02T10:00:00Z"


class Sent:
    """Three entries at a vendor that can be asked."""

    def __init__(
        self, vendor: str, house: House, make: Make, start: Start, send: Send, patience: Patience
    ) -> None:
        self.vendor, self.house, self.patience = vendor, house, patience
        self.at = VENDORS[vendor]
        self.app = self.at.app()
        target = make(self.at.kind, **self.at.settings)
        assert isinstance(target, Askable)
        self.target = target
        self.credentials = start(self.at.login, self.app)
        send(target, self.credentials).require()

    @property
    def ids(self) -> list[str]:
        """What the vendor calls them, in the list's order."""
        rows = self.house.read("select remote_id from outreach.outbox order by customer_id")
        return [remote for (remote,) in rows]

    def say(self, nth: int, status: str, at: str = WHEN) -> None:
        """Somebody at the vendor sets the nth entry's status."""
        if self.vendor == "zendesk_ticket":
            self.app.state.made[nth] |= {"status": status, "updated_at": at}
        elif self.vendor == "hubspot":
            task = self.app.state.tasks[self.ids[nth]]
            task |= {"hs_task_status": status, "hs_lastmodifieddate": at}
        else:
            stamp = at.replace("Z", ".000+0000")
            task = self.app.state.tasks[self.ids[nth]]
            task |= {"Status": status, "LastModifiedDate": stamp}

    def fetch(self, now: datetime = LATER, **changes: Any) -> Fetched:
        target = self.target.model_copy(update=changes)
        given = lambda: self.credentials  # noqa: E731
        return fetch(target, given, clock=lambda: now, pace=self.patience.pace)

    def kept(self, columns: str = "customer_id, status") -> list[Any]:
        return self.house.read(f"select {columns} from outreach.outcomes order by customer_id")


@pytest.fixture(params=["salesforce", "hubspot", "zendesk_ticket"])
def sent(
    request: pytest.FixtureRequest,
    house: House,
    make_target: Make,
    start: Start,
    send: Send,
    patience: Patience,
) -> Sent:
    return Sent(request.param, house, make_target, start, send, patience)


@pytest.fixture
def of(
    house: House, make_target: Make, start: Start, send: Send, patience: Patience
) -> Callable[[str], Sent]:
    return lambda vendor: Sent(vendor, house, make_target, start, send, patience)


DONE = {"salesforce": "Completed", "hubspot": "COMPLETED", "zendesk_ticket": "solved"}
BEGUN = {"salesforce": "In Progress", "hubspot": "IN_PROGRESS", "zendesk_ticket": "pending"}


def test_a_vendors_status_comes_back_as_ours_with_its_instant(sent: Sent) -> None:
    sent.say(0, DONE[sent.vendor])
    sent.say(1, BEGUN[sent.vendor], "2026-07-01T08:00:00Z")
    done = sent.fetch()

    assert (done.counts, done.missing, done.unknown) == ({"new": 3}, 0, set())
    assert sent.kept() == [("c1", "done"), ("c2", "in_progress"), ("c3", "open")]
    [first, *_] = sent.kept("source, reference, remote_status, acted_at, list")
    moment = datetime(2026, 7, 2, 10, tzinfo=UTC)
    assert first == ("there", sent.ids[0], DONE[sent.vendor], moment, "at_risk")
    assert sent.house.read(
        "select count(*) from outreach.outcomes as own inner join outreach.list_entries as entry "
        "on own.entry_id = entry.entry_id and own.customer_id = entry.customer_id "
        "and own.as_of = entry.since"
    ) == [(3,)]


def test_asking_again_changes_nothing_and_what_is_over_is_not_asked_for(sent: Sent) -> None:
    sent.say(0, DONE[sent.vendor])
    sent.fetch()
    before = sent.kept("*")
    # Nobody looks at it any more, whatever happens there.
    sent.say(0, BEGUN[sent.vendor], "2026-07-09T00:00:00Z")
    again = sent.fetch(LATER + timedelta(days=1))

    assert again.counts == {"same": 2}
    assert sent.kept("*") == before


def test_a_newer_status_replaces_the_older(sent: Sent) -> None:
    sent.say(0, BEGUN[sent.vendor])
    sent.fetch()
    sent.say(0, DONE[sent.vendor], "2026-07-03T00:00:00Z")

    assert sent.fetch().counts == {"changed": 1, "same": 2}
    assert sent.kept()[0] == ("c1", "done")


def test_after_so_many_days_nothing_is_asked_for(sent: Sent) -> None:
    day = timedelta(days=1)
    assert sent.fetch(NOW + 90 * day).counts == {"new": 3}
    late = sent.fetch(NOW + 90 * day + timedelta(seconds=1))
    assert str(late) == "there: nothing to ask for"
    assert sent.fetch(NOW + 5 * day, ask_days=4).counts == {}


def test_a_deleted_task_counts_as_dismissed(of: Callable[[str], Sent]) -> None:
    sent = of("hubspot")
    task = sent.app.state.tasks.pop(sent.ids[0])
    sent.app.state.archived[sent.ids[0]] = {**task, "hs_lastmodifieddate": WHEN}
    sent.fetch()
    assert sent.kept("status, remote_status")[0] == ("dismissed", "deleted")


def test_so_does_one_in_salesforces_recycle_bin(of: Callable[[str], Sent]) -> None:
    sent = of("salesforce")
    sent.app.state.tasks[sent.ids[1]]["IsDeleted"] = True
    sent.fetch()
    assert sent.kept("status, remote_status")[1] == ("dismissed", "deleted")


def test_what_a_vendor_does_not_know_is_counted_and_nothing_is_concluded(sent: Sent) -> None:
    if sent.vendor == "zendesk_ticket":
        del sent.app.state.made[1]
    else:
        del sent.app.state.tasks[sent.ids[1]]
    done = sent.fetch()

    assert (done.missing, str(done)) == (1, "there: 2 new, 1 not found there")
    assert [customer for customer, _ in sent.kept()] == ["c1", "c3"]


def test_an_unknown_word_counts_as_open_and_is_told_once(sent: Sent) -> None:
    sent.say(0, "Voicemail")
    done = sent.fetch()
    assert done.unknown == {"Voicemail"}
    assert "no meaning is known of Voicemail: write status_words" in str(done)
    assert sent.kept("status, remote_status")[0] == ("open", "Voicemail")
    sent.say(0, "Voicemail", "2026-07-02T11:00:00Z")
    assert sent.fetch().unknown == set()

    sent.say(0, "Voicemail", "2026-07-02T12:00:00Z")
    sent.fetch(status_words={"voicemail": "not_reached"})
    assert sent.kept()[0] == ("c1", "not_reached")


def test_what_salesforce_calls_closed_is_over_whatever_the_word(of: Callable[[str], Sent]) -> None:
    sent = of("salesforce")
    sent.say(0, "Won back")
    sent.app.state.tasks[sent.ids[0]]["IsClosed"] = True
    assert sent.fetch().unknown == {"Won back"}
    assert sent.kept()[0] == ("c1", "done")


def test_a_rate_limit_is_waited_for_as_long_as_the_vendor_asks(sent: Sent) -> None:
    sent.app.state.moods.plan("limited")
    sent.app.state.moods.retry_after = "17"
    assert sent.fetch().counts == {"new": 3}
    assert 17 in sent.patience.slept


def test_a_lost_answer_is_asked_for_again(sent: Sent) -> None:
    sent.app.state.moods.plan("silent")
    assert sent.fetch().counts == {"new": 3}


def test_a_vendor_that_is_down_leaves_all_for_the_next_run(sent: Sent) -> None:
    sent.app.state.moods.plan(*["broken"] * 4)
    done = sent.fetch()
    with pytest.raises(NotFetched, match=r"HTTP 500 \(3 not asked for\)\. The next run asks again"):
        done.require()
    assert sent.kept() == []
    sent.fetch().require()
    assert len(sent.kept()) == 3


def test_an_answer_that_makes_no_sense_is_a_problem_and_no_outcome(sent: Sent) -> None:
    sent.app.state.moods.plan(Response('{"results": [{}], "records": [{}], "tickets": [{}]}'))
    [problem] = sent.fetch().problems
    assert problem == "the answer is not what this target sends (KeyError)"
    assert sent.kept() == []


def test_what_was_answered_and_not_kept_because_of_a_kill_is_asked_again(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: Any) -> Any:
        raise Killed

    sent.say(0, DONE[sent.vendor])
    with monkeypatch.context() as patch:
        patch.setattr("outreach.outcomes.by_target.record", kill)
        with pytest.raises(Killed):
            sent.fetch()
    assert sent.kept() == []
    assert sent.fetch().counts == {"new": 3}


def test_batches_are_kept_one_by_one_and_a_refused_one_does_not_stop_the_others(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"salesforce": "salesforce.Salesforce", "hubspot": "hubspot.Hubspot"}
    place = module.get(sent.vendor, "zendesk.ZendeskTickets")
    monkeypatch.setattr(f"outreach.delivery.adapters.{place}.asks_at_once", 1)
    sent.app.state.moods.plan(Response('{"message": "no"}', 400))
    done = sent.fetch()

    assert (done.counts, dict(done.problems)) == ({"new": 2}, {"HTTP 400: no": 1})
    assert [customer for customer, _ in sent.kept()] == ["c2", "c3"]


@pytest.mark.parametrize("vendor", ["hubspot", "zendesk_ticket"])
def test_no_more_are_asked_for_at_once_than_a_vendor_takes(
    of: Callable[[str], Sent], vendor: str
) -> None:
    """250 entries at once would be refused with a 400."""
    sent = of(vendor)
    sent.house.change(
        "insert into outreach.list_entries by name select * exclude (n) replace ("
        "'e' || n as entry_id, 'm' || n as customer_id) "
        "from (from outreach.list_entries limit 1), range(250) as t(n)"
    )
    sent.house.change(
        "insert into outreach.outbox by name select * exclude (n) replace ("
        "left(sha256('there' || chr(31) || 'e' || n), 32) as idempotency_key, "
        "'m' || n as customer_id, (990000 + n)::varchar as remote_id) "
        "from (from outreach.outbox limit 1), range(250) as t(n)"
    )
    for number in range(250):
        if vendor == "hubspot":
            sent.app.state.tasks[str(990000 + number)] = {"hs_task_status": "COMPLETED"}
        else:
            sent.app.state.made.append({"id": 990000 + number, "status": "solved"})
    assert sent.fetch().counts == {"new": 253}


def test_of_who_was_erased_while_the_vendor_was_asked_nothing_is_kept(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.outcomes import by_target as module

    ask = module._ask

    def erase_meanwhile(*arguments: Any) -> Any:
        sent.house.change("delete from outreach.list_entries where customer_id = 'c2'")
        return ask(*arguments)

    monkeypatch.setattr(module, "_ask", erase_meanwhile)
    sent.fetch()
    assert [customer for customer, _ in sent.kept()] == ["c1", "c3"]


def test_without_a_connection_it_says_so_and_what_was_not_asked(sent: Sent) -> None:
    def none() -> Credentials:
        raise LookupError("set AIRFLOW_CONN_HEEDLINE_THERE")

    done = fetch(sent.target, none, clock=lambda: LATER)
    assert done.problems == {"set AIRFLOW_CONN_HEEDLINE_THERE": 3}


def test_a_word_that_means_nothing_of_ours_is_refused_with_its_place() -> None:
    path = settings().targets_file
    path.parent.mkdir(parents=True, exist_ok=True)
    crm = {"kind": "salesforce_task", "fields": {"Subject": "x"}, "status_words": {"Won": "won"}}
    path.write_text(yaml.safe_dump({"targets": {"crm": crm}}))
    with pytest.raises(BadTargets, match=r"crm\.salesforce_task\.status_words\.Won: Input should"):
        read_targets()


def test_the_command_fetches_from_what_is_on(
    of: Callable[[str], Sent], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = of("zendesk_ticket")
    there = {"kind": sent.at.kind, "enabled": True, "per_minute": 60_000, **sent.at.settings}
    path = settings().targets_file
    login = sent.credentials.login.replace("@", "%40").replace("/", "%2F")
    address = sent.credentials.base_url.removeprefix("http://")
    uri = f"http://{login}:{sent.credentials.password}@{address}"
    monkeypatch.setenv("AIRFLOW_CONN_HEEDLINE_THERE", uri)
    sent.house.change("update outreach.outbox set changed_at = now()")

    def run() -> Any:
        return CliRunner().invoke(heedline.app, ["outcomes", "fetch"])

    path.write_text(yaml.safe_dump({"targets": {"there": {**there, "enabled": False}}}))
    assert "there is no target that is switched on and can be asked" in str(run().exception)
    path.write_text(yaml.safe_dump({"targets": {"there": there}}))
    assert "there: 3 new" in run().output.splitlines()
