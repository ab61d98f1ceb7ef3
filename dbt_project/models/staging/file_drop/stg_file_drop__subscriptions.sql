with source as (
    {{ file_drop_rows("subscriptions", ["subscription_id"]) }}
),

renamed as (
    select
        source_system,
        {{ clean_text('subscription_id') }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('contact_id') }} as contact_remote_id,
        {{ to_timestamp_utc('started_at') }} as started_at,
        {{ to_timestamp_utc('ended_at') }} as ended_at,
        {{ to_timestamp_utc('cancel_requested_at') }} as cancel_requested_at,
        {{ to_timestamp_utc('renewal_at') }} as renewal_at,
        {{ clean_text('plan') }} as plan,
        {{ to_double('amount_per_month') }} as amount_per_month,
        upper({{ clean_text('currency') }}) as currency,
        case when {{ to_boolean('is_deleted') }} then 'canceled' else {{ clean_word('status') }} end as status
    from source
)

select *
from renamed
