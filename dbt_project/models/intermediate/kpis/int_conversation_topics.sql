{{ config(materialized="view") }}
-- The topics whose volume a conversation adds to: the built-in one it is about, and the company's own.
{% for topic in ["topic", "own_topic"] %}
select
    conversation_id,
    customer_id,
    opened_at,
    {{ topic }} as topic
from {{ ref('fct_conversations') }}
where excluded_reason is null and {{ topic }} is not null
{{ "union all" if not loop.last }}
{% endfor %}
