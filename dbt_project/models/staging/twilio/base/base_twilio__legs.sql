with source as (

    select * from {{ source('raw_twilio', 'calls') }}

),

renamed as (

    select
        ---------- ids
        source.sid as leg_id,
        nullif(source.parent_call_sid, '') as parent_leg_id,

        ---------- text
        nullif(trim(source.from_party), '') as from_party,
        nullif(trim(source.to_party), '') as to_party,
        source.direction as vendor_direction,
        source.status,

        ---------- numerics
        {{ to_double('source.duration') }} as connected_seconds,

        ---------- timestamps
        coalesce(
            {{ to_timestamp_utc('source.start_time_iso') }},
            {{ to_timestamp_utc('source.date_created_iso') }}
        ) as started_at,
        {{ to_timestamp_utc('source.end_time_iso') }} as ended_at,
        {{ to_timestamp_utc('source.date_updated_iso') }} as updated_at,
        source._loaded_at as loaded_at

    from source

)

select
    renamed.*,
    -- Connected seconds end with the leg, so they also tell when it began to be connected; the
    -- leg's own start may lie before, while it rang.
    coalesce(
        ended_at - connected_seconds * interval 1 second,
        started_at
    ) as connected_at,
    -- Flex writes an agent's e-mail into the client identity: `_40` is @, `_2E` a full stop.
    {%- for end in ['from', 'to'] %}
    case
        when {{ end }}_party like 'client:%' then
            lower(replace(replace(replace(replace(replace(
                substr({{ end }}_party, 8), '_40', '@'), '_2E', '.'), '_2D', '-'), '_2B', '+'), '_5F', '_'
            ))
    end as {{ end }}_agent{% if not loop.last %},{% endif %}
    {%- endfor %}
from renamed
