-- The first message of each conversation, which Intercom keeps apart from the parts.
with source as (

    select * from {{ source('raw_intercom', 'conversations') }}

),

renamed as (

    select
        id as conversation_id,
        {{ json_text('source', 'id') }} as message_id,
        {{ json_text('source', 'author.id') }} as author_id,
        {{ json_text('source', 'author.type') }} as author_kind,
        {{ json_text('source', 'author.name') }} as author_name,
        {{ json_text('source', 'author.email') }} as author_email,
        {{ json_text('source', 'type') }} as source_type,
        {{ json_text('source', 'delivered_as') }} as delivered_as,
        {{ json_text('source', 'subject') }} as subject,
        {{ json_text('source', 'body') }} as body,
        {{ epoch_to_timestamp('created_at') }} as created_at,
        {{ epoch_to_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at
    from source

)

select
    *,
    case
        when author_kind in ('user', 'lead', 'contact') then 'customer'
        -- A campaign or an automation speaks in an admin's name, but nobody wrote it.
        when author_kind = 'bot' or delivered_as in ('operator_initiated', 'automated', 'campaigns_initiated') then 'bot'
        when author_kind in ('admin', 'team') then 'agent'
        else 'system'
    end as author_type
from renamed
