with source as (

    select
        id,
        _loaded_at,
        conversation_rating,
        {{ to_double(json_text('conversation_rating', 'rating')) }} as rating,
        {{ json_text('conversation_rating', 'created_at') }} as requested_at,
        {{ json_text('conversation_rating', 'updated_at') }} as rated_at
    from {{ source('raw_intercom', 'conversations') }}
    where {{ json_text('conversation_rating', 'created_at') }} is not null

)

select
    ---------- ids: a conversation has one rating
    'intercom' as source_system,
    id as remote_id,
    {{ epoch_to_timestamp('coalesce(rated_at, requested_at)') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- the answer, on a scale of 1 to 5
    'csat' as survey_type,
    rating as score,
    cast(1 as double) as scale_min,
    cast(5 as double) as scale_max,
    {{ epoch_to_timestamp('requested_at') }} as sent_at,
    case when rating is not null then {{ epoch_to_timestamp('coalesce(rated_at, requested_at)') }} end as responded_at,
    cast(null as varchar) as conversation_source_system,
    id as conversation_remote_id,
    {{ json_text('conversation_rating', 'contact.id') }} as contact_remote_id,
    {{ json_text('conversation_rating', 'teammate.id') }} as agent_remote_id,
    {{ json_text('conversation_rating', 'remark') }} as comment
from source
