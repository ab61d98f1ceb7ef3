with messages as (

    select * from {{ ref('base_meta__messages') }}

),

threads as (

    select
        thread_id,
        {{ earliest('author_id', 'sent_at', 'id') }} filter (where not is_own and author_id is not null) as contact,
        max(platform) as platform,
        max(kind) as kind,
        min(sent_at) as opened_at,
        max(sent_at) as last_at,
        max(sent_at) filter (where not is_own) as last_customer_at,
        max(sent_at) filter (where is_own) as last_agent_at,
        {{ latest('author_id', 'sent_at', 'id') }} filter (where is_own) as assignee,
        bool_and(is_deleted) as is_deleted,
        max(loaded_at) as loaded_at
    from messages
    group by thread_id

),

tagged as (

    select *, platform || ':' || kind as tag
    from threads

)

select
    ---------- ids
    'meta' as source_system,
    thread_id as remote_id,
    last_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    'social' as channel,
    opened_at,
    contact as contact_remote_id,
    cast(null as varchar) as subject,
    {{ social_status('last_customer_at', 'last_agent_at') }} as status,
    {{ null_columns("conversations", ["priority", "team"]) }},
    assignee as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    {{ json_list_of('tag') }} as tags,
    cast(null as timestamp with time zone) as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from tagged
