{{ config(materialized='table') }}

-- Messaging sessions and the transcripts of the older Live Agent. One about a case is part of the case.
with cases as (

    select id as case_id, _loaded_at as loaded_at from {{ source('raw_salesforce', 'cases') }}

),

chats as (

    select
        id as chat_id,
        nullif(case_id, '') as case_id,
        nullif(end_user_contact_id, '') as contact_id,
        owner_id,
        case
            when lower(agent_type) = 'bot' then 'chatbot'
            when regexp_matches(lower(channel_type), 'facebook|instagram') then 'social'
            else 'chat'
        end as channel,
        case lower(status)
            when 'new' then 'new' when 'waiting' then 'new' when 'active' then 'open' when 'inactive' then 'pending'
            else 'closed'
        end as status,
        '[]' as turns,
        is_deleted,
        coalesce(nullif(start_time, ''), created_date) as opened_at,
        end_time,
        system_modstamp,
        _loaded_at
    from {{ source('raw_salesforce', 'messaging_sessions') }}

    union all

    select
        id,
        nullif(case_id, ''),
        nullif(contact_id, ''),
        owner_id,
        'chat',
        case lower(status) when 'waiting' then 'new' when 'inprogress' then 'open' else 'closed' end,
        declared_turns,
        is_deleted,
        coalesce(nullif(request_time, ''), nullif(start_time, ''), created_date),
        end_time,
        system_modstamp,
        _loaded_at
    from {{ source('raw_salesforce', 'live_chat_transcripts') }}

)

select
    ---------- ids
    chats.chat_id,
    coalesce(cases.case_id, chats.chat_id) as conversation_id,
    chats.contact_id,
    {{ salesforce_user('chats.owner_id') }} as agent_id,

    ---------- text
    chats.channel,
    chats.status,
    chats.turns,

    ---------- booleans
    coalesce({{ to_boolean('chats.is_deleted') }}, false) as is_deleted,

    ---------- timestamps
    {{ to_timestamp_utc('chats.opened_at') }} as opened_at,
    {{ to_timestamp_utc('chats.end_time') }} as ended_at,
    {{ to_timestamp_utc('chats.system_modstamp') }} as updated_at,
    {{ newest(['chats._loaded_at', 'cases.loaded_at']) }} as loaded_at
from chats
left join cases on chats.case_id = cases.case_id
