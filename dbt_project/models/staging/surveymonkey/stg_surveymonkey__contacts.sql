with respondents as (

    select
        {{ surveymonkey_email() }} as email,
        cast(null as varchar) as phone,
        coalesce(
            nullif(trim(concat_ws(' ', nullif(first_name, ''), nullif(last_name, ''))), ''),
            {{ json_text('custom_variables', 'name') }}
        ) as name,
        coalesce({{ to_timestamp_utc('date_created') }}, {{ to_timestamp_utc('date_modified') }}) as seen_at,
        coalesce(is_gone, false) as is_gone,
        _loaded_at
    from {{ source('raw_surveymonkey', 'responses') }}

),

{{ survey_contacts('surveymonkey') }}
