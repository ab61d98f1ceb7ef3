with source as (

    select * from {{ source('raw_stripe', 'charges') }}

),

judged as (

    select
        *,
        case
            when status = 'failed' then 'failed'
            when refunded then 'refunded'
            when status = 'succeeded' and coalesce(captured, true) then 'paid'
            else 'pending'
        end as order_status
    from source

),

renamed as (

    select
        ---------- ids
        'stripe' as source_system,
        judged.id as remote_id,
        {{ epoch_to_timestamp('judged.created') }} as remote_updated_at,
        false as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        judged._loaded_at as loaded_at,
        judged.customer as contact_remote_id,

        ---------- timestamps
        {{ epoch_to_timestamp('judged.created') }} as ordered_at,

        ---------- numerics
        -- Paid: what stayed with us. Otherwise: what it was about.
        case
            when judged.order_status = 'paid'
                then coalesce(judged.amount_captured, judged.amount) - coalesce(judged.amount_refunded, 0)
            else judged.amount
        end / coalesce(currencies.minor_units, 100.0) as amount,

        ---------- text
        upper(judged.currency) as currency,
        judged.order_status as status
    from judged
    left join {{ ref('base_stripe__currencies') }} as currencies on upper(judged.currency) = currencies.code

)

select * from renamed
