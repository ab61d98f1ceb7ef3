with reviews as (

    select * from {{ ref('base_app_store__reviews') }}

)

select
    ---------- ids: the store names nobody, so each review has a contact of its own
    'app_store' as source_system,
    review_id as remote_id,
    created_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    author_name as name,
    {{ null_columns("contacts", [
        "given_name", "surname", "email", "phone", "company", "account_remote_id", "external_ids",
        "date_of_birth", "address", "postcode", "country"
    ]) }},
    cast(null as varchar) as language,
    cast(null as varchar) as time_zone,
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from reviews
