"""Configuration files: YAML checked against one typed schema; an error points at the line."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Schema = TypeVar("Schema", bound=BaseModel)

# libyaml's reads the same ten times as fast; PyYAML may be built without it.
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_FAST)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return yaml.safe_load(text)  # its message shows the place


def parse(
    text: str, schema: type[Schema], where: Path | str, error: type[Exception], hint: str = ""
) -> Schema:
    """A file's text as its schema.

    Args:
        where: the file, for the message.
        error: what to raise.
        hint: what to add to the message about a wrong key or value.

    Raises:
        error: one line: the file and its line, the key (`thresholds.link`) and what is wrong.
    """
    try:
        content: Any = _read(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise error(f"{where}{line}: not YAML: {' '.join(str(fault).split())}") from None
    try:
        return schema.model_validate({} if content is None else content)
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        number = line_of(text, first["loc"])
        raise error(f"{where}:{number}: {key}: {first['msg']}{hint}") from None


def line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line of a key, or of as much of the way there as the text has (from 1).

    Args:
        text: YAML that can be read.
        place: keys and list positions, outermost first.
    """
    node, line = yaml.compose(text), 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
