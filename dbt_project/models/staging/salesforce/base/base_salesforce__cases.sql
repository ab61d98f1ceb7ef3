with source as (

    select * from {{ source('raw_salesforce', 'cases') }}

)

select
    ---------- ids
    id as case_id,
    nullif(master_record_id, '') as master_id,
    {{ salesforce_case_contact() }} as contact_id,
    {{ salesforce_user('owner_id') }} as agent_id,

    ---------- text
    {{ salesforce_channel('origin') }} as channel,
    nullif(trim(subject), '') as subject,
    nullif(trim(description), '') as description,
    {{ salesforce_priority('priority') }} as priority,
    case when owner_id like '00G%' then nullif(trim(owner_name), '') end as team,
    {{ json_list_of_words("nullif(concat_ws(';', " ~ clean_word('type') ~ ", " ~ clean_word('reason') ~ "), '')", ';') }}
        as tags,
    {{ salesforce_status('status', to_boolean('is_closed')) }} as status,

    ---------- booleans
    coalesce({{ to_boolean('is_deleted') }}, false) as is_deleted,

    ---------- timestamps
    {{ to_timestamp_utc('created_date') }} as opened_at,
    {{ to_timestamp_utc('system_modstamp') }} as updated_at,
    _loaded_at as loaded_at
from source
