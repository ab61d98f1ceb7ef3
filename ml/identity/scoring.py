"""Pairs scored by Splink, and what Splink cannot know: families and colleagues.

Splink adds the fields' evidence as if fields were independent. Two members of a household share
surname,
address and phone; two colleagues share company, address and phone. So a pair's weight is measured
against three
alternatives at once: two strangers, two of one household, two of one office, each of which
discounts what it shares.
"""

import logging
import math

import duckdb
from splink import DuckDBAPI, Linker

from ml.identity.fields import TERMS
from ml.identity.functions import scalar
from ml.identity.model import Model, column, field_bits, gamma, splink_settings

CHUNK = 2_000_000
"""Pairs scored at once: bounds memory."""


def _own_values(
    connection: duckdb.DuckDBPyConnection, prepared: str, plural: str, shared: list[str]
) -> None:
    """Temporary table `own_<plural>` (record_id, kept): records that hold a shared value, and what
    else they hold."""
    connection.execute("create or replace temp table shared_now (value varchar)")
    connection.execute("insert into shared_now select unnest(?::varchar[])", [shared])
    connection.execute(
        f"""
        create or replace temp table own_{plural} as
        select record_id, list_sort(list(held) filter (where shared_now.value is null)) as kept
        from (select record_id, unnest({plural}) as held from {prepared} semi join in_pairs using
        (record_id))
        left join shared_now on shared_now.value = held
        group by record_id having count(shared_now.value) > 0
        """
    )
    connection.execute("drop table shared_now")


def _family_flag(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    plural: str,
    single: str,
    values: list[str],
    joins: list[str],
) -> str:
    """Select item `family_<single>`: does the record hold a value that is used under several
    names?"""
    if not values:
        return f"false as family_{single}"
    connection.execute("create or replace temp table family_values (value varchar)")
    connection.execute("insert into family_values select unnest(?::varchar[])", [values])
    connection.execute(
        f"create or replace temp table family_{plural} as select distinct record_id from "
        f"(select record_id, unnest({plural}) as value from {prepared} semi join in_pairs using "
        f"(record_id)) "
        "semi join family_values using (value)"
    )
    connection.execute("drop table family_values")
    joins.append(f"left join family_{plural} on family_{plural}.record_id = p.record_id")
    return f"family_{plural}.record_id is not null as family_{single}"


def scoring_table(
    connection: duckdb.DuckDBPyConnection, model: Model, prepared: str, pairs: str, target: str
) -> None:
    """Create `target`: the records in `pairs`, without shared values, with term frequencies beside
    their columns."""
    connection.execute(
        f"create or replace temp table in_pairs as select left_id as record_id from {pairs} "
        f"union select right_id from {pairs}"
    )
    replaced: list[str] = []
    added: list[str] = []
    joins: list[str] = []
    for plural, single in (("emails", "email"), ("phones", "phone")):
        added.append(
            _family_flag(connection, prepared, plural, single, model.family.get(plural, []), joins)
        )
        if model.shared.get(plural):
            _own_values(connection, prepared, plural, model.shared[plural])
            own = f"own_{plural}"
            held = f"{own}.record_id is not null"
            replaced += [
                f"case when {held} then {own}.kept else p.{plural} end as {plural}",
                f"case when {held} then {own}.kept[1] else p.{single} end as {single}",
            ]
            joins.append(f"left join {own} on {own}.record_id = p.record_id")
    # Once a record instead of several times a pair.
    email = "p.email"
    if model.shared.get("emails"):
        email = (
            "case when own_emails.record_id is not null then own_emails.kept[1] else p.email end"
        )
    added.append(f"split_part({email}, '@', 1) as local")
    added.append(f"split_part({email}, '@', 2) as domain")
    added.append(f"regexp_replace({email}, '[^0-9]', '', 'g') as email_digits")
    for name, expression in TERMS.items():
        if name not in model.terms:
            continue
        term = model.terms[name]
        connection.execute(f"create or replace temp table tf_of_{name} (value varchar, tf double)")
        connection.execute(
            f"insert into tf_of_{name} select unnest(?::varchar[]), unnest(?::double[])",
            [list(term.values), list(term.values.values())],
        )
        added.append(
            f"case when ({expression}) is not null then coalesce(tf_of_{name}.tf, {term.rest}) end "
            f"as tf_{name}"
        )
        if expression != name:
            added.append(f"{expression} as {name}")
        joins.append(f"left join tf_of_{name} on tf_of_{name}.value = {expression}")
    keys = "strict_keys, loose_keys, broad_keys, content"
    star = f"p.* exclude ({keys})" + (f" replace ({', '.join(replaced)})" if replaced else "")
    connection.execute(
        f"create or replace temp table {target} as select {', '.join([star, *added])} "
        f"from (select * from {prepared} semi join in_pairs using (record_id)) as p "
        f"{' '.join(joins)}"
    )
    connection.execute("drop table in_pairs")


