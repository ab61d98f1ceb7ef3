"""A pull of one connector, in a process of its own that ends by kill -9 at a planned point.

The point is a stage of the pull and the n-th Python call within it, so that it may lie anywhere:
between two requests, two files or two statements.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any

from connectors.contract import Credentials
from connectors.windows import Window, open_window

STAGES = ("extract", "normalize", "land", "gate", "load")
_processes = get_context("forkserver")
# Imported once, before the processes that die are made of it.
_processes.set_forkserver_preload(
    [
        "connectors.zendesk.source",
        "connectors.landing",
        "connectors.loading",
        "dlt.destinations",
        "expectations.gate",
        "expectations.checker",
        __name__,
    ]
)


class _Calls:
    """Counts Python calls while on; kills the process at the `fatal` one."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.count = fatal, 0

    def __call__(self, _frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            self.count += 1
            if self.count == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)


def _counted(calls: _Calls | None, stage: Callable[..., Any]) -> Callable[..., Any]:
    if calls is None:
        return stage

    def run(*args: Any, **kwargs: Any) -> Any:
        sys.setprofile(calls)
        try:
            return stage(*args, **kwargs)
        finally:
            sys.setprofile(None)

    return run


def _pull(
    home: str,
    name: str,
    credentials: Credentials,
    fatal: dict[str, int],
    told: str,
    window: Window | None,
) -> None:
    os.environ["HEEDLINE_HOME"] = home
    from dlt.pipeline.pipeline import Pipeline

    from connectors.landing import complete_loads, land, land_window
    from connectors.loading import load_pending
    from connectors.registry import Channel, open_source
    from expectations.gate import gate_batch

    # Counting takes its time: where the point is planned, nothing else is counted.
    calls = {stage: _Calls(fatal.get(stage, 0)) for stage in fatal or STAGES}
    for stage, method in (("extract", "extract"), ("normalize", "normalize"), ("land", "load")):
        setattr(Pipeline, method, _counted(calls.get(stage), getattr(Pipeline, method)))
    if window:
        land_window(name, open_window(Channel(name=name), credentials, window))
    else:
        land(name, open_source(Channel(name=name), credentials))
    for load_id in complete_loads(name):
        _counted(calls.get("gate"), gate_batch)(name, load_id)
    _counted(calls.get("load"), load_pending)(name)
    Path(told).write_text(json.dumps({stage: found.count for stage, found in calls.items()}))


def pull(
    home: Path,
    name: str,
    credentials: Credentials,
    fatal: dict[str, int] | None = None,
    window: Window | None = None,
) -> dict[str, int]:
    """Extract (a window, or what is new), gate and load; Python calls by stage.

    Args:
        fatal: the stage and the call to die at; nothing comes back then.
    """
    told = home.with_name(f"{home.name}.calls")
    told.unlink(missing_ok=True)
    process = _processes.Process(
        target=_pull, args=(str(home), name, credentials, fatal or {}, str(told), window)
    )
    process.start()
    process.join()
    assert process.exitcode == (-signal.SIGKILL if fatal else 0)
    return json.loads(told.read_text()) if told.exists() else {}
