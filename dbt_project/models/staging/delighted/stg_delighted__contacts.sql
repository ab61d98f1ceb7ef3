with respondents as (

    select
        email,
        phone,
        name,
        {{ to_timestamp_utc('declared_created_at') }} as seen_at,
        false as is_gone,
        _loaded_at
    from {{ source('raw_delighted', 'responses') }}

),

{{ survey_contacts('delighted') }}
