-- How earlier scores and lists did, once it was known who left (ml/risk/record.py), newest first.
select
    {{ as_of() }} as as_of,
    as_of as scored_as_of,
    kind,
    ranking,
    is_in_use,
    model_version,
    known_at,
    is_final,
    customers,
    churners,
    expected_churners,
    capacity,
    caught,
    precision_at_capacity,
    precision_low,
    precision_high,
    recall_at_capacity,
    lead_time_days,
    lift_top_decile,
    auc,
    auc_low,
    auc_high,
    average_precision,
    calibration_error,
    brier,
    green_share_of_churners
from {{ source('ml', 'risk_accuracy') }}
where known_at <= {{ as_of() }}
order by scored_as_of desc nulls last, kind, ranking
