"""Why two records are, or are not, one person: the model's own contributions, in plain words."""

from ml.identity.likeness import Field
from ml.identity.model import Model, column, field_bits, gamma


def _reason(field: str, label: str, weight: str) -> str:
    return f"{{'field': {field}, 'label': {label}, 'weight': round({weight}, 2)}}"


def _label(field: Field) -> str:
    cases = " ".join(
        f"when {gamma(field, number)} then {_text(level.label)}"
        for number, level in enumerate(field.levels)
    )
    return f"case gamma_{column(field)} {cases} end"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def reasons_sql(model: Model) -> str:
    """SQL: JSON list of {field, label, weight}: the fields, strongest first, then what they start
    from and what is
    taken off because it may be shared. The weights add up to match_weight."""
    bits = field_bits(model)
    fields = ", ".join(
        f"case when gamma_{column(field)} <> -1 then "
        f"{_reason(_text(field.name), _label(field), bits[field.name])} end"
        for field in model.fields
    )
    total = " + ".join([str(model.prior_weight), *bits.values()])
    start = _reason("'prior'", "'two records are rarely one person'", str(model.prior_weight))
    discount = _reason(
        "'shared'",
        "'could be another person of this household, office or name'",
        f"match_weight - ({total})",
    )
    ranked = (
        f"list_transform(list_reverse_sort(list_transform(list_filter([{fields}], lambda r: r is "
        f"not null), "
        "lambda r: {'size': abs(r.weight), 'reason': r})), lambda s: s.reason)"
    )
    return (
        f"to_json({ranked} || [{start}] || "
        f"case when match_weight - ({total}) < -0.005 then [{discount}] else [] end)::varchar"
    )
