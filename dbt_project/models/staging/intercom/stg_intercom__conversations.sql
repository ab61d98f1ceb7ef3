with source as (

    select
        *,
        {{ json_text('source', 'type') }} as source_type,
        {{ json_text('source', 'subject') }} as source_subject,
        {{ json_text('contacts', 'contacts[0].id') }} as contact_id,
        {{ json_value('tags', 'tags') }} as tag_objects
    from {{ source('raw_intercom', 'conversations') }}

),

teams as (

    select * from {{ source('raw_intercom', 'teams') }}

),

tag_rows as (

    {{ json_list_rows('source', 'tag_objects', ['id']) }}

),

tags as (

    select id, {{ json_list_agg(json_text('element', 'name'), 'position') }} as tags
    from tag_rows
    group by id

),

renamed as (

    select
        ---------- ids
        'intercom' as source_system,
        source.id as remote_id,
        {{ epoch_to_timestamp('source.updated_at') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        {{ newest(['source._loaded_at', 'teams._loaded_at']) }} as loaded_at,

        ---------- text and timestamps
        case
            when source.source_type = 'email' then 'email'
            when source.source_type in ('phone_call', 'phone_switch') then 'phone'
            when source.source_type in ('facebook', 'instagram', 'twitter') then 'social'
            when source.ai_agent_participated then 'chatbot'
            else 'chat'
        end as channel,
        {{ epoch_to_timestamp('source.created_at') }} as opened_at,
        source.contact_id as contact_remote_id,
        coalesce(nullif(source.title, ''), nullif(source.source_subject, '')) as subject,
        -- A snoozed conversation waits for the customer or for a set time, whichever is first.
        case lower(source.state) when 'snoozed' then 'pending' else lower(source.state) end as status,
        case source.priority when 'priority' then 'high' when 'not_priority' then 'normal' end as priority,
        teams.name as team,
        cast(source.admin_assignee_id as varchar) as assignee_agent_remote_id,
        {{ json_text('source.custom_attributes', 'Brand') }} as brand,
        cast(null as varchar) as schedule_id,
        coalesce(tags.tags, '[]') as tags,
        cast(null as timestamp with time zone) as deleted_at,
        false as is_spam,
        {{ null_columns("conversations", ["follow_up_of_remote_id"]) }},
        -- Assumed: the customer said nothing more. Confirmed: they said that it helped.
        case {{ json_text('source.ai_agent', 'resolution_state') }}
            when 'assumed_resolution' then 'assumed'
            when 'confirmed_resolution' then 'confirmed'
        end as bot_resolution
    from source
    left join teams on cast(source.team_assignee_id as varchar) = teams.id
    left join tags on source.id = tags.id

)

select * from renamed
