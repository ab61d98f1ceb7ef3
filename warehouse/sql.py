"""Names and texts as SQL: quoted, so that whatever a vendor calls a column stays a name."""


def identifier(name: str) -> str:
    """A column or table name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text value, quoted; only where DuckDB takes no parameter (`comment on …`)."""
    return "'" + text.replace("'", "''") + "'"
