{{ config(materialized="view") }}
with unified as (
    select * from {{ ref('loaded_calls') }}
),

-- A call still ringing or running at `as_of` has not been answered or ended yet.
known as (
    select
        *,
        coalesce(ended_at <= {{ as_of() }}, true) as is_over,
        answered_at <= {{ as_of() }} as is_answered
    from unified
    where ring_at <= {{ as_of() }}
)

select
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted,
    merged_into_remote_id,
    loaded_at,
    conversation_remote_id,
    direction,
    ring_at,
    case when is_answered then answered_at end as answered_at,
    case when is_over then ended_at end as ended_at,
    case when is_over then talk_seconds end as talk_seconds,
    case when is_over then hold_seconds end as hold_seconds,
    case when is_over then wrap_seconds end as wrap_seconds,
    case when is_over or is_answered then outcome end as outcome,
    case when is_over then transcript end as transcript
from known
