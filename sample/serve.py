"""`python -m sample.serve --world DIR --ready FILE`: the sample vendors until SIGTERM or Ctrl-C.

FILE appears (mode 0600, whole) once every server answers: JSON, source → connection URI.
"""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from sample.servers import NotServing, start


def write_ready(path: Path, connections: dict[str, str]) -> None:
    """Put the connections where the caller waits for them; readers never see half a file."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(connections, file, indent=1)
    half.replace(path)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sample.serve", description=__doc__)
    parser.add_argument("--world", type=Path, required=True, help="folder of the world's tables")
    parser.add_argument("--ready", type=Path, required=True, help="file to write connections to")
    options = parser.parse_args(arguments)
    if not (options.world / "people.parquet").is_file():
        print(f"sample: {options.world}: no sample world there; generate one", file=sys.stderr)  # noqa: T201
        return 2

    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    try:
        running = start(options.world.resolve())
    except NotServing as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    with running:
        write_ready(options.ready, running.connections)
        print("serving " + ", ".join(running.connections), flush=True)  # noqa: T201
        asked_to_stop.wait()
        options.ready.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
