{#- A mailbox knows no status. Ours: the last person's word decides, an answer that nobody
    contradicts for this many days has solved the matter, and a customer's word after an answer (most
    are thanks) that nobody acts on for longer no longer waits. -#}
{% set solved_after_days = var('email_solved_after_days', 3) %}
{% set quiet_after_days = var('email_quiet_after_days', 14) %}
with messages as (

    select * from {{ ref('base_email__threads') }}

),

threads as (

    select
        thread_id,
        min(sent_at) as opened_at,
        max(sent_at) as last_at,
        max(sent_at) filter (where author_type = 'customer') as last_customer_at,
        max(sent_at) filter (where author_type = 'agent') as last_agent_at,
        max_by(from_address, sent_at) filter (where author_type = 'agent') as assignee,
        min_by(counterpart_address, position_in_thread)
            filter (where author_type <> 'bot' and counterpart_address is not null) as contact,
        min_by(subject, position_in_thread) as subject,
        bool_or(is_spam) as is_spam,
        max(loaded_at) as loaded_at
    from messages
    group by thread_id

)

select
    ---------- ids
    'email' as source_system,
    thread_id as remote_id,
    last_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    'email' as channel,
    opened_at,
    contact as contact_remote_id,
    subject,
    case
        when last_customer_at is null and last_agent_at is null then 'closed'
        when last_agent_at is null then 'new'
        when last_customer_at > last_agent_at
            and last_at + interval {{ quiet_after_days }} day <= {{ as_of() }} then 'solved'
        when last_customer_at > last_agent_at then 'open'
        when last_agent_at + interval {{ solved_after_days }} day <= {{ as_of() }} then 'solved'
        else 'pending'
    end as status,
    cast(null as varchar) as priority,
    cast(null as varchar) as team,
    assignee as assignee_agent_remote_id,
    cast(null as varchar) as brand,
    cast(null as varchar) as schedule_id,
    cast(null as varchar) as tags,
    cast(null as timestamp with time zone) as deleted_at,
    coalesce(is_spam, false) as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from threads
