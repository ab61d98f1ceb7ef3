"""A `.tds` per mart: what Tableau calls a data source, with its fields explained.

Written in the form that Tableau's own tools read (`tableaudocumentapi`). Fields keep the names of
the columns, so that a workbook outlives a change of captions.
"""

from lxml import etree

from publish.destinations.tableau.hyper import FILE, SCHEMA
from publish.destinations.tableau.kinds import Kept, kept
from publish.labels import caption, folder, is_additive, is_amount, is_share
from publish.marts import Column, Mart

_VERSION = "18.1"
_CONNECTION = "hyper.heedline"
_FORMATS = {
    "integer": "n#,##0;-#,##0",
    "real": "n#,##0.00;-#,##0.00",
    "date": "*yyyy-MM-dd",
    "datetime": "*yyyy-MM-dd HH:mm",
}
_SHARE_FORMAT = "p0.0%"


def document(mart: Mart) -> bytes:
    """The XML of a mart's data source; its rows are found in the `.hyper` file beside it."""
    columns = [(column, kept(column)) for column in mart.leaders_columns]
    root = etree.Element(
        "datasource",
        {"formatted-name": f"heedline.{mart.name}", "caption": caption(mart.name)},
        inline="true",
        version=_VERSION,
    )
    _connection(root, mart.name, columns)
    etree.SubElement(root, "aliases", enabled="yes")
    for column, one in columns:
        _field(root, column, one)
    _folders(root, mart)
    etree.SubElement(root, "layout", {"dim-ordering": "alphabetic", "show-structure": "true"})
    document: bytes = etree.tostring(
        root, xml_declaration=True, encoding="utf-8", pretty_print=True
    )
    return document


def _connection(root: etree._Element, table: str, columns: list[tuple[Column, Kept]]) -> None:
    federated = etree.SubElement(root, "connection", {"class": "federated"})
    named = etree.SubElement(
        etree.SubElement(federated, "named-connections"),
        "named-connection",
        caption=FILE,
        name=_CONNECTION,
    )
    etree.SubElement(
        named,
        "connection",
        {"class": "hyper", "default-settings": "yes"},
        authentication="auth-none",
        dbname=FILE,
        schema=SCHEMA,
        sslmode="",
        username="tableau_internal_user",
    )
    etree.SubElement(
        federated,
        "relation",
        connection=_CONNECTION,
        name=table,
        table=f"[{SCHEMA}].[{table}]",
        type="table",
    )
    records = etree.SubElement(federated, "metadata-records")
    for ordinal, (column, one) in enumerate(columns, 1):
        record = etree.SubElement(records, "metadata-record", {"class": "column"})
        for tag, value in (
            ("remote-name", column.name),
            ("remote-type", str(one.ole_type)),
            ("local-name", f"[{column.name}]"),
            ("parent-name", f"[{table}]"),
            ("remote-alias", column.name),
            ("ordinal", str(ordinal)),
            ("local-type", one.datatype),
            ("aggregation", _aggregation(column, one)),
            ("contains-null", "true"),
        ):
            etree.SubElement(record, tag).text = value


def _field(root: etree._Element, column: Column, one: Kept) -> None:
    is_measure = is_amount(column)
    kinds = {"date": "ordinal", "datetime": "ordinal", "integer": "ordinal"}
    field = etree.SubElement(
        root,
        "column",
        caption=caption(column.name),
        datatype=one.datatype,
        name=f"[{column.name}]",
        role="measure" if is_measure else "dimension",
        type="quantitative" if is_measure else kinds.get(one.datatype, "nominal"),
    )
    if is_measure:
        field.set("aggregation", _aggregation(column, one))
    if shown := _SHARE_FORMAT if is_share(column) else _FORMATS.get(one.datatype):
        field.set("default-format", shown)
    if column.description:
        said = etree.SubElement(etree.SubElement(field, "desc"), "formatted-text")
        etree.SubElement(said, "run").text = column.description


def _folders(root: etree._Element, mart: Mart) -> None:
    filed: dict[str, list[str]] = {}
    for column in mart.leaders_columns:
        if name := folder(column):
            filed.setdefault(name, []).append(column.name)
    if not filed:
        return
    common = etree.SubElement(root, "folders-common")
    for name, fields in sorted(filed.items()):
        one = etree.SubElement(common, "folder", name=name)
        for field in fields:
            etree.SubElement(one, "folder-item", name=f"[{field}]", type="field")


def _aggregation(column: Column, one: Kept) -> str:
    """What Tableau does with a field on a shelf: a mean, unless a sum means something."""
    if one.datatype in {"date", "datetime"}:
        return "Year"
    if not is_amount(column):
        return "Count"
    return "Sum" if is_additive(column) else "Avg"
