-- What an account calls its statuses and sources. A status is its number with the names that agents
-- and customers see, a source its name with the number.
with source as (

    select * from {{ source('raw_freshdesk', 'ticket_fields') }} where name in ('status', 'source')

),

members as (

    {{ json_object_rows('source', 'choices', ['name']) }}

)

select
    name as field,
    {{ to_bigint("case when name = 'status' then object_key else object_value end") }} as number,
    lower(trim(
        case when name = 'status' then coalesce({{ json_text('object_value', '[0]') }}, object_value) else object_key end
    )) as word
from members
