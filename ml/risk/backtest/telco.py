"""The public telco table in the form of a company's features."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ml.risk.learn.features import BadFeatures, FeatureList, feature_list

LEAK = 0.87
"""More than any honest model reaches on this table."""

_AS_OF = datetime(2017, 1, 1, tzinfo=UTC)
_CHURNED = "Churn"


def telco_features() -> FeatureList:
    return feature_list(Path(__file__).with_name("telco.yml"))


def telco(folder: Path) -> pa.Table:
    """One row per customer, all at one instant, `segment` the contract.

    Args:
        folder: holds `telco_customer_churn*.csv`.

    Raises:
        FileNotFoundError: no such file.
        BadFeatures: it is not that table.
    """
    files = sorted(folder.glob("telco_customer_churn*.csv"))
    if not files:
        raise FileNotFoundError(
            f"no telco_customer_churn*.csv in {folder}; --telco wants its folder"
        )
    # TotalCharges is blank for who has not had a bill yet.
    blank = csv.ConvertOptions(null_values=["", " "], column_types={"TotalCharges": pa.float64()})
    table = csv.read_csv(files[0], convert_options=blank)
    missing = [n for n in ("customerID", _CHURNED, "Contract") if n not in table.column_names]
    if missing:
        raise BadFeatures(f"{files[0].name} has no column {', '.join(missing)}")
    return (
        table.append_column("customer_id", table["customerID"])
        .append_column("as_of", pa.array([_AS_OF] * len(table), pa.timestamp("us", tz="UTC")))
        .append_column("segment", table["Contract"])
        .append_column("churned", pc.equal(table[_CHURNED], "Yes"))
        .drop_columns([_CHURNED])
    )
