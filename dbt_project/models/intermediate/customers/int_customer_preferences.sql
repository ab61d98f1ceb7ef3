-- How a customer likes to talk, from what they do: the channel of most conversations they opened in the
-- last year (of all, when there is none in it; at a tie the one used last), and the language of most of
-- their tagged messages (at a tie by name).
with opened as (
    select
        customer_id,
        channel,
        count(*) filter (where opened_at > {{ as_of() }} - {{ days(365) }}) as lately,
        count(*) as ever,
        max(opened_at) as last_opened_at
    from {{ ref('int_conversation_profiles') }}
    where customer_id is not null and excluded_reason is null and is_customer_opened
    group by customer_id, channel
),

channels as (
    select
        customer_id,
        channel,
        row_number() over (
            partition by customer_id
            order by lately desc nulls last, ever desc nulls last, last_opened_at desc nulls last, channel
        ) as place
    from opened
),

written as (
    select
        profiles.customer_id,
        tags.language,
        row_number() over (partition by profiles.customer_id order by count(*) desc nulls last, tags.language) as place
    from {{ ref('int_conversation_messages') }} as messages
    inner join {{ ref('int_conversation_profiles') }} as profiles
        on messages.conversation_id = profiles.conversation_id
    inner join {{ ref('int_text_tags') }} as tags
        on messages.text_hash = tags.text_hash
    where
        messages.speaker = 'customer'
        and tags.language <> 'und'
        and profiles.customer_id is not null
        and profiles.excluded_reason is null
    group by profiles.customer_id, tags.language
)

select
    coalesce(channels.customer_id, written.customer_id) as customer_id,
    channels.channel as preferred_channel,
    written.language as written_language
from (select * from channels where place = 1) as channels
full outer join (select * from written where place = 1) as written
    on channels.customer_id = written.customer_id
