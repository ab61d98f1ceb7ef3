with reviews as (

    select * from {{ ref('base_app_store__reviews') }}

),

said as (

    select
        review_id as message_id,
        review_id,
        created_at as updated_at,
        created_at as sent_at,
        'customer' as author_type,
        review_id as author_id,
        nullif(coalesce(title || chr(10), '') || coalesce(body, ''), '') as body,
        is_deleted,
        loaded_at
    from reviews

    union all

    select
        response_id, review_id, responded_at, responded_at, 'agent', app_id, response, is_deleted, loaded_at
    from reviews
    where response is not null

)

select
    ---------- ids
    'app_store' as source_system,
    message_id as remote_id,
    updated_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    review_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    author_type,
    author_id as author_remote_id,
    true as is_public,
    body
from said
