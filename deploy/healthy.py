"""Exit 0 when an Airflow health page says that a component is healthy; else 1 with one line.

Usage: healthy.py URL [COMPONENT]. Without a component it is enough that the page answers.
Standard library only: a check costs milliseconds, where `airflow jobs check` costs 5 to 14 seconds.
"""

import json
import sys
from urllib.request import urlopen


def trouble(url: str, component: str | None = None) -> str | None:
    """What is wrong, or None."""
    try:
        with urlopen(url, timeout=8) as answer:  # noqa: S310 - an address of docker-compose.yml
            body = answer.read()
        if component is None:
            return None
        status = json.loads(body)[component]["status"]
    except OSError as error:
        return f"{url}: {error}"
    except (ValueError, KeyError, TypeError):
        return f"{url}: does not tell the status of {component}"
    return None if status == "healthy" else f"{component} is {status}"


if __name__ == "__main__":
    sys.exit(trouble(*sys.argv[1:]))
