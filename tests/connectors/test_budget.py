"""Processes of one source share one budget; turns are counted, not timed."""

import json
import os
import signal
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response

from connectors import budget as budget_module
from connectors import registry
from connectors.budget import Budget, documented
from connectors.contract import ROOM
from connectors.http import Http, Policy
from tests.connectors.slices import served
from warehouse.settings import settings

_processes = get_context("spawn")
LIMITS = {10.0: 5, 60.0: 12}
NOW = 1_000_000.0


def _take(home: str, times: int, told: str) -> None:
    os.environ["HEEDLINE_HOME"] = home
    shared = Budget("shop", LIMITS, clock=lambda: NOW, sleep=lambda _: None)
    Path(told).write_text(json.dumps([shared.wait() for _ in range(times)]))


def _die(home: str) -> None:
    os.environ["HEEDLINE_HOME"] = home

    def dying(*_: object, **__: object) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""

    budget_module.json.dumps = dying  # within the lock, between reading and writing
    Budget("shop", LIMITS, clock=lambda: NOW).wait()


def within(turns: list[float], seconds: float) -> int:
    """The most turns in any stretch of so many seconds, its end not included."""
    return max(sum(begin <= turn < begin + seconds for turn in turns) for begin in turns)


def test_two_processes_together_never_exceed_the_budget(tmp_path: Path) -> None:
    told = [tmp_path / name for name in ("a", "b")]
    home = str(settings().root)
    both = [_processes.Process(target=_take, args=(home, 40, str(file))) for file in told]
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    turns = [turn for file in told for turn in json.loads(file.read_text())]
    assert len(turns) == 80
    assert {seconds: within(turns, seconds) for seconds in LIMITS} == LIMITS


def test_a_process_that_was_killed_in_its_turn_holds_up_nobody() -> None:
    dying = _processes.Process(target=_die, args=(str(settings().root),))
    dying.start()
    dying.join()
    assert dying.exitcode == -signal.SIGKILL
    shared = Budget("shop", LIMITS, clock=lambda: NOW, sleep=lambda _: None)
    assert [shared.wait() for _ in range(6)] == [NOW] * 5 + [NOW + 10]


def test_what_was_used_comes_back_as_time_goes_by() -> None:
    now, slept = [NOW], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    shared = Budget("shop", {10: 2}, clock=lambda: now[0], sleep=sleep)
    turns = [shared.wait() for _ in range(5)]
    assert turns == [NOW, NOW, NOW + 10, NOW + 10, NOW + 20]
    assert slept == [10, 10]
    now[0] += 100
    shared.wait()
    assert slept == [10, 10]


def test_a_clock_that_was_set_back_makes_nobody_wait_for_it() -> None:
    Budget("shop", {10: 1}, clock=lambda: NOW + 86_400, sleep=lambda _: None).wait()
    slept = list[float]()
    Budget("shop", {10: 1}, clock=lambda: NOW, sleep=slept.append).wait()
    assert slept == []


def test_every_request_takes_a_turn_also_one_that_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api, asked = FastAPI(), list[str]()

    @api.get("/{path:path}")
    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return Response("{}", 503 if len(asked) == 2 else 200)

    defaults, channels = registry.read_channels()
    limited = channels["zendesk"].model_copy(update={"limits": {3600.0: 3}})
    said = (defaults, {**channels, "zendesk": limited})
    monkeypatch.setattr(registry, "read_channels", lambda: said)
    slept = list[float]()
    with served(api) as address:
        for _ in range(2):  # sessions of their own, as processes have
            http = Http("zendesk", address, policy=Policy(sleep=slept.append))
            http.get("a")
            http.get("b")
    assert len(asked) == 5
    turns = json.loads((settings().root / "budgets" / "zendesk.json").read_text())
    waits = [seconds for seconds in slept if seconds > 600]
    assert len(waits) == 2  # the fourth and the fifth
    assert all(later >= earlier for earlier, later in pairwise(turns))


def test_limits_are_of_connectors_that_there_are() -> None:
    assert all((ROOM / name / "source.py").exists() for name in documented())
