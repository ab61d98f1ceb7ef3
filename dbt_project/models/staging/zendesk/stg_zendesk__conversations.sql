with source as (

    select *, {{ json_text('via', 'channel') }} as via_channel
    from {{ source('raw_zendesk', 'tickets') }}

),

teams as (

    select * from {{ source('raw_zendesk', 'groups') }}

),

brands as (

    select * from {{ source('raw_zendesk', 'brands') }}

),

merges as (

    select * from {{ ref('base_zendesk__merges') }}

),

deletions as (

    select ticket_id, max(occurred_at) as deleted_at, max(loaded_at) as loaded_at
    from {{ ref('base_zendesk__event_children') }}
    where event_type = 'Change' and coalesce({{ json_text('element', 'status') }}, {{ json_text('element', 'value') }}) = 'deleted'
    group by ticket_id

),

renamed as (

    select
        ---------- ids
        'zendesk' as source_system,
        cast(source.id as varchar) as remote_id,
        {{ to_timestamp_utc('source.updated_at') }} as remote_updated_at,
        source.status = 'deleted' as remote_was_deleted,
        merges.into_ticket_id as merged_into_remote_id,
        {{ newest(['source._loaded_at', 'teams._loaded_at', 'brands._loaded_at', 'merges.loaded_at', 'deletions.loaded_at', 'chats.loaded_at']) }} as loaded_at,

        ---------- text and timestamps
        case
            when source.via_channel = 'email' then 'email'
            when source.via_channel in ('voice', 'phone', 'voicemail', 'any_channel_voice') then 'phone'
            when source.via_channel in (
                'chat', 'native_messaging', 'messaging', 'sms', 'whatsapp', 'line', 'telegram', 'viber', 'wechat'
            ) then 'chat'
            when source.via_channel like '%twitter%' or source.via_channel like '%facebook%'
                or source.via_channel like '%instagram%' or source.via_channel = 'any_channel' then 'social'
            when source.via_channel like 'answer_bot%' then 'chatbot'
            when source.via_channel in ('help_center', 'forum') then 'self_service'
            else 'ticket'
        end as channel,
        -- A chat's ticket may be made when it ends.
        least({{ to_timestamp_utc('source.created_at') }}, chats.started_at) as opened_at,
        cast(source.requester_id as varchar) as contact_remote_id,
        source.subject,
        lower(source.status) as status,
        source.priority,
        teams.name as team,
        cast(source.assignee_id as varchar) as assignee_agent_remote_id,
        coalesce(brands.name, cast(source.brand_id as varchar)) as brand,
        cast(null as varchar) as schedule_id,
        source.tags,
        case
            when source.status = 'deleted'
                then coalesce(deletions.deleted_at, {{ to_timestamp_utc('source.updated_at') }})
        end as deleted_at,
        coalesce(source.tags like '%"spam"%', false) as is_spam,
        -- A reply to a closed ticket opens a new one that names it.
        case
            when {{ json_text('source.via', 'source.rel') }} = 'follow_up'
                then {{ json_text('source.via', 'source.from.ticket_id') }}
        end as follow_up_of_remote_id,
        {{ null_columns("conversations", ["bot_resolution"]) }}
    from source
    left join teams on source.group_id = teams.id
    left join brands on source.brand_id = brands.id
    left join merges on cast(source.id as varchar) = merges.ticket_id
    left join deletions on cast(source.id as varchar) = deletions.ticket_id
    left join {{ ref('base_zendesk__chat_tickets') }} as chats on cast(source.id as varchar) = chats.ticket_id

)

select * from renamed

union all

select * from {{ ref('base_zendesk__chat_conversations') }}
