{{ config(materialized="view") }}
with unified as (
    select * from {{ ref('loaded_conversations') }}
),

known as (
    select *, remote_updated_at <= {{ as_of() }} or remote_updated_at is null as is_current
    from unified
    where opened_at <= {{ as_of() }}
)

-- What happened after `as_of` is not known yet, so that an earlier day can be replayed: a later state of
-- the row (deleted, status) is taken back; status events tell the rest.
select
    conversation_id,
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted and (deleted_at is null or deleted_at <= {{ as_of() }}) as remote_was_deleted,
    merged_into_remote_id,
    loaded_at,
    channel,
    opened_at,
    contact_remote_id,
    subject,
    case when is_current then status end as status,
    case when is_current then unknown_status end as unknown_status,
    priority,
    team,
    assignee_agent_remote_id,
    brand,
    schedule_id,
    tags,
    case when deleted_at <= {{ as_of() }} then deleted_at end as deleted_at,
    is_spam,
    follow_up_of_remote_id,
    case when is_current then bot_resolution end as bot_resolution
from known
