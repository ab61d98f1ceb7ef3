-- One row per conversation with its durations. A sum of stays is NULL while one of them still runs:
-- a duration waits until both of its ends happened.
{% set measures = ["first_response", "first_resolution", "resolution", "requester_wait", "agent_wait", "on_hold"] %}
select
    conversation_id,
    {% for measure in measures %}
    case
        when count(*) filter (where measure = '{{ measure }}' and ended_at is null) = 0
            then {{ exact_sum('minutes', "measure = '" ~ measure ~ "'") }}
    end as {{ measure }}_minutes,
    case
        when count(*) filter (where measure = '{{ measure }}' and ended_at is null) = 0
            then {{ exact_sum('business_minutes', "measure = '" ~ measure ~ "'") }}
    end as {{ measure }}_business_minutes,
    {% endfor %}
    min(ended_at) filter (where measure = 'first_response') as first_response_at,
    {{ exact_avg('minutes', "measure = 'response'") }} as response_minutes,
    {{ exact_avg('business_minutes', "measure = 'response'") }} as response_business_minutes,
    count(minutes) filter (where measure = 'response') as answered_turns,
    count(*) filter (where measure = 'response') as turns
from {{ ref('int_conversation_spans') }}
group by conversation_id
