{{ config(materialized="view") }}
with unified as (
    select * from {{ ref('loaded_survey_responses') }}
),

known as (
    select
        *,
        coalesce(responded_at, sent_at) <= {{ as_of() }} or coalesce(responded_at, sent_at) is null as is_answered
    from unified
    -- Without any date it is kept; its conversation dates it.
    where coalesce(sent_at, responded_at) <= {{ as_of() }} or coalesce(sent_at, responded_at) is null
)

select
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted,
    merged_into_remote_id,
    loaded_at,
    survey_type,
    case when is_answered then score end as score,
    scale_min,
    scale_max,
    sent_at,
    case when is_answered then responded_at end as responded_at,
    conversation_source_system,
    conversation_remote_id,
    contact_remote_id,
    agent_remote_id,
    case when is_answered then comment end as comment,
    case when is_answered then comment_hash end as comment_hash
from known
