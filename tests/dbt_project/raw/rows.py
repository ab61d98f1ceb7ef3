"""Raw rows in few words."""

import json
from typing import Any

Row = dict[str, Any]
MAY = 1_777_593_600  # 2026-05-01T00:00:00Z


def rows(columns: str, *rows: tuple[Any, ...]) -> list[Row]:
    names = columns.split()
    return [
        {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in rows
    ]
