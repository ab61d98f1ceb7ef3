with calls as (

    select * from {{ ref('base_aircall__calls') }}

),

comment_rows as (

    {{ json_list_rows('calls', 'comments', ['call_id', 'ring_at', 'loaded_at']) }}

),

said as (

    -- The caller's words of a transcribed call, as one message.
    select
        calls.call_id as message_id,
        calls.call_id,
        coalesce(calls.answered_at, calls.ring_at) as sent_at,
        'customer' as author_type,
        calls.contact_id as author_id,
        true as is_public,
        transcripts.caller_text as body,
        {{ newest(['transcripts.loaded_at', 'calls.loaded_at']) }} as loaded_at
    from {{ ref('base_aircall__transcripts') }} as transcripts
    inner join calls on transcripts.call_id = calls.call_id
    where transcripts.caller_text is not null

    union all

    select
        call_id || '-comment-' || cast(position as varchar),
        call_id,
        coalesce({{ epoch_to_timestamp(json_text('element', 'posted_at')) }}, ring_at),
        'agent',
        {{ json_text('element', 'posted_by.id') }},
        false,
        {{ json_text('element', 'content') }},
        loaded_at
    from comment_rows

)

select
    ---------- ids
    'aircall' as source_system,
    message_id as remote_id,
    sent_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    call_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    author_type,
    author_id as author_remote_id,
    is_public,
    body
from said
