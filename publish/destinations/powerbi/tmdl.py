"""The semantic model in TMDL, Microsoft's text format for tabular models: one file per object.

Indented by tabs; descriptions stand above as `///`, formulas two levels in. Format:
https://learn.microsoft.com/analysis-services/tmdl/tmdl-overview
"""

import json
import re
from collections.abc import Iterator

from publish.destinations.powerbi.model import (
    Measure,
    Model,
    ModelColumn,
    Relationship,
    Role,
    Table,
    data_type,
    lineage,
)

FOLDER_PARAMETER = "PublishedFolder"
COMPATIBILITY = 1601
"""The lowest level that knows dynamic format strings."""
CULTURE = "en-US"

_UTC = "UtcInstant"
_UTC_ABOUT = "An instant as date and time in UTC, whichever of the two the reader made of it."
_UTC_BODY = (
    "(instant as any) as nullable datetime =>\n"
    "    if instant is datetimezone\n"
    "    then DateTimeZone.RemoveZone(DateTimeZone.ToUtc(instant))\n"
    "    else instant"
)
_PLAIN_NAME = re.compile(r"[^\s.=:']+")


def files(model: Model) -> dict[str, str]:
    """Every file of the folder `definition`, by path in it."""
    written = {
        "database.tmdl": f"database\n\tcompatibilityLevel: {COMPATIBILITY}",
        "model.tmdl": _model(model),
        "expressions.tmdl": _expressions(model),
        "relationships.tmdl": "\n".join(_relationship(r) for r in model.relationships),
    }
    written |= {f"tables/{table.name}.tmdl": _table(table) for table in model.tables}
    written |= {f"roles/{role.name}.tmdl": _role(role) for role in model.roles}
    # Microsoft's serializer ends each file with an empty line; so do we, for clean differences.
    return {path: f"{content.rstrip()}\n\n" for path, content in written.items()}


def name_ref(name: str) -> str:
    """A name, quoted where it must be."""
    return name if _PLAIN_NAME.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def _model(model: Model) -> str:
    order = [name for name, _, _ in model.parameters] + [table.name for table in model.tables]
    lines = [
        "model Model",
        f"\tculture: {CULTURE}",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        f"\tsourceQueryCulture: {CULTURE}",
        "\tdataAccessOptions",
        "\t\tlegacyRedirects",
        "\t\treturnErrorValuesAsNull",
        "",
        # The date table is ours: no hidden ones beside it.
        "annotation __PBI_TimeIntelligenceEnabled = 0",
        "",
        f"annotation PBI_QueryOrder = {json.dumps(order)}",
        "",
        *(f"ref table {name_ref(table.name)}" for table in model.tables),
        "",
        *(f"ref role {name_ref(role.name)}" for role in model.roles),
    ]
    return "\n".join(lines)


def _expressions(model: Model) -> str:
    lines: list[str] = []
    for name, value, about in model.parameters:
        quoted = '"' + value.replace('"', '""') + '"'
        meta = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
        lines += [f"/// {about}", f"expression {name} = {quoted} {meta}"]
        lines += [f"\tlineageTag: {lineage('expression', name)}", ""]
        lines += ["\tannotation PBI_ResultType = Text", ""]
    lines += [f"/// {_UTC_ABOUT}", f"expression {_UTC} =", *_formula(_UTC_BODY, 2)]
    lines += [f"\tlineageTag: {lineage('expression', _UTC)}", ""]
    lines += ["\tannotation PBI_ResultType = Function", ""]
    return "\n".join(lines)


def _relationship(one: Relationship) -> str:
    lines = [f"relationship {one.id}"]
    if not one.is_active:
        lines.append("\tisActive: false")
    lines += [
        f"\tfromColumn: {name_ref(one.table)}.{name_ref(one.column)}",
        f"\ttoColumn: {name_ref(one.to_table)}.{name_ref(one.to_column)}",
    ]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> str:
    lines = [f"/// {table.description}", f"table {name_ref(table.name)}"]
    if table.is_hidden:
        lines.append("\tisHidden")
    lines.append(f"\tlineageTag: {lineage(table.name)}")
    if table.levels:
        lines.append("\tdataCategory: Time")
    lines.append("")
    for measure in table.measures:
        lines += [*_measure(table, measure), ""]
    for column in table.columns:
        lines += [*_column(table, column), ""]
    if table.levels:
        lines += [*_calendar(table), ""]
    lines += [f"\tpartition {name_ref(table.name)} = m", "\t\tmode: import", "\t\tsource ="]
    lines += [*_formula(_source(table), 4), ""]
    lines += ["\tannotation PBI_ResultType = Table", ""]
    return "\n".join(lines)


