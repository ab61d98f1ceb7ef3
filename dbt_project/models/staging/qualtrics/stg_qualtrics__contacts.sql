with respondents as (

    select
        {{ qualtrics_email() }} as email,
        cast(null as varchar) as phone,
        coalesce(
            nullif(trim(concat_ws(' ', nullif(recipient_first_name, ''), nullif(recipient_last_name, ''))), ''),
            {{ json_text('values', 'name') }}
        ) as name,
        {{ to_timestamp_utc('recorded_date') }} as seen_at,
        coalesce(is_gone, false) as is_gone,
        _loaded_at
    from {{ source('raw_qualtrics', 'responses') }}

),

{{ survey_contacts('qualtrics') }}
