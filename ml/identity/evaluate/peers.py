"""What our linkage is held against: a join on equal e-mail, and Splink as its tutorial teaches."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.comparison_creator import ComparisonCreator

Clusters = dict[str, str]
"""record_id → cluster id."""
THRESHOLD = 0.95
"""Match probability above which Splink's tutorial clusters."""


def exact_email(table: pa.Table) -> Clusters:
    """Records with the same e-mail address, letter case aside, are one person."""
    ids = table["record_id"].to_pylist()
    column = next((name for name in ("emails", "email") if name in table.column_names), None)
    mails = table[column].to_pylist() if column else [None] * len(ids)
    first: dict[str, str] = {}
    return {
        record: first.setdefault(mail.strip().lower(), record) if mail and mail.strip() else record
        for record, mail in zip(ids, mails, strict=True)
    }


def _comparisons() -> dict[str, Callable[[], ComparisonCreator]]:
    return {
        "given_name": lambda: cl.NameComparison("given_name"),
        "surname": lambda: cl.NameComparison("surname"),
        "date_of_birth": lambda: cl.DateOfBirthComparison("date_of_birth", input_is_string=True),
        "emails": lambda: cl.EmailComparison("emails"),
        "phones": lambda: cl.ExactMatch("phones"),
        "postcode": lambda: cl.LevenshteinAtThresholds("postcode", [1, 2]),
        "suburb": lambda: cl.ExactMatch("suburb").configure(term_frequency_adjustments=True),
        "address_1": lambda: cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        "company": lambda: cl.ExactMatch("company").configure(term_frequency_adjustments=True),
        "soc_sec_id": lambda: cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
    }


_RULES = (
    ("given_name", "surname"), ("surname", "date_of_birth"), ("given_name", "date_of_birth"),
    ("date_of_birth", "postcode"), ("surname", "postcode"), ("emails",), ("phones",),
    ("soc_sec_id",),
)  # fmt: skip
_TRAINING = (("given_name", "surname"), ("date_of_birth",), ("emails",), ("phones",))


def textbook_splink(table: pa.Table, seed: int = 7) -> Clusters:
    """Splink's tutorial on whatever columns are there, clusters at 0.95.

    Ready-made comparisons, several blocking rules, u from random pairs, m by expectation
    maximisation over several blockings.

    Dates are brought to YYYY-MM-DD for it, and a full name is parted into first and last word.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        columns = [name for name in _comparisons() if name in table.column_names]
        picked = ", ".join(_cleaned(name, "name" in table.column_names) for name in columns)
        connection.register("given", table)
        connection.execute(f"create table people as select record_id, {picked} from given")
        rules: list[Any] = [block_on(*rule) for rule in _RULES if set(rule) <= set(columns)]
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="record_id",
            comparisons=[_comparisons()[name]() for name in columns],
            blocking_rules_to_generate_predictions=rules,
        )
        people = DuckDBAPI(connection).register("people", table_name="textbook")
        linker = Linker(people, settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(rules[:2], recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
        for fields in _TRAINING:
            if set(fields) <= set(columns):
                # Splink 5 refuses a level that EM finds to be impossible; the other passes go on.
                with suppress(ValueError):
                    linker.training.estimate_parameters_using_expectation_maximisation(
                        block_on(*fields)
                    )
        pairs = linker.inference.predict(threshold_match_probability=0.5)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, THRESHOLD)
        found = connection.execute(
            f"select record_id, cluster_id from {clusters.physical_name}"
        ).fetchall()
    return dict(found)


def _cleaned(name: str, whole: bool) -> str:
    """SQL that tidies a column as the tutorial asks for; `whole`: there is a full name too."""
    if name == "date_of_birth":
        return (
            "case when regexp_matches(date_of_birth, '^[0-9]{8}$') "
            "then concat_ws('-', date_of_birth[1:4], date_of_birth[5:6], date_of_birth[7:8]) "
            "when regexp_matches(date_of_birth, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') then date_of_birth "
            "end as date_of_birth"
        )
    tidy = f"nullif(lower(trim({name})), '')"
    if whole and name in ("given_name", "surname"):
        place = 1 if name == "given_name" else -1
        tidy = f"coalesce({tidy}, nullif(split_part(lower(trim(name)), ' ', {place}), ''))"
    return f"{tidy} as {name}"
