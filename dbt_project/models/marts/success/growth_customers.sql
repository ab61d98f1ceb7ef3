-- Whom to offer more: the signs add up, and only who is well is asked. The points are data: seeds/growth_rules.csv.
{% set settings = [var("growth_base"), var("growth_bands"), var("growth_topics")] %}
{% set gain = "cast(" ~ var("growth_share") ~ " * " ~ value_per_month() ~ " as double)" %}
with matched as (
    select
        signals.customer_id,
        signals.feature,
        rules.points,
        rules.label,
        replace(rules.reason, '{value}', {{ number_text('signals.signal') }}) as reason,
        row_number() over (
            partition by signals.customer_id order by rules.points desc nulls last, signals.feature, rules.at_least
        ) as place
    from {{ ref('int_growth_signals') }} as signals
    inner join {{ ref('growth_rules') }} as rules
        on signals.feature = rules.feature and signals.signal >= rules.at_least
),

version as (
    select
        'growth-1-' || substr({{ md5_hash([
            text_list("concat_ws('|', feature, at_least, points, label, reason)", "feature, at_least", "true", ";"),
            "'" ~ local_md5(tojson(settings, sort_keys=true)) ~ "'",
        ]) }}, 1, 8) as model_version
    from {{ ref('growth_rules') }}
),

scored as (
    select
        customer_id,
        1 / (1 + exp(-({{ var("growth_base") }} + {{ exact_sum('points') }}))) as score,
        {{ text_list('reason', 'place', 'place <= 3 and points > 0', '; ') }} as top_reasons,
        {{ json_list_agg(
            json_object({'feature': 'feature', 'label': 'label', 'reason': 'reason', 'contribution': 'points'}), 'place'
        ) }} as reasons
    from matched
    group by customer_id
),

-- The newest first, of what counted.
evidence as (
    select contacts.customer_id, contacts.conversation_id, row_number() over (
        partition by contacts.customer_id order by max(contacts.last_said_at) desc nulls last, contacts.conversation_id
    ) as place
    from {{ ref('int_growth_contacts') }} as contacts
    where
        contacts.is_recent
        and exists (
            select 1 from matched
            where contacts.customer_id = matched.customer_id and contacts.feature = matched.feature
        )
    group by contacts.customer_id, contacts.conversation_id
),

listed as (
    select customer_id, {{ json_list_agg('conversation_id', 'place') }} as evidence_conversation_ids
    from evidence
    where place <= 5
    group by customer_id
)

select
    row_number() over (
        order by
            scored.score * {{ gain }} desc nulls last, scored.score desc nulls last, scored.customer_id
    ) as rank,
    {{ md5_hash(['scored.customer_id', 'cast(' ~ microseconds(as_of()) ~ ' as varchar)', 'version.model_version']) }} as entry_id,
    scored.customer_id,
    customers.customer_name,
    customers.email,
    customers.phone,
    customers.account_name,
    customers.owner,
    scored.score,
    case when scored.score >= {{ var("growth_bands").hot }} then 'hot' else 'warm' end as band,
    health.score as risk_score,
    {{ gain }} as value_per_month,
    customers.currency,
    coalesce(scored.top_reasons, '') as top_reasons,
    scored.reasons,
    coalesce(listed.evidence_conversation_ids, '[]') as evidence_conversation_ids,
    customers.last_contact_at,
    {{ as_of() }} as as_of,
    version.model_version
from scored
cross join version
inner join {{ ref('customer_health') }} as health
    on scored.customer_id = health.customer_id
inner join {{ ref('dim_customers') }} as customers
    on scored.customer_id = customers.customer_id
left join {{ ref('int_customer_value') }} as purchases
    on scored.customer_id = purchases.customer_id
left join listed
    on scored.customer_id = listed.customer_id
where
    scored.score >= {{ var("growth_bands").warm }}
    and health.band = 'green'
    and not exists (
        select 1 from {{ ref('int_growth_obstacles') }} as obstacles where scored.customer_id = obstacles.customer_id
    )
order by rank
