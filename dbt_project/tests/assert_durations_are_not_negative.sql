-- Business minutes lie within the calendar ones, and neither is negative.
select conversation_id
from {{ ref('int_conversation_spans') }}
where minutes < 0 or business_minutes < 0 or business_minutes > minutes + 0.000001
