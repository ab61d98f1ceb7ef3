-- Every stay in a status with its calendar and business minutes; both are NULL while it lasts.
select
    spans.*,
    {{ minutes_between('spans.started_at', 'spans.ended_at') }} as minutes,
    {{ business_minutes('schedules.schedule_key', 'spans.started_at', 'spans.ended_at') }} as business_minutes
from {{ ref('int_status_spans') }} as spans
left join {{ ref('int_conversation_schedules') }} as schedules
    on spans.conversation_id = schedules.conversation_id
{{ join_working_time('schedules.schedule_key', 'spans.started_at', 'at_start') }}
{{ join_working_time('schedules.schedule_key', 'spans.ended_at', 'at_end') }}