def _measure(table: Table, measure: Measure) -> Iterator[str]:
    if measure.description:
        yield f"\t/// {measure.description}"
    formula = measure.formula
    if "\n" in formula:
        yield f"\tmeasure {name_ref(measure.name)} ="
        yield from _formula(formula, 3)
    else:
        yield f"\tmeasure {name_ref(measure.name)} = {formula}"
    if measure.format:
        yield f"\t\tformatString: {_value(measure.format)}"
    if measure.folder:
        yield f"\t\tdisplayFolder: {measure.folder}"
    yield f"\t\tlineageTag: {lineage(table.name, 'measure', measure.name)}"
    if measure.dynamic_format:
        yield ""
        yield "\t\tformatStringDefinition ="
        yield from _formula(measure.dynamic_format, 4)


def _column(table: Table, column: ModelColumn) -> Iterator[str]:
    if column.description:
        yield f"\t/// {column.description}"
    yield f"\tcolumn {name_ref(column.name)}"
    yield f"\t\tdataType: {data_type(column.kind)}"
    if column.is_hidden:
        yield "\t\tisHidden"
    if column.is_key:
        yield "\t\tisKey"
    if column.format:
        yield f"\t\tformatString: {_value(column.format)}"
    if column.folder:
        yield f"\t\tdisplayFolder: {column.folder}"
    yield f"\t\tlineageTag: {lineage(table.name, 'column', column.name)}"
    # Nothing adds up by itself: a rate, a level or a count of persons would come out wrong.
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {column.source}"
    if column.sort_by:
        yield f"\t\tsortByColumn: {name_ref(column.sort_by)}"
    yield ""
    yield "\t\tannotation SummarizationSetBy = User"


def _calendar(table: Table) -> Iterator[str]:
    yield "\thierarchy Calendar"
    yield f"\t\tlineageTag: {lineage(table.name, 'hierarchy')}"
    for level, column in table.levels:
        yield ""
        yield f"\t\tlevel {name_ref(level)}"
        yield f"\t\t\tlineageTag: {lineage(table.name, 'hierarchy', level)}"
        yield f"\t\t\tcolumn: {name_ref(column)}"


def _source(table: Table) -> str:
    """The query that fetches a table's rows, in M."""
    if not table.source:
        return f"let\n    Source = {table.rows}\nin\n    Source"
    chosen = ", ".join(f'"{column.source}"' for column in table.columns)
    steps = [*_rows(table.source), f"Chosen = Table.SelectColumns(Source, {{{chosen}}})"]
    renamed = [f'{{"{c.source}", "{c.name}"}}' for c in table.columns if c.source != c.name]
    if renamed:
        steps.append(f"Named = Table.RenameColumns(Chosen, {{{', '.join(renamed)}}})")
    instants = [c.name for c in table.columns if c.kind == "TIMESTAMP WITH TIME ZONE"]
    if instants:
        changed = ", ".join(f'{{"{name}", {_UTC}, type nullable datetime}}' for name in instants)
        last = steps[-1].split(" ", 1)[0]
        steps.append(f"Instants = Table.TransformColumns({last}, {{{changed}}})")
    last = steps[-1].split(" ", 1)[0]
    return "let\n    " + ",\n    ".join(steps) + f"\nin\n    {last}"


def _rows(source: str) -> list[str]:
    """Steps to `Source`, all rows of a Parquet file or of a folder of such."""
    below = source.replace("/", "\\")
    path = f'{FOLDER_PARAMETER} & "\\{below}"'
    if source.endswith(".parquet"):
        return [f"Source = Parquet.Document(File.Contents({path}))"]
    return [
        f'Files = Table.SelectRows(Folder.Files({path}), each [Extension] = ".parquet")',
        "Source = Table.Combine(List.Transform(Files[Content], each Parquet.Document(_)))",
    ]


def _role(role: Role) -> str:
    lines = [f"/// {role.description}", f"role {name_ref(role.name)}", "\tmodelPermission: read"]
    for table, formula in role.permissions:
        lines += ["", f"\ttablePermission {name_ref(table)} = {formula}"]
    return "\n".join(lines)


def _formula(formula: str, depth: int) -> list[str]:
    return ["\t" * depth + line for line in formula.split("\n")]


def _value(value: str) -> str:
    """A property's text; one that begins or ends with a quote or space is quoted."""
    if value != value.strip() or value.startswith('"'):
        return '"' + value.replace('"', '""') + '"'
    return value
