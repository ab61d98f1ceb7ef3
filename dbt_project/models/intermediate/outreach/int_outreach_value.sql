-- What share of the value per month left, of either arm, by currency: large customers count for as much as they bring. A few
-- of them decide it, so the interval is that of as many customers as their values are worth (Kish's effective
-- sample size): where one brings half of all, of very few.
with weighed as (
    select
        list,
        play,
        holdout_share,
        currency,
        arm,
        {{ exact_sum("value_per_month") }} as value,
        {{ exact_sum("value_per_month", "left_at is not null") }} as value_left,
        {{ exact_sum("value_per_month * value_per_month") }} as squares
    from {{ ref('int_outreach_customers') }}
    where status = 'compared' and value_per_month > 0 and currency is not null
    group by list, play, holdout_share, currency, arm
),

arms as (
    select
        *,
        coalesce(value_left, 0) / value as share,
        value * value / squares as worth
    from weighed
)

select
    treated.list,
    treated.play,
    treated.holdout_share,
    treated.currency,
    treated.value as treated_value_per_month,
    treated.worth as treated_effective_customers,
    holdout.worth as holdout_effective_customers,
    (holdout.share - treated.share) * treated.value as saved_value_per_month,
    {%- for sign, side in [("-", "low"), ("+", "high")] %}
    {{ newcombe_bound(
        "(holdout.share * holdout.worth)", "holdout.worth", "(treated.share * treated.worth)", "treated.worth", sign, "(counted.z * counted.z)"
    ) }} * treated.value as saved_value_per_month_{{ side }}{{ "," if not loop.last }}
    {%- endfor %}
from arms as treated
inner join {{ ref('int_outreach_arms') }} as counted
    on
        treated.list = counted.list
        and treated.play = counted.play
        and treated.holdout_share is not distinct from counted.holdout_share
left join arms as holdout
    on
        treated.list = holdout.list
        and treated.play = holdout.play
        and treated.holdout_share is not distinct from holdout.holdout_share
        and treated.currency = holdout.currency
        and holdout.arm = 'holdout'
where treated.arm = 'treated'
