with source as (

    select * from {{ source('raw_stripe', 'subscriptions') }}

),

items as (

    select
        subscription_id,
        min_by(plan, position) as plan,
        max(current_period_end) as current_period_end,
        sum(minor_amount_per_month) as minor_amount_per_month
    from {{ ref('base_stripe__subscription_items') }}
    group by subscription_id

),

renamed as (

    select
        ---------- ids
        'stripe' as source_system,
        source.id as remote_id,
        {{ epoch_to_timestamp('greatest(source.created, source.canceled_at, source.ended_at)') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        source._loaded_at as loaded_at,
        source.customer as contact_remote_id,

        ---------- timestamps
        {{ epoch_to_timestamp('coalesce(source.start_date, source.created)') }} as started_at,
        {{ epoch_to_timestamp('source.ended_at') }} as ended_at,
        -- A subscription ended by failed payments was not asked to end.
        case
            when coalesce({{ json_text('source.cancellation_details', 'reason') }}, '')
                not in ('payment_failed', 'payment_disputed')
                then {{ epoch_to_timestamp('source.canceled_at') }}
        end as cancel_requested_at,
        -- Newer API versions keep the period on the items.
        case
            when source.ended_at is null
                then coalesce({{ epoch_to_timestamp('source.current_period_end') }}, items.current_period_end)
        end as renewal_at,

        ---------- text and numerics
        items.plan,
        items.minor_amount_per_month / coalesce(currencies.minor_units, 100.0) as amount_per_month,
        upper(source.currency) as currency,
        source.status
    from source
    left join items on source.id = items.subscription_id
    left join {{ ref('base_stripe__currencies') }} as currencies on upper(source.currency) = currencies.code

)

select * from renamed
