"""Made-up tables of people with known truth, to judge linkage without looking at anybody's labels.

`simulate(style, rows, seed)` gives an Arrow table: a person's entries as several systems hold
them (columns as `heedline link` reads them) and `person_id`, the truth. Styles are described in
their modules.
"""

from collections.abc import Callable

import pyarrow as pa

from ml.identity.simulate import crm, historical, registry
from ml.identity.simulate.draw import Draw
from ml.identity.simulate.stock import Column

TRUTH = "person_id"
STYLES: dict[str, Callable[[Draw, int], tuple[dict[str, Column], Column]]] = {
    "crm": crm.rows,
    "registry": registry.rows,
    "historical": historical.rows,
}


def simulate(style: str, rows: int, seed: int = 7) -> pa.Table:
    """`rows` entries in random order.

    Args:
        style: one of `STYLES`.
        rows: how many entries, at least 1.
        seed: one seed gives one table.

    Returns:
        record_id and person_id (text, neither tells the other), and the style's columns: text, null
        where nothing is known.

    Raises:
        ValueError: no such style, or fewer than one row.
    """
    if style not in STYLES:
        raise ValueError(f"no style {style!r}; there are {', '.join(STYLES)}")
    if rows < 1:
        raise ValueError(f"{rows} rows; ask for at least 1")
    draw = Draw(seed, style)
    columns, owner = STYLES[style](draw, rows)
    order = draw.rng.permutation(rows)
    return pa.table(
        {
            "record_id": pa.array([f"r{number}" for number in range(rows)]),
            **{
                name: pa.array(values[order].tolist(), pa.string())
                for name, values in columns.items()
            },
            TRUTH: pa.array([f"p{number}" for number in owner[order].tolist()]),
        }
    )
