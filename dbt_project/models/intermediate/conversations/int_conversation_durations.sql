{{ config(materialized="view") }}
-- One row per conversation with its response and resolution times.
{% set measures = ["first_response", "first_resolution", "resolution"] %}
select
    conversation_id,
    {% for measure in measures %}
    max(minutes) filter (where measure = '{{ measure }}') as {{ measure }}_minutes,
    max(business_minutes) filter (where measure = '{{ measure }}') as {{ measure }}_business_minutes,
    {% endfor %}
    min(ended_at) filter (where measure = 'first_response') as first_response_at,
    {{ exact_avg('minutes', "measure = 'response'") }} as response_minutes,
    {{ exact_avg('business_minutes', "measure = 'response'") }} as response_business_minutes,
    count(minutes) filter (where measure = 'response') as answered_turns,
    count(*) filter (where measure = 'response') as turns
from {{ ref('int_conversation_spans') }}
group by conversation_id
