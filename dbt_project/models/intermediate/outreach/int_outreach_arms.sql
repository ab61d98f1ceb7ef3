-- Both arms of every list and play, at each share that was held out: arms of different shares are not thrown together, since
-- they differ in when their customers came. `z`: plays of one list are looked at together, so their intervals are wider
-- (Bonferroni): by chance alone one list in twenty, not one play in twenty, seems to have a play that works.
with counted as (
    select
        list,
        play,
        holdout_share,
        {%- for arm in ["treated", "holdout"] %}
        count(*) filter (where arm = '{{ arm }}' and status = 'compared') as {{ arm }}_customers,
        count(*) filter (where arm = '{{ arm }}' and status = 'compared' and left_at is not null) as {{ arm }}_leavers,
        count(*) filter (where arm = '{{ arm }}' and status in ('compared', 'pending')) as {{ arm }}_assigned,
        {%- endfor %}
        count(*) filter (where arm = 'treated' and status = 'compared' and is_handed_over) as handed_over_customers,
        count(*) filter (where arm = 'treated' and status = 'compared' and is_contacted) as contacted_customers,
        count(*) filter (where status = 'pending') as pending_customers,
        count(*) filter (where status = 'torn') as torn_customers,
        count(*) filter (where status = 'gone') as gone_customers
    from {{ ref('int_outreach_customers') }}
    group by list, play, holdout_share
),

plays as (
    select
        *,
        greatest(1, count(*) filter (where play <> 'all' and treated_customers > 0 and holdout_customers > 0) over (
            partition by list, holdout_share
        )) as plays_compared
    from counted
)

select
    *,
    case
        when play = 'all' or plays_compared = 1 then sqrt({{ z_squared() }})
        else {{ normal_quantile("(0.025 / plays_compared)") }}
    end as z
from plays
