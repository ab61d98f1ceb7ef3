with source as (

    select
        id,
        {{ json_value('items', 'data') }} as items
    from {{ source('raw_stripe', 'subscriptions') }}

),

items as (

    {{ json_list_rows('source', 'items', ['id']) }}

),

-- Subscriptions of old API versions carry `plan` where newer ones carry `price`.
read as (

    select
        id as subscription_id,
        position,
        coalesce(
            {{ json_text('element', 'price.nickname') }},
            {{ json_text('element', 'price.lookup_key') }},
            {{ json_text('element', 'plan.nickname') }},
            {{ json_text('element', 'price.id') }},
            {{ json_text('element', 'plan.id') }}
        ) as plan,
        {{ to_double(
            'coalesce(' ~ json_text('element', 'price.unit_amount_decimal') ~ ', '
            ~ json_text('element', 'price.unit_amount') ~ ', '
            ~ json_text('element', 'plan.amount_decimal') ~ ', '
            ~ json_text('element', 'plan.amount') ~ ')'
        ) }} as unit_amount,
        coalesce({{ to_double(json_text('element', 'quantity')) }}, 1) as quantity,
        coalesce(
            {{ json_text('element', 'price.recurring.interval') }}, {{ json_text('element', 'plan.interval') }}
        ) as period,
        coalesce(
            {{ to_double(json_text('element', 'price.recurring.interval_count')) }},
            {{ to_double(json_text('element', 'plan.interval_count')) }},
            1
        ) as period_count,
        {{ epoch_to_timestamp(json_text('element', 'current_period_end')) }} as current_period_end
    from items

)

select
    subscription_id,
    position,
    plan,
    current_period_end,
    -- Tiered and metered prices have no unit amount: unknown, not free.
    unit_amount * quantity / nullif(period_count, 0) * case period
        when 'month' then 1.0
        when 'year' then 1.0 / 12
        when 'week' then 365.25 / 7 / 12
        when 'day' then 365.25 / 12
    end as minor_amount_per_month
from read
