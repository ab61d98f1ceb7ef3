with source as (

    select * from {{ source('raw_guru', 'events') }}

)

select
    ---------- ids
    'guru' as source_system,
    event_key as remote_id,
    cast(null as timestamp with time zone) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- the event
    {{ to_timestamp_utc('event_date') }} as occurred_at,
    declared_event_type as event_type,
    {{ json_text('properties', 'cardId') }} as article_remote_id,
    user_email as contact_remote_id,
    {{ null_columns("article_events", ["session_id"]) }},
    nullif(trim(declared_query), '') as query,
    declared_results_count as results_count
from source
-- What our own people look up is no visit of a customer.
where declared_event_type is not null and not coalesce(declared_own, false)
