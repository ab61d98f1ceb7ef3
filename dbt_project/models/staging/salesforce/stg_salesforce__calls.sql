select
    ---------- ids
    'salesforce' as source_system,
    call_id as remote_id,
    updated_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    conversation_id as conversation_remote_id,

    ---------- text, timestamps, numerics
    direction,
    ring_at,
    case when outcome = 'answered' then ring_at end as answered_at,
    ended_at,
    case when outcome = 'answered' then seconds end as talk_seconds,
    cast(null as double) as hold_seconds,
    cast(null as double) as wrap_seconds,
    outcome,
    cast(null as varchar) as transcript
from {{ ref('base_salesforce__calls') }}
