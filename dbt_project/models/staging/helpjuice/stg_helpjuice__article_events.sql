with counters as (

    select
        article_id,
        -- The counter at the first read tells of no time: views before it are not events.
        views_before + 1 as first_view,
        views as last_view,
        read_at,
        _loaded_at
    from {{ source('raw_helpjuice', 'article_views') }}
    where views > views_before

),

numbered as (

    {{ number_rows('counters', ['article_id', 'read_at', '_loaded_at'], 'first_view', 'last_view') }}

),

-- A counter that was set back comes by the same numbers again.
views as (

    select
        article_id,
        number,
        min(read_at) as read_at,
        max(_loaded_at) as _loaded_at
    from numbered
    group by article_id, number

),

searches as (

    select * from {{ source('raw_helpjuice', 'searches') }}

),

events as (

    select
        'view-' || article_id || '-' || number as event_id,
        _loaded_at,
        read_at as occurred_at,
        'view' as event_type,
        cast(article_id as varchar) as article_remote_id,
        {{ null_columns("article_events", ["contact_remote_id", "session_id", "query", "results_count"]) }}
    from views
    union all
    select
        'search-' || id,
        _loaded_at,
        created_at,
        'search',
        cast(null as varchar),
        cast(user_id as varchar),
        declared_session,
        nullif(trim(query), ''),
        found_answers
    from searches

)

select
    ---------- ids
    'helpjuice' as source_system,
    event_id as remote_id,
    cast(null as timestamp with time zone) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- the event
    {{ to_timestamp_utc('occurred_at') }} as occurred_at,
    event_type,
    article_remote_id,
    contact_remote_id,
    session_id,
    query,
    results_count
from events
