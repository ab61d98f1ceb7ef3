"""`heedline erase` before anything is started: what it shows, asks and refuses."""

import pytest
from typer.testing import CliRunner, Result

from commands.console import CommandFailed
from connectors.ledger import folder
from heedline import app
from privacy import erasure, requests
from tests.privacy.conftest import JANE, JANES, held

pytestmark = pytest.mark.usefixtures("house")


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["erase", *arguments], input=answer, env={"COLUMNS": "160"})


def failure(result: Result) -> str:
    assert isinstance(result.exception, CommandFailed)
    return str(result.exception)


def test_a_dry_run_shows_records_and_tables_and_stops() -> None:
    done = run(JANES, "--dry-run")
    assert done.exit_code == 0
    assert requests.open_requests() == []
    assert held("raw_zendesk.tickets", "id") == [1, 2]


def test_without_a_yes_nothing_is_changed() -> None:
    assert failure(run(JANE, answer="n\n")) == "nothing was changed"
    assert not (folder() / "ledger").exists()


def test_an_unknown_person_is_one_line() -> None:
    assert failure(run("nobody@x.example", "--yes")).startswith("nobody is known as nobody@x")


def test_a_name_or_a_replay_but_not_both() -> None:
    assert run().exit_code == 2
    assert run(JANE, "--replay").exit_code == 2


def test_somebody_erased_before_is_told_so() -> None:
    erasure.register_request(customer=JANE)
    erasure.replay()
    assert "is under way; `heedline erase --replay`" in failure(run(JANES, "--yes"))
    erasure.finish()
    assert run(JANES, "--yes").exit_code == 0
