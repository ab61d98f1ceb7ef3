with source as (
    {{ file_drop_rows("article_events", ["event_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('event_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ to_timestamp_utc('occurred_at') }} as occurred_at,
        {{ clean_word('event_type') }} as event_type,
        {{ clean_text('article_id') }} as article_remote_id,
        {{ clean_text('contact_id') }} as contact_remote_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('query') }} as query,
        {{ to_bigint('results_count') }} as results_count
    from source
)

select *
from renamed
