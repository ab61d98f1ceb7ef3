-- Why a customer is at risk, with the evidence. Contributions are on the log-odds and sum, with the model's base, to
-- those of the score; a reason that no longer holds has 0.
with found as (
    select customer_id, feature, conversation_ids from {{ ref('int_risk_evidence') }}
),

conversations as (
    {{ json_list_rows('found', 'conversation_ids', ['customer_id', 'feature']) }}
),

named as (
    select
        conversations.customer_id,
        conversations.feature,
        {{ text_list("facts.source_system || ':' || facts.remote_id", 'conversations.position', 'true', ', ') }} as conversations
    from conversations
    inner join {{ ref('fct_conversations') }} as facts
        on {{ json_scalar('conversations.element') }} = facts.conversation_id
    group by conversations.customer_id, conversations.feature
)

select
    {{ md5_hash(['reasons.customer_id', 'cast(reasons.position as varchar)']) }} as reason_id,
    reasons.customer_id,
    {{ as_of() }} as as_of,
    reasons.position,
    reasons.feature,
    reasons.label,
    reasons.reason,
    reasons.contribution,
    reasons.previous_contribution,
    -- What lowers the risk, or no longer holds, needs no proof.
    case when reasons.contribution > 0 then coalesce(evidence.evidence, reasons.reason) else reasons.reason end as evidence,
    case when reasons.contribution > 0 then coalesce(evidence.conversation_ids, '[]') else '[]' end as conversation_ids,
    case when reasons.contribution > 0 then coalesce(named.conversations, '') else '' end as conversations
from {{ ref('int_risk_reasons') }} as reasons
left join {{ ref('int_risk_evidence') }} as evidence
    on reasons.customer_id = evidence.customer_id and reasons.feature = evidence.feature
left join named
    on reasons.customer_id = named.customer_id and reasons.feature = named.feature
order by reasons.customer_id, reasons.position
