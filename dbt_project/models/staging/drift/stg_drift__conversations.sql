with source as (

    select * from {{ source('raw_drift', 'conversations') }}

),

tag_rows as (

    {{ json_list_rows('source', 'conversation_tags', ['id']) }}

),

tags as (

    select id, {{ json_list_agg(json_text('element', 'name'), 'position') }} as tags
    from tag_rows
    group by id

),

said as (

    select
        conversation_id,
        max(case when author_type = 'agent' then 1 else 0 end) as has_agent,
        max(case when author_type = 'bot' then 1 else 0 end) as has_bot,
        {{ latest('author_id', 'created_at', 'message_id') }} filter (where author_type = 'agent') as agent_id,
        max(loaded_at) as loaded_at
    from {{ ref('base_drift__messages') }}
    group by conversation_id

)

select
    ---------- ids
    'drift' as source_system,
    source.id as remote_id,
    {{ epoch_to_timestamp('coalesce(source.updated_at, source.created_at) / 1000.0') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['source._loaded_at', 'said.loaded_at']) }} as loaded_at,

    ---------- text and timestamps
    case when said.has_bot = 1 and said.has_agent = 0 then 'chatbot' else 'chat' end as channel,
    {{ epoch_to_timestamp('source.created_at / 1000.0') }} as opened_at,
    source.contact_id as contact_remote_id,
    cast(null as varchar) as subject,
    case lower(source.status) when 'closed' then 'closed' when 'pending' then 'pending' else 'open' end as status,
    {{ null_columns("conversations", ["priority", "team"]) }},
    -- The export names participants, not an owner: the last one who answered.
    said.agent_id as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    coalesce(tags.tags, '[]') as tags,
    cast(null as timestamp with time zone) as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from source
left join tags on source.id = tags.id
left join said on source.id = said.conversation_id
