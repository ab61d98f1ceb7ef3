with transcripts as (

    select * from {{ ref('base_twilio__transcripts') }}

),

calls as (

    select * from {{ ref('base_twilio__calls') }}

)

select
    ---------- ids
    'twilio' as source_system,
    transcripts.call_id as remote_id,
    transcripts.updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    {{ newest(['transcripts.loaded_at', 'calls.loaded_at']) }} as loaded_at,
    transcripts.call_id as conversation_remote_id,

    ---------- timestamps and text
    transcripts.recorded_at as sent_at,
    'customer' as author_type,
    calls.customer_phone as author_remote_id,
    true as is_public,
    transcripts.caller_text as body
from transcripts
inner join calls on transcripts.call_id = calls.call_id
