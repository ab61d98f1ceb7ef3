with accounts as (

    select * from {{ source('raw_x', 'accounts') }}

),

renamed as (

    select
        ---------- ids: of their own, which X counts apart from posts' but by the same clock
        'dm-' || said.id as id,
        said.dm_conversation_id as thread_id,
        -- Two accounts of ours: nobody's conversation.
        case when others.id is null then said.customer_id end as customer_id,
        said.sender_id as author_id,

        ---------- text
        {{ json_text('said.sender', 'name') }} as author_name,
        {{ json_text('said.sender', 'username') }} as author_handle,
        nullif(replace(replace(replace(said.text, '&lt;', '<'), '&gt;', '>'), '&amp;', '&'), '') as body,

        ---------- booleans
        accounts.id is not null as is_own,
        coalesce(said.deleted, false) as is_deleted,

        ---------- timestamps
        {{ to_timestamp_utc('said.posted_at') }} as sent_at,
        {{ newest(['said._loaded_at', 'accounts._loaded_at', 'others._loaded_at']) }} as loaded_at
    from {{ source('raw_x', 'direct_messages') }} as said
    left join accounts on said.sender_id = accounts.id
    left join accounts as others on said.customer_id = others.id

),

-- A group is the first customer's. What we wrote there and nobody answered is in no conversation.
threads as (

    select
        thread_id,
        coalesce(
            max(customer_id),
            {{ earliest('author_id', 'sent_at', 'id') }} filter (where not is_own and author_id is not null)
        ) as customer_id,
        max(loaded_at) as loaded_at
    from renamed
    group by thread_id

)

select
    renamed.* exclude (customer_id, loaded_at),
    threads.customer_id,
    {{ newest(['renamed.loaded_at', 'threads.loaded_at']) }} as loaded_at
from renamed
inner join threads on renamed.thread_id = threads.thread_id
where threads.customer_id is not null
