-- Where an issue was heard of next after a conversation on a channel.
with contacts as (
    select
        {{ period_start('month', metric_date('opened_at')) }} as period_start,
        channel as from_channel,
        lead(channel) over (partition by issue_id order by issue_contact_number) as to_channel
    from {{ ref('fct_conversations') }}
    where excluded_reason is null and issue_id is not null
),

moves as (
    select
        period_start,
        from_channel,
        to_channel,
        count(*) as moves,
        cast(sum(count(*)) over (partition by period_start, from_channel) as bigint) as conversations
    from contacts
    group by period_start, from_channel, to_channel
)

select
    {{ md5_hash(['cast(period_start as varchar)', "coalesce(from_channel, '')", "coalesce(to_channel, '')"]) }} as kpi_channel_switches_id,
    period_start,
    {{ period_end('month', 'period_start') }} as period_end,
    {{ period_end('month', 'period_start') }} <= {{ last_metric_date() }} as is_complete,
    from_channel,
    to_channel,
    coalesce(to_channel <> from_channel, false) as is_switch,
    moves as numerator,
    conversations as denominator,
    cast(moves as double) / conversations as value,
    {{ wilson_bound('moves', 'conversations', '-') }} as interval_low,
    {{ wilson_bound('moves', 'conversations', '+') }} as interval_high,
    conversations >= {{ var('reliable_from') }} as is_reliable
from moves
order by period_start, from_channel, to_channel nulls first
