-- What bots settled, by our definition and, beside it, by what their vendor says.
with conversations as (
    select
        {{ period_start('month', metric_date('conversations.opened_at')) }} as period_start,
        conversations.channel,
        conversations.topic,
        conversations.is_contained,
        conversations.is_handed_off,
        said.bot_resolution,
        replies.bot_replies,
        replies.bot_response_minutes
    from {{ ref('fct_conversations') }} as conversations
    inner join {{ ref('int_conversations') }} as said
        on conversations.conversation_id = said.conversation_id
    left join {{ ref('int_bot_replies') }} as replies
        on conversations.conversation_id = replies.conversation_id
    where conversations.is_bot_conversation and conversations.excluded_reason is null
),

months as (
    select
        period_start,
        channel,
        topic,
        count(*) as bot_conversations,
        count(*) filter (where is_contained) as contained,
        count(is_contained) as decided,
        count(*) filter (where is_contained is null) as undecided,
        count(*) filter (where is_handed_off) as handed_off,
        count(*) filter (where bot_resolution = 'assumed') as vendor_assumed,
        count(*) filter (where bot_resolution = 'confirmed') as vendor_confirmed,
        count(*) filter (where bot_resolution is not null and not is_contained) as vendor_resolved_not_contained,
        cast(coalesce(sum(bot_replies), 0) as bigint) as bot_replies,
        {{ exact_sum('bot_response_minutes') }} as bot_response_minutes_sum
    from conversations
    group by period_start, channel, topic
)

select
    {{ md5_hash(["cast(period_start as varchar)", "channel", "coalesce(topic, '')"]) }} as kpi_bots_id,
    {{ month_columns('period_start') }},
    channel,
    topic,
    bot_conversations,
    contained,
    decided,
    undecided,
    {{ share_columns('containment', 'contained', 'decided') }},
    handed_off,
    {{ share_columns('handoff_rate', 'handed_off', 'bot_conversations') }},
    vendor_assumed,
    vendor_confirmed,
    vendor_resolved_not_contained,
    bot_replies,
    bot_response_minutes_sum / nullif(bot_replies, 0) as bot_response_minutes
from months
order by period_start, kpi_bots_id
