-- Votes are all that Zendesk's API tells of readers: no views, no searches.
with source as (

    select * from {{ source('raw_zendesk', 'article_votes') }}

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        'vote-' || cast(id as varchar) as remote_id,
        {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
        coalesce(taken_back, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        ---------- what was voted, and by whom
        {{ to_timestamp_utc('coalesce(updated_at, created_at)') }} as occurred_at,
        case when value > 0 then 'helpful' else 'not_helpful' end as event_type,
        cast(item_id as varchar) as article_remote_id,
        cast(user_id as varchar) as contact_remote_id,
        {{ null_columns("article_events", ["session_id", "query", "results_count"]) }}
    from source
    -- A vote that was taken back is one no more.
    where not coalesce(taken_back, false) and value <> 0

)

select * from renamed
