-- The instants that this build works features out for: its `as_of`, and the starts of the months before it (UTC) that
-- are not held yet. A month that is held stays as it was worked out when it began: from what was loaded by then.
with months as (
    select {{ wall_time_to_utc("'UTC'", wall_time('calendar_date', 0)) }} as as_of
    from (
        {{ date_spine(
            local_date(as_of() ~ ' - ' ~ days(31 * var('risk_history_months')), "'UTC'"), local_date(as_of(), "'UTC'")
        ) }}
    ) as dates
    where extract(day from calendar_date) = 1
),

asked as (
    select as_of, true as is_month_start
    from months
    where
        as_of < {{ as_of() }}
        {% if is_delta() %}
        and as_of not in (select held.as_of from {{ held('int_risk_features', 'intermediate') }} as held)
        {% endif %}
    union all
    select {{ as_of() }} as as_of, coalesce(max(as_of) = {{ as_of() }}, false) as is_month_start
    from months
)

select as_of, is_month_start from asked
