{{ config(materialized="view") }}
-- Answers on one footing: what counts as satisfied, easy, promoter. Scores without a declared scale are
-- read on the usual one (CSAT 1–5, NPS 0–10, CES 1–7). "Top 40 % of the scale" gives 4–5 of 5, good of
-- good/bad and 5–7 of 7. Only the latest answer per conversation counts. A score outside its scale says
-- nothing: it is no answer.
with responses as (
    select
        *,
        coalesce(scale_min, case survey_type when 'nps' then 0 else 1 end) as lowest,
        coalesce(scale_max, case survey_type when 'nps' then 10 when 'ces' then 7 else 5 end) as highest
    from {{ ref('int_survey_responses') }}
    where not remote_was_deleted
),

joined as (
    select
        {{ md5_hash(['responses.source_system', 'responses.remote_id']) }} as response_id,
        responses.*,
        profiles.survivor_conversation_id as conversation_id,
        profiles.channel,
        profiles.team,
        profiles.topic,
        profiles.excluded_reason,
        coalesce(links.customer_id, profiles.customer_id) as customer_id,
        coalesce(agents.agent_id, profiles.agent_id) as agent_id,
        coalesce(responses.sent_at, responses.responded_at, profiles.opened_at) as asked_at,
        coalesce(responses.responded_at, responses.sent_at, profiles.opened_at) as answered_at
    from responses
    left join {{ ref('int_conversation_profiles') }} as profiles
        on
            responses.conversation_source_system = profiles.source_system
            and responses.conversation_remote_id = profiles.remote_id
    left join {{ ref('int_conversations') }} as known
        on
            responses.conversation_source_system = known.source_system
            and responses.conversation_remote_id = known.remote_id
    left join {{ ref('int_contact_customers') }} as links
        on
            responses.source_system = links.source_system
            and responses.contact_remote_id = links.remote_id
    left join {{ ref('int_agent_identities') }} as agents
        on
            responses.source_system = agents.source_system
            and responses.agent_remote_id = agents.remote_id
    -- An answer is part of the build that its conversation is part of; one without is of every build.
    where profiles.conversation_id is not null or known.conversation_id is null
),

scored as (
    select
        *,
        coalesce(score between lowest and highest, false) as is_response,
        case when score between lowest and highest then score >= lowest + 0.6 * (highest - lowest) end as is_top_of_scale
    from joined
)

select
    scored.* exclude (is_top_of_scale),
    customers.segment,
    case when survey_type = 'csat' then is_top_of_scale end as is_satisfied,
    case when survey_type = 'ces' then is_top_of_scale end as is_easy,
    case when survey_type = 'nps' and is_response then (case when score >= 9 then 1 when score <= 6 then -1 else 0 end) end as nps_class,
    is_response
    and row_number() over (
        partition by survey_type, is_response, coalesce(conversation_id, response_id)
        order by answered_at desc nulls last, length(remote_id) desc nulls last, remote_id desc nulls last
    ) = 1 as is_latest_for_conversation
from scored
left join {{ ref('int_customers') }} as customers
    on scored.customer_id = customers.customer_id
