with conversations as (

    select * from {{ ref('base_amazon_connect__conversations') }} where vendor_channel = 'VOICE'

),

transcripts as (

    select * from {{ ref('base_amazon_connect__transcripts') }}

)

select
    ---------- ids
    'amazon_connect' as source_system,
    conversations.conversation_id as remote_id,
    conversations.updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['conversations.loaded_at', 'transcripts.loaded_at']) }} as loaded_at,
    conversations.conversation_id as conversation_remote_id,

    ---------- text, timestamps, numerics
    conversations.direction,
    conversations.started_at as ring_at,
    conversations.answered_at,
    conversations.ended_at,
    conversations.talk_seconds,
    conversations.hold_seconds,
    conversations.wrap_seconds,
    conversations.outcome,
    transcripts.transcript
from conversations
left join transcripts on conversations.conversation_id = transcripts.conversation_id
