"""The benchmark of linking runs to its end and prints what it promises, on a few contacts."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_it_times_everything_then_what_is_new_beside_both_peers() -> None:
    env = {**os.environ, "HEEDLINE_BENCH_CONTACTS": "400"}
    done = subprocess.run(
        [sys.executable, "-m", "bench", "linking"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    for promised in (
        "peak memory:",
        "4 new contacts after that:",
        "Splink 5, as its tutorial does it",
        "join on equal e-mail",
        "ours is",
        "how well, against the simulation's truth",
    ):
        assert promised in done.stdout
