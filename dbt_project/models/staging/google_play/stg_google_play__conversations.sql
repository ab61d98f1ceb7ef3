with reviews as (

    select * from {{ ref('base_google_play__reviews') }}

),

tagged as (

    select *, 'rating:' || cast(rating as varchar) as tag
    from reviews

)

select
    ---------- ids
    'google_play' as source_system,
    review_id as remote_id,
    {{ newest(['created_at', 'modified_at', 'responded_at']) }} as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    'social' as channel,
    created_at as opened_at,
    review_id as contact_remote_id,
    title as subject,
    {{ social_status('coalesce(modified_at, created_at)', 'responded_at') }} as status,
    {{ null_columns("conversations", ["priority", "team"]) }},
    case when response is not null then app_id end as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    {{ json_list_of('tag') }} as tags,
    cast(null as timestamp with time zone) as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from tagged
