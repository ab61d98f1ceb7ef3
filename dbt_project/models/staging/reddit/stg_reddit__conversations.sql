with messages as (

    select * from {{ ref('base_reddit__messages') }}

),

threads as (

    select
        thread_id,
        max(customer_id) as customer_id,
        max(title) as subject,
        max(subreddit) as subreddit,
        min(sent_at) as opened_at,
        max(sent_at) as last_at,
        max(sent_at) filter (where not is_own) as last_customer_at,
        max(sent_at) filter (where is_own) as last_agent_at,
        {{ latest('author_fullname', 'sent_at', 'name') }} filter (where is_own) as assignee,
        bool_and(is_deleted) as is_deleted,
        max(loaded_at) as loaded_at
    from messages
    group by thread_id

)

select
    ---------- ids
    'reddit' as source_system,
    thread_id as remote_id,
    last_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    'social' as channel,
    opened_at,
    customer_id as contact_remote_id,
    subject,
    {{ social_status('last_customer_at', 'last_agent_at') }} as status,
    {{ null_columns("conversations", ["priority", "team"]) }},
    assignee as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    {{ json_list_of("'r/' || subreddit") }} as tags,
    cast(null as timestamp with time zone) as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from threads
