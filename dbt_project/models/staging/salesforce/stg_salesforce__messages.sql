with cases as (

    select * from {{ ref('base_salesforce__cases') }}

),

letters as (

    select * from {{ ref('base_salesforce__letters') }}

),

chats as (

    select * from {{ ref('base_salesforce__chats') }}

),

turns as (

    {{ json_list_rows('chats', 'turns', [
        'chat_id', 'conversation_id', 'contact_id', 'agent_id', 'is_deleted', 'opened_at', 'loaded_at'
    ]) }}

),

-- A case that came by mail or chat has the first words in its description, too.
spoken as (

    select conversation_id, sum(words) as words, max(loaded_at) as loaded_at
    from (
        select case_id as conversation_id, case when is_incoming then 1 else 0 end as words, loaded_at from letters
        union all
        select conversation_id, coalesce({{ json_array_size('turns') }}, 0), loaded_at from chats
    ) as told
    group by conversation_id

),

said as (

    select
        letter_id as message_id, case_id as conversation_id, sent_at, author_type, author_id, true as is_public, body,
        is_deleted, loaded_at
    from letters

    union all

    select
        'description-' || cases.case_id, cases.case_id, cases.opened_at, 'customer', cases.contact_id, true,
        cases.description, cases.is_deleted, {{ newest(['cases.loaded_at', 'spoken.loaded_at']) }}
    from cases
    left join spoken on cases.case_id = spoken.conversation_id
    where coalesce(spoken.words, 0) = 0

    union all

    select
        chat_id || '-' || cast(position as varchar), conversation_id,
        coalesce({{ to_timestamp_utc(json_text('element', 'at')) }}, opened_at),
        {{ json_text('element', 'by') }},
        case {{ json_text('element', 'by') }} when 'customer' then contact_id when 'agent' then agent_id end,
        true, {{ json_text('element', 'text') }}, is_deleted, loaded_at
    from turns

    union all

    -- What the agent noted about a call.
    select call_id, conversation_id, ended_at, 'agent', agent_id, false, note, is_deleted, loaded_at
    from {{ ref('base_salesforce__calls') }}

)

select
    ---------- ids
    'salesforce' as source_system,
    message_id as remote_id,
    sent_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    conversation_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    author_type,
    author_id as author_remote_id,
    is_public,
    body
from said
where trim(body) <> ''
