with calls as (

    select * from {{ ref('base_aircall__calls') }}

),

transcripts as (

    select * from {{ ref('base_aircall__transcripts') }}

)

select
    ---------- ids
    'aircall' as source_system,
    calls.call_id as remote_id,
    coalesce(calls.ended_at, calls.answered_at, calls.ring_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['calls.loaded_at', 'transcripts.loaded_at']) }} as loaded_at,
    calls.call_id as conversation_remote_id,

    ---------- text, timestamps, numerics
    calls.direction,
    calls.ring_at,
    calls.answered_at,
    calls.ended_at,
    -- Hold is inside talk, and wrap is not told: a user's wrap-up time is a setting.
    {{ minutes_between('calls.answered_at', 'calls.ended_at') }} * 60 as talk_seconds,
    cast(null as double) as hold_seconds,
    cast(null as double) as wrap_seconds,
    calls.outcome,
    transcripts.transcript
from calls
left join transcripts on calls.call_id = transcripts.call_id
