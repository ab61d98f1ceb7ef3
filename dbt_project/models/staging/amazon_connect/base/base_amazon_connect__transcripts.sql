-- A call that was transferred has one transcript per leg; they follow each other.
select
    conversation_id,
    min(answered_at) as said_at,
    max(updated_at) as updated_at,
    max(loaded_at) as loaded_at,
    string_agg(
        case author_type when 'customer' then 'Caller: ' when 'agent' then 'Agent: ' else 'System: ' end || content,
        chr(10) order by answered_at, leg_id, position
    ) as transcript,
    string_agg(content, chr(10) order by answered_at, leg_id, position)
        filter (where author_type = 'customer') as caller_text
from {{ ref('base_amazon_connect__turns') }}
where vendor_channel = 'VOICE'
group by conversation_id
