with source as (

    select id, refunds, _loaded_at from {{ source('raw_shopify', 'orders') }}

),

refunds as (

    {{ json_list_rows('source', 'refunds', ['id', '_loaded_at']) }}

),

refund_transactions as (

    select id, {{ json_value('element', 'transactions') }} as transactions
    from refunds

),

transactions as (

    {{ json_list_rows('refund_transactions', 'transactions', ['id']) }}

)

-- What was given back, by the currency it was given back in: that of the buyer, not always the shop's.
select
    id as order_id,
    {{ json_text('element', 'currency') }} as currency,
    sum({{ to_double(json_text('element', 'amount')) }}) as amount
from transactions
where {{ json_text('element', 'kind') }} = 'refund'
    and {{ json_text('element', 'status') }} = 'success'
group by all
