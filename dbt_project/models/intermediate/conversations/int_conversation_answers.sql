-- What a customer's conversations decide about each of them: those of which this build writes the row anew, being of
-- its scope or answered otherwise than the last build did. (Ids of the scope that are gone have no answers.)
{% set answers = {
    "issue_id": "issues.issue_id",
    "issue_contact_number": "case when outcomes.excluded_reason is null then issues.contact_number end",
    "is_repeat_contact": "coalesce(recontacts.is_repeat_contact, false)",
    "is_fcr": "recontacts.is_fcr",
    "is_contained": "recontacts.is_contained",
    "is_handed_off": "coalesce(recontacts.is_handed_off, false)",
} %}
with answered as (
    select
        neighbourhood.conversation_id,
        {% for name, answer in answers.items() %}
        {{ answer }} as {{ name }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref('int_conversation_neighbourhood') }} as neighbourhood
    left join {{ ref('int_conversation_outcomes') }} as outcomes
        on neighbourhood.conversation_id = outcomes.conversation_id
    left join {{ ref('int_conversation_recontacts') }} as recontacts
        on neighbourhood.conversation_id = recontacts.conversation_id
    -- A merged conversation is part of the issue it lives on in.
    left join {{ ref('int_conversation_issues') }} as issues
        on outcomes.survivor_conversation_id = issues.conversation_id
)

select answered.*
from answered
{% if is_delta() %}
left join {{ held('fct_conversations') }} as held
    on answered.conversation_id = held.conversation_id
where {{ in_scope('answered.conversation_id') }} or not ({{ same_values(answers, 'answered', 'held') }})
{% endif %}
