-- What changed since the run before: the score, and the contributions that grew or shrank most.
with changes as (
    select
        *,
        contribution - previous_contribution as change,
        row_number() over (
            partition by customer_id order by abs(contribution - previous_contribution) desc nulls last, position
        ) as place
    from {{ ref('int_risk_reasons') }}
    where round(100 * abs(contribution - previous_contribution)) > 0
),

told as (
    select
        customer_id,
        string_agg(
            label || case when contribution = 0 then ' (no longer)' else '' end || case when change > 0 then ' +' else ' -' end
            || {{ two_digits('abs(change)') }},
            ', '
            order by place
        ) as largest
    from changes
    where place <= 3
    group by customer_id
)

select
    health.customer_id,
    health.as_of,
    health.model_version,
    health.score,
    health.band,
    before.as_of as previous_as_of,
    before.score as previous_score,
    before.band as previous_band,
    case
        when before.as_of is null then 'no earlier score of this model'
        when before.score is null then 'not scored in the run before (' || {{ iso_text('before.as_of') }} || ')'
        when told.largest is null then 'nothing since ' || {{ iso_text('before.as_of') }}
        else
            {{ two_digits('before.score') }} || ' → ' || {{ two_digits('health.score') }} || ' since ' || {{ iso_text('before.as_of') }} || ': ' || told.largest
    end as what_changed
from {{ ref('customer_health') }} as health
inner join {{ ref('int_risk_before') }} as before
    on health.customer_id = before.customer_id
left join told
    on health.customer_id = told.customer_id
order by health.customer_id
