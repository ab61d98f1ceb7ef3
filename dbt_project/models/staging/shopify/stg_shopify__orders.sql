with source as (

    select
        *,
        {{ to_double('total_price') }} as total,
        coalesce({{ to_double('total_outstanding') }}, 0) as outstanding,
        -- Worth of one unit of the buyer's currency in the shop's.
        {{ to_double(json_text('total_price_set', 'shop_money.amount')) }}
        / nullif({{ to_double(json_text('total_price_set', 'presentment_money.amount')) }}, 0) as rate
    from {{ source('raw_shopify', 'orders') }}
    -- Orders of a test payment never happened.
    where not coalesce(test, false)

),

refunded as (

    select
        source.id,
        sum(given_back.amount * case
            when given_back.currency is null or given_back.currency = source.currency then 1
            else coalesce(source.rate, 1)
        end) as refunded
    from source
    inner join {{ ref('base_shopify__refunded') }} as given_back on source.id = given_back.order_id
    group by source.id

),

deletions as (

    select subject_id, max(_loaded_at) as loaded_at, max({{ to_timestamp_utc('created_at_iso') }}) as deleted_at
    from {{ source('raw_shopify', 'events') }}
    where verb = 'destroy' and subject_type = 'Order'
    group by subject_id

),

judged as (

    select
        source.*,
        -- No currency has more than three decimals; a difference of doubles has.
        round(source.total - coalesce(refunded.refunded, 0) - source.outstanding, 3) as kept,
        deletions.deleted_at,
        deletions.loaded_at as deletion_loaded_at
    from source
    left join refunded on source.id = refunded.id
    left join deletions on source.id = deletions.subject_id

),

renamed as (

    select
        ---------- ids
        'shopify' as source_system,
        cast(id as varchar) as remote_id,
        coalesce(deleted_at, {{ to_timestamp_utc('updated_at_iso') }}) as remote_updated_at,
        deleted_at is not null as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        {{ newest(['_loaded_at', 'deletion_loaded_at']) }} as loaded_at,
        {{ json_text('customer', 'id') }} as contact_remote_id,

        ---------- timestamps
        -- An order brought over from another shop was made when it was processed there.
        coalesce({{ to_timestamp_utc('processed_at') }}, {{ to_timestamp_utc('created_at') }}) as ordered_at,

        ---------- numerics
        -- Paid: what stayed with us. Otherwise: what it was about.
        case when financial_status in ('paid', 'partially_paid', 'partially_refunded') then kept else total end as amount,

        ---------- text
        currency,
        case
            when financial_status in ('refunded', 'voided') then financial_status
            when financial_status = 'expired' then 'failed'
            when financial_status in ('paid', 'partially_paid', 'partially_refunded') then 'paid'
            when cancelled_at is not null then 'canceled'
            else 'pending'
        end as status
    from judged

)

select * from renamed
