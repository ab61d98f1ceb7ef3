"""What Airflow's long-lived processes do by `airflow_local_settings.py`."""

import subprocess
import sys

from runtime.airflow_env import LOCAL_SETTINGS

PROCESS = """
import os, sys
sys.path.insert(0, sys.argv[2])
import airflow_local_settings

class Apart:
    def __del__(self):
        os.write(1, b"taken apart")

held = Apart()
if sys.argv[3:]:
    child = os.fork()
    if child == 0:
        sys.exit(3)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), end=" ")
print("last words", end=" ")
"""


def ending(name: str, *more: str) -> str:
    command = [sys.executable, "-c", PROCESS, name, str(LOCAL_SETTINGS), *more]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_server_says_its_last_words_and_is_gone() -> None:
    assert ending("api-server") == "last words "
    assert ending("dag-processor") == "last words taken apart"


def test_what_it_forked_ends_as_it_says() -> None:
    assert ending("api-server", "fork") == "taken apart3 last words "
