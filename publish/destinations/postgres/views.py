"""Marts that are views stay views: their query, in Postgres' words.

They are left as queries because their rows would outnumber the tables' many times.
"""

import sqlglot
from sqlglot import exp


def in_postgres(query: str, schema: str) -> str:
    """A view's DuckDB query as a Postgres query whose tables lie in `schema`.

    The two dialects differ, for what dbt writes here, in microseconds and in `group by all`.
    """
    tree = sqlglot.parse_one(query, read="duckdb")
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name not in named:
            table.set("db", exp.to_identifier(schema, quoted=True))
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        if group and group.args.get("all"):
            plain = [
                exp.Literal.number(position)
                for position, item in enumerate(select.expressions, 1)
                if not item.find(exp.AggFunc)
            ]
            select.set("group", exp.Group(expressions=plain))
    return tree.transform(_microseconds).sql(dialect="postgres")


def _microseconds(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "to_microseconds":
        one = exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MICROSECOND"))
        return exp.Paren(this=exp.Mul(this=one, expression=node.expressions[0]))
    return node
