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
    from {{ ref('fct_conversations') }}
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
        customer_id,
        language,
        row_number() over (partition by customer_id order by count(*) desc nulls last, language) as place
    from {{ ref('fct_messages') }}
    where
        speaker = 'customer'
        and language <> 'und'
        and customer_id is not null
        and excluded_reason is null
    group by customer_id, language
)

select
    coalesce(channels.customer_id, written.customer_id) as customer_id,
    channels.channel as preferred_channel,
    written.language as written_language
from (select * from channels where place = 1) as channels
full outer join (select * from written where place = 1) as written
    on channels.customer_id = written.customer_id
