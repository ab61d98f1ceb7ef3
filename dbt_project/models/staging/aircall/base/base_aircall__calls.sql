with source as (

    select
        *,
        regexp_replace(coalesce(raw_digits, ''), '[^0-9+]', '', 'g') as digits
    from {{ source('raw_aircall', 'calls') }}

),

renamed as (

    select
        ---------- ids
        cast(id as varchar) as call_id,
        {{ json_text('contact', 'id') }} as known_contact_id,
        -- Who took it, or whom it was left to.
        coalesce({{ json_text('source.user', 'id') }}, {{ json_text('assigned_to', 'id') }}) as agent_id,

        ---------- text
        coalesce(direction, 'inbound') as direction,
        -- A withheld number names nobody.
        case when regexp_matches(digits, '^\+[1-9][0-9]{7,14}$') then digits end as customer_phone,
        {{ json_text('teams', '[0].name') }} as team,
        {{ json_text('number', 'name') }} as line,
        tags,
        comments,
        status <> 'done' as is_running,
        coalesce(archived, false) as is_archived,
        voicemail is not null as has_voicemail,
        missed_call_reason,

        ---------- timestamps
        {{ epoch_to_timestamp('started_at') }} as ring_at,
        {{ epoch_to_timestamp('answered_at') }} as answered_at,
        {{ epoch_to_timestamp('ended_at') }} as ended_at,
        _loaded_at as loaded_at
    from source

)

select
    *,
    coalesce(known_contact_id, customer_phone) as contact_id,
    case
        when answered_at is not null then 'answered'
        when is_running then null
        when has_voicemail then 'voicemail'
        when missed_call_reason in ('short_abandoned', 'abandoned_in_ivr', 'abandoned_in_classic') then 'abandoned'
        else 'missed'
    end as outcome
from renamed
