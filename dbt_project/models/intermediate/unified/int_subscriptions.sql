{{ config(materialized="view") }}
with unified as (
    select * from {{ ref('loaded_subscriptions') }}
)

-- An end or a cancellation after `as_of` is not known yet.
select
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted,
    merged_into_remote_id,
    loaded_at,
    contact_remote_id,
    started_at,
    case when ended_at <= {{ as_of() }} then ended_at end as ended_at,
    case when cancel_requested_at <= {{ as_of() }} then cancel_requested_at end as cancel_requested_at,
    renewal_at,
    plan,
    amount_per_month,
    currency,
    case
        when ended_at <= {{ as_of() }} then 'ended'
        when ended_at is not null then 'active'
        else status
    end as status
from unified
where started_at <= {{ as_of() }}
