-- Where an id that was handed out once is found today: merges are followed until an id that is in use.
{% set longest_chain = 8 %}
with changes as (
    select distinct change, from_customer_id, to_customer_id, contacts, reason, recorded_at
    from {{ source('ml', 'customer_changes') }}
),

in_use as (
    select distinct customer_id
    from {{ ref('int_contact_customers') }}
),

steps as (
    select
        changes.from_customer_id,
        {{ latest('changes.to_customer_id', 'changes.recorded_at', 'changes.to_customer_id') }} as next_id
    from changes
    left join in_use
        on changes.from_customer_id = in_use.customer_id
    where changes.change = 'merge' and in_use.customer_id is null
    group by changes.from_customer_id
),

followed as (
    select
        step_1.from_customer_id,
        coalesce({% for step in range(longest_chain, 0, -1) %}step_{{ step }}.next_id{{ ", " if not loop.last }}{% endfor %}) as customer_id
    from steps as step_1
    {% for step in range(2, longest_chain + 1) %}
    left join steps as step_{{ step }} on step_{{ step - 1 }}.next_id = step_{{ step }}.from_customer_id
    {% endfor %}
)

select
    {{ md5_hash([
        'changes.change', 'changes.from_customer_id', 'changes.to_customer_id',
        'cast(' ~ microseconds('changes.recorded_at') ~ ' as varchar)',
    ]) }} as merge_id,
    changes.change,
    changes.from_customer_id,
    changes.to_customer_id,
    coalesce(followed.customer_id, changes.from_customer_id) as customer_id,
    changes.contacts,
    changes.reason,
    changes.recorded_at
from changes
left join followed
    on changes.from_customer_id = followed.from_customer_id
order by changes.recorded_at, merge_id
