-- Whether an account is a customer, as its records say. One record speaks for all: companies of one domain may each have
-- theirs, so the account is a customer while any record says so, and has left when the last of them says so. Records that
-- the system deleted or merged say nothing.
with said as (
    select
        *,
        coalesce(
            customer_until,
            -- Over, and nobody says since when: at the last update, which is when it was known.
            case
                when {{ clean_word('customer_status') }} in ({{ quoted(var('churn_crm_status')) }})
                    then coalesce(remote_updated_at, loaded_at)
            end
        ) as known_until,
        {{ clean_word('customer_status') }} in ({{ quoted(var('crm_customer_status')) }}) as is_called_customer
    from {{ ref('int_account_records') }}
    where not is_gone and (customer_status is not null or customer_until is not null)
),

-- An end after `as_of` is none yet.
judged as (
    select
        *,
        coalesce(known_until > {{ as_of() }}, is_called_customer, false) as is_customer,
        case when known_until <= {{ as_of() }} then known_until end as left_at
    from said
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id
            order by
                case when is_customer then 0 else 1 end,
                left_at desc nulls last,
                remote_updated_at desc nulls last,
                source_system,
                remote_id
        ) as place
    from judged
)

select account_id, customer_status, is_customer, left_at as customer_until
from ranked
where place = 1