def weight_sql(model: Model) -> str:
    """SQL: log2 odds of a pair, against strangers, household and office together."""
    bits = field_bits(model)

    def against(start: float, alternative: str) -> str:
        parts = [str(start)]
        for field in model.fields:
            least, most = field.limits.get(alternative, (-1000.0, 1000.0))
            own = bits[field.name]
            capped = [
                f"when {gamma(field, number)} then least({own}, {level.most})"
                for number, level in enumerate(field.levels)
                if level.most is not None
            ]
            if capped:
                own = f"case gamma_{column(field)} {' '.join(capped)} else {own} end"
            if field.unless_named is not None and "given name" in model.levels:
                least_named = f"least({own}, {field.unless_named})"
                own = f"case when gamma_given_name = 0 then {least_named} else {own} end"
            if (least, most) != (0.0, 0.0):
                parts.append(f"greatest(least({own}, {most}), {least})")
        return " + ".join(parts)

    strangers = " + ".join([str(model.prior_weight), *bits.values()])
    sums = [strangers, *(against(start, name) for name, start in model.alternatives.items())]
    return "-log2(" + " + ".join(f"pow(2, -greatest(least({s}, 60), -60))" for s in sums) + ")"


def predict(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    pairs: str,
    target: str,
    select: str,
    least: float | None = None,
) -> None:
    """Create the table `target`: `select` over every scored pair of `pairs` (left_id, right_id).

    `select` may use Splink's columns (`gamma_…`, `mw_…`) and `match_weight`, the log2 odds of
    `weight_sql`; with
    `least`, only pairs of at least that weight (Splink's own weight is never smaller, so it sieves
    first).
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    scoring_table(connection, model, prepared, pairs, "scoring_input")
    many = int(scalar(connection, f"select count(*) from {pairs}"))
    chunks = max(1, -(-many // (CHUNK if least is not None else CHUNK // 2)))
    where = "true" if least is None else f"match_weight >= {least}"
    for chunk in range(chunks):
        connection.execute(
            "create or replace temp table blocked_now as select left_id as join_key_l, right_id as "
            "join_key_r, "
            f"0 as match_key from {pairs} where hash(left_id) % {chunks} = {chunk}"
        )
        api = DuckDBAPI(connection)
        linker = Linker(
            api.register("scoring_input"),
            splink_settings(model),
            log_level=None,
            validate_settings=False,
        )
        linker.table_management.register_blocked_pairs_for_predict(api.register("blocked_now"))
        scored = linker.inference.predict(
            threshold_match_weight=least, warning_mode="never"
        ).physical_name
        query = (
            f"select {select} from (select *, {weight_sql(model)} as match_weight from "
            f"(select * exclude (match_weight, match_probability) from {scored})) where {where}"
        )
        if chunk == 0:
            connection.execute(f"create or replace table {target} as {query}")
        else:
            connection.execute(f"insert into {target} {query}")
        linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    connection.execute("drop table blocked_now")
    connection.execute("drop table scoring_input")


def threshold_weight(probability: float) -> float:
    """A probability as log2 odds."""
    return math.log2(probability / (1 - probability))
