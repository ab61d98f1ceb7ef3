with respondents as (

    select
        {{ json_text('hidden', 'email') }} as email,
        cast(null as varchar) as phone,
        {{ json_text('hidden', 'name') }} as name,
        {{ to_timestamp_utc('landed_at') }} as seen_at,
        false as is_gone,
        _loaded_at
    from {{ source('raw_survey', 'responses') }}

),

{{ survey_contacts('survey') }}
