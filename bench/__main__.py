"""`python -m bench [NAME …]`: all benchmarks, or those named."""

import importlib
import os
import subprocess
import sys
import tempfile

NAMES = (
    *("connectors", "loading", "tagging", "redaction", "linking", "business_time", "trending"),
    *("models", "pipeline", "publish"),
)


def main(arguments: list[str]) -> int:
    """Each benchmark runs in a process of its own, so that memory figures are its own."""
    if len(arguments) == 2 and arguments[0] == "--only":
        importlib.import_module(f"bench.{arguments[1]}").main()
        return 0
    unknown = set(arguments) - set(NAMES)
    if unknown:
        print(f"bench: no such benchmark: {', '.join(unknown)}; known: {', '.join(NAMES)}")
        return 2
    for name in arguments or NAMES:
        with tempfile.TemporaryDirectory(prefix="heedline-bench-") as home:
            env = {**os.environ, "HEEDLINE_HOME": home, "RUNTIME__DLTHUB_TELEMETRY": "false"}
            command = [sys.executable, "-m", "bench", "--only", name]
            if subprocess.run(command, env=env, check=False).returncode:
                return 1
    return 0


sys.exit(main(sys.argv[1:]))
