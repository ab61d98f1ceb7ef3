-- Who belonged to a list when first, in which arm, and whether they left in the days after: intention to treat, so it
-- does not matter here who was really contacted. Merged customers count under the id they have now.
with merges as (
    select from_customer_id, max(customer_id) as customer_id
    from {{ ref('customer_merges') }}
    where change = 'merge'
    group by from_customer_id
),

assigned as (
    select
        assignments.list,
        coalesce(merges.customer_id, assignments.customer_id) as customer_id,
        assignments.customer_id as assigned_id,
        assignments.as_of as assigned_at,
        assignments.as_of + {{ days(var('uplift_days')) }} as window_ends_at,
        assignments.arm,
        assignments.play,
        assignments.value_per_month,
        assignments.currency,
        runs.holdout_share
    from {{ source('outreach', 'assignments') }} as assignments
    left join {{ source('outreach', 'list_runs') }} as runs
        on assignments.list = runs.list and assignments.as_of = runs.as_of
    left join merges
        on assignments.customer_id = merges.from_customer_id
    -- This run's own list comes after its marts: the same run again must say the same.
    where assignments.as_of < {{ as_of() }}
),

-- Two records of one person, one held out and one not, on whichever lists: they belong to neither arm.
torn as (
    select customer_id
    from assigned
    group by customer_id
    having count(distinct arm) > 1 and count(distinct assigned_id) > 1
),

firsts as (
    select *, row_number() over (partition by list, customer_id order by assigned_at, assigned_id) as place
    from assigned
),

departures as (
    select firsts.list, firsts.customer_id, min(departures.left_at) as left_at
    from firsts
    inner join {{ ref('int_risk_departures') }} as departures
        on
            firsts.customer_id = departures.customer_id
            and firsts.assigned_at < departures.left_at
            and firsts.window_ends_at >= departures.left_at
    where firsts.place = 1
    group by firsts.list, firsts.customer_id
),

{%- set happened = {
    "sent": ("outbox", "first_as_of", "changed_at", "sent"),
    "done": ("outcomes", "as_of", "acted_at", "done"),
} %}
{%- for name, (table, began_at, at, status) in happened.items() %}

{{ name }} as (
    select distinct firsts.list, firsts.customer_id
    from {{ source('outreach', table) }} as {{ table }}
    left join merges
        on {{ table }}.customer_id = merges.from_customer_id
    inner join firsts
        on
            {{ table }}.list = firsts.list
            and coalesce(merges.customer_id, {{ table }}.customer_id) = firsts.customer_id
            and {{ table }}.{{ began_at }} >= firsts.assigned_at
            and {{ table }}.{{ at }} <= least(firsts.window_ends_at, {{ as_of() }})
    where firsts.place = 1 and {{ table }}.status = '{{ status }}'
),
{%- endfor %}

told as (
    select
        firsts.* exclude (place, assigned_id, play),
        coalesce(firsts.play, 'none') as play,
        case
            when torn.customer_id is not null then 'torn'
            when known.customer_id is null then 'gone'
            when firsts.window_ends_at > {{ as_of() }} then 'pending'
            else 'compared'
        end as status,
        departures.left_at,
        sent.customer_id is not null as is_handed_over,
        done.customer_id is not null as is_contacted
    from firsts
    left join torn on firsts.customer_id = torn.customer_id
    left join {{ ref('dim_customers') }} as known on firsts.customer_id = known.customer_id
    left join departures on firsts.list = departures.list and firsts.customer_id = departures.customer_id
    left join sent on firsts.list = sent.list and firsts.customer_id = sent.customer_id
    left join done on firsts.list = done.list and firsts.customer_id = done.customer_id
    where firsts.place = 1
)

select told.* exclude (play), told.play
from told
union all
select told.* exclude (play), 'all' as play
from told
