-- Does it help to contact them? Whoever belonged to a list against those who were held out of it at random: how many left.
with compared as (
    select
        *,
        holdout_leavers / cast(nullif(holdout_customers, 0) as double)
        - treated_leavers / cast(nullif(treated_customers, 0) as double) as saved_share,
        {{ newcombe_bound("holdout_leavers", "holdout_customers", "treated_leavers", "treated_customers", "-", "(z * z)") }} as saved_share_low,
        {{ newcombe_bound("holdout_leavers", "holdout_customers", "treated_leavers", "treated_customers", "+", "(z * z)") }} as saved_share_high,
        case
            when holdout_share > 0
                then
                    {{ binomial_deviate("holdout_assigned", "(treated_assigned + holdout_assigned)", "holdout_share") }}
        end as deviate_below,
        case
            when holdout_share > 0
                then
                    {{ binomial_deviate("(holdout_assigned - 1)", "(treated_assigned + holdout_assigned)", "holdout_share") }}
        end as deviate_above
    from {{ ref('int_outreach_arms') }}
),

checked as (
    select
        *,
        case
            when holdout_share > 0
                then least(1.0, 2 * least({{ normal_tail("(- deviate_below)") }}, {{ normal_tail("deviate_above") }}))
        end as sample_ratio_p
    from compared
),

judged as (
    select
        *,
        -- A play cannot be trusted where the whole list cannot.
        coalesce(min(sample_ratio_p) filter (where play = 'all') over (partition by list, holdout_share), 1) as whole_p
    from checked
),

valued as (
    select
        list,
        play,
        holdout_share,
        {%- for name in ["treated_value_per_month", "saved_value_per_month", "saved_value_per_month_low", "saved_value_per_month_high"] %}
        '{' || string_agg({{ json_member("currency", name) }}, ', ' order by currency) || '}' as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_outreach_value') }}
    group by list, play, holdout_share
)

select
    judged.list,
    judged.play,
    judged.holdout_share,
    case
        when least(judged.sample_ratio_p, judged.whole_p) < {{ var('uplift_ratio_p') }} then 'not valid: sample ratio'
        when judged.saved_share_low > 0 and judged.holdout_leavers >= {{ var('uplift_leavers_from') }} then 'helps'
        when judged.saved_share_high < 0 then 'harms'
        -- Where few leave, keeping half of them is worthwhile, too.
        when judged.saved_share_high < least({{ var('uplift_worthwhile') }}, 0.5 * judged.holdout_leavers / judged.holdout_customers)
            then 'does not help'
        else 'too small to tell'
    end as verdict,
    judged.treated_customers,
    judged.holdout_customers,
    judged.treated_leavers,
    judged.holdout_leavers,
    {%- for arm in ["treated", "holdout"] %}
    judged.{{ arm }}_leavers / cast(nullif(judged.{{ arm }}_customers, 0) as double) as {{ arm }}_rate,
    {%- endfor %}
    judged.saved_share,
    judged.saved_share_low,
    judged.saved_share_high,
    {%- for side in ["", "_low", "_high"] %}
    judged.saved_share{{ side }} * judged.treated_customers as saved_customers{{ side }},
    {%- endfor %}
    valued.treated_value_per_month,
    valued.saved_value_per_month,
    valued.saved_value_per_month_low,
    valued.saved_value_per_month_high,
    judged.handed_over_customers / cast(nullif(judged.treated_customers, 0) as double) as handed_over_share,
    judged.contacted_customers / cast(nullif(judged.treated_customers, 0) as double) as contacted_share,
    judged.pending_customers,
    judged.torn_customers,
    judged.gone_customers,
    judged.sample_ratio_p,
    judged.plays_compared,
    cast({{ var('uplift_days') }} as bigint) as window_days,
    {{ as_of() }} as as_of
from judged
left join valued
    on
        judged.list = valued.list
        and judged.play = valued.play
        and judged.holdout_share is not distinct from valued.holdout_share
order by judged.list, judged.holdout_share nulls first, judged.play
