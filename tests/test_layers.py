"""The middle rooms never import each other: they meet in warehouse tables."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUND = {"warehouse"}
ALLOWED = {
    "warehouse": set(),
    "connectors": GROUND,
    "expectations": GROUND,
    "ml": GROUND,
    "publish": GROUND,
    "outreach": GROUND,
    "sample": GROUND,
    "runtime": GROUND | {"connectors", "sample"},
    "privacy": GROUND | {"connectors"},
    "dags": GROUND | {"connectors", "expectations", "ml", "publish", "outreach", "privacy"},
    "commands": GROUND
    | {"connectors", "expectations", "ml", "outreach", "privacy", "runtime", "sample"},
}
ROOMS = set(ALLOWED) | {"bench", "tests", "heedline"}


def imported_rooms(file: Path) -> set[str]:
    """Rooms that a file imports, at the top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return {name.split(".")[0] for name in names} & ROOMS


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_the_house_allows(room: str) -> None:
    allowed = ALLOWED[room] | {room}
    wrong = {
        str(file.relative_to(ROOT)): sorted(imported_rooms(file) - allowed)
        for file in sorted((ROOT / room).rglob("*.py"))
        if imported_rooms(file) - allowed
    }
    assert not wrong


def test_the_rule_sees_imports_inside_functions(tmp_path: Path) -> None:
    file = tmp_path / "room.py"
    file.write_text("def body():\n    from publish import publish\n    import ml.tagger\n")
    assert imported_rooms(file) == {"publish", "ml"}
