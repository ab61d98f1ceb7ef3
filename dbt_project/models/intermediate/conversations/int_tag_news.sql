{#- Conversations with a text of which people say something else than the last build knew, or no longer say it. Full
    build: nothing is asked. -#}
{% if not is_delta() %}
select conversation_id
from {{ ref('int_conversations') }}
where false
{% else %}
-- depends_on: {{ ref('int_conversations') }}
select held.conversation_id
from {{ held('fct_messages') }} as held
inner join {{ source('ml', 'corrected_tags') }} as corrected
    on held.text_hash = corrected.text_hash
where held.speaker = 'customer' and not ({{ same_values(message_tag_columns(), 'corrected', 'held') }})

union

select held.conversation_id
from {{ held('fct_survey_responses') }} as held
inner join {{ source('ml', 'corrected_tags') }} as corrected
    on held.comment_hash = corrected.text_hash
where
    held.conversation_id is not null
    and (
        held.comment_topic is distinct from corrected.topic
        or held.comment_sentiment_score is distinct from corrected.sentiment_score
    )
{% endif %}
