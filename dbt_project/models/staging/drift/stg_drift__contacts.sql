select
    ---------- ids
    'drift' as source_system,
    id as remote_id,
    {{ epoch_to_timestamp('created_at / 1000.0') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- text
    nullif(trim(attribute_name), '') as name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    nullif(trim(attribute_email), '') as email,
    nullif(trim(attribute_phone), '') as phone,
    {{ null_columns("contacts", ["company", "account_remote_id"]) }},
    case
        when attribute_external_id is not null
            then '{"{{ var("external_id_system", "account") }}":"' || replace(attribute_external_id, '"', '') || '"}'
    end as external_ids,
    {{ null_columns("contacts", ["date_of_birth", "address", "postcode", "country", "language", "time_zone"]) }},

    ---------- timestamps
    {{ epoch_to_timestamp('created_at / 1000.0') }} as created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from {{ source('raw_drift', 'contacts') }}
