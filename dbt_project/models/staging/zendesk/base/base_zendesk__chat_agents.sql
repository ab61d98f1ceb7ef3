-- Agents of Zendesk Chat and who they are in Support: the same number today, in accounts from before that the same address.
with staff as (

    select user_id, lower(email) as email, author_type, loaded_at
    from {{ ref('base_zendesk__users') }}
    where author_type in ('agent', 'bot')

),

by_email as (

    select email, min(user_id) as user_id, max(loaded_at) as loaded_at
    from staff
    where email is not null
    group by email

)

select
    cast(source.id as varchar) as chat_agent_id,
    coalesce(by_id.user_id, by_email.user_id) as user_id,
    source.display_name as name,
    source.email,
    coalesce(source.enabled, true) as is_enabled,
    {{ to_timestamp_utc('source.create_date') }} as created_at,
    {{ newest(['source._loaded_at', 'by_id.loaded_at', 'by_email.loaded_at']) }} as loaded_at
from {{ source('raw_zendesk', 'chat_agents') }} as source
left join staff as by_id on cast(source.id as varchar) = by_id.user_id
left join by_email on lower(source.email) = by_email.email
