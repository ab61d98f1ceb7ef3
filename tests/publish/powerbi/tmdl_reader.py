"""A small strict reader of TMDL, written from its specification and not from our writer.

Knows objects, properties, flags, formulas and descriptions; whatever else it meets is an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OBJECTS = {
    "database",
    "model",
    "table",
    "column",
    "measure",
    "partition",
    "hierarchy",
    "level",
    "relationship",
    "expression",
    "role",
    "tablePermission",
    "annotation",
    "ref table",
    "ref role",
    "dataAccessOptions",
}
PROPERTIES = {
    "compatibilityLevel",
    "culture",
    "defaultPowerBIDataSourceVersion",
    "sourceQueryCulture",
    "lineageTag",
    "dataCategory",
    "dataType",
    "formatString",
    "displayFolder",
    "summarizeBy",
    "sourceColumn",
    "sortByColumn",
    "mode",
    "column",
    "fromColumn",
    "toColumn",
    "isActive",
    "modelPermission",
}
FLAGS = {"isHidden", "isKey", "legacyRedirects", "returnErrorValuesAsNull"}
FORMULAS = {"source", "formatStringDefinition"}
NAME = r"(?:'(?:[^']|'')+'|[^\s'.=:]+)"
_OBJECT = re.compile(rf"(ref (?:table|role)|\w+)(?: ({NAME}))?(?:( =)(?: (.+))?)?")
_REFERENCE = re.compile(rf"({NAME})\.({NAME})")


class NotTmdl(ValueError):
    """The text does not follow the grammar; says where."""


@dataclass
class Node:
    """An object with what is written below it."""

    kind: str
    name: str
    formula: str = ""
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def of(self, kind: str) -> dict[str, "Node"]:
        found = [child for child in self.children if child.kind == kind]
        by_name = {child.name: child for child in found}
        assert len(by_name) == len(found), f"{self.name}: two of {kind} with one name"
        return by_name


def unquoted(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def reference(text: str) -> tuple[str, str]:
    """`table.column`, either part quoted where it must be."""
    read = _REFERENCE.fullmatch(text)
    if read is None:
        raise NotTmdl(f"no reference: {text}")
    return unquoted(read[1]), unquoted(read[2])


def read_folder(folder: Path) -> Node:
    """Every object of a `definition` folder, as if it were one file."""
    whole = Node("folder", folder.name)
    for path in sorted(folder.rglob("*.tmdl")):
        whole.children += parse(path.read_text(encoding="utf-8"), str(path)).children
    return whole


def parse(text: str, where: str = "text") -> Node:
    """The objects of one file."""
    root = Node("file", where)
    lines = [(i, line) for i, line in enumerate(text.split("\n"), start=1) if line.strip()]
    _children(root, iter(_Peek(lines)), -1, where)
    return root


class _Peek:
    """Lines that can be put back."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.lines, self.at = lines, 0

    def __iter__(self) -> "_Peek":
        return self

    def __next__(self) -> tuple[int, str]:
        if self.at == len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]

    def put_back(self) -> None:
        self.at -= 1


def _children(parent: Node, lines: Iterator[tuple[int, str]], depth: int, where: str) -> None:
    assert isinstance(lines, _Peek)
    description: list[str] = []
    for number, line in lines:
        level = len(line) - len(line.lstrip("\t"))
        if level <= depth:
            lines.put_back()
            break
        text, place = line[level:], f"{where}:{number}"
        if level != depth + 1 or text.startswith(" ") or text != text.rstrip():
            raise NotTmdl(f"{place}: out of line: {line!r}")
        if text.startswith("/// "):
            description.append(text[4:])
            continue
        _entry(parent, text, " ".join(description), lines, level, place)
        description = []
    if description:
        raise NotTmdl(f"{where}: a description of nothing: {description}")


def _entry(
    parent: Node, text: str, description: str, lines: "_Peek", level: int, place: str
) -> None:
    key, colon, value = text.partition(": ")
    if colon and key in PROPERTIES:
        if description or key in parent.properties:
            raise NotTmdl(f"{place}: {text}")
        parent.properties[key] = _value(value, place)
        return
    if text in FLAGS:
        parent.properties[text] = "true"
        return
    read = _OBJECT.fullmatch(text)
    if read is None or read[1] not in OBJECTS | FORMULAS:
        raise NotTmdl(f"{place}: {text}")
    formula = read[4] or ""
    if read[3] and not formula:
        formula = "\n".join(_formula(lines, level + 2))
        if not formula:
            raise NotTmdl(f"{place}: no formula")
    if read[1] in FORMULAS:
        parent.properties[read[1]] = formula
        return
    child = Node(read[1], unquoted(read[2] or ""), formula, description)
    _children(child, lines, level, place.rsplit(":", 1)[0])
    parent.children.append(child)


def _formula(lines: "_Peek", depth: int) -> Iterator[str]:
    for _, line in lines:
        if not line.startswith("\t" * depth):
            lines.put_back()
            return
        yield line[depth:]


def _value(value: str, place: str) -> str:
    if value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            raise NotTmdl(f"{place}: {value}")
        return value[1:-1].replace('""', '"')
    return value
