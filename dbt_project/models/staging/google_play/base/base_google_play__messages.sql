with reviews as (

    select * from {{ ref('base_google_play__reviews') }}

)

select
    ---------- ids: a store names nobody, so each review has a contact of its own
    review_id as id,
    review_id as thread_id,
    review_id as customer_id,
    review_id as author_id,

    ---------- text
    author_name,
    cast(null as varchar) as author_handle,
    language as author_language,
    title as subject,
    'rating:' || cast(rating as varchar) as tag,
    nullif(coalesce(title || chr(10), '') || coalesce(body, ''), '') as body,

    ---------- booleans
    false as is_own,
    is_deleted,

    ---------- timestamps
    created_at as sent_at,
    modified_at as changed_at,
    loaded_at
from reviews

union all

-- Our answer is the app's: which person wrote it is not told.
select
    response_id, review_id, review_id, app_id, null, null, null, null, null, response, true, is_deleted, responded_at,
    null, loaded_at
from reviews
where response is not null
