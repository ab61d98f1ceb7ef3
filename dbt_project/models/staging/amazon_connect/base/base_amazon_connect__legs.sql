with source as (

    select * from {{ source('raw_amazon_connect', 'contacts') }}
    -- A supervisor who listens is no contact with a customer; tasks are work without one.
    where channel in ('VOICE', 'CHAT', 'EMAIL')
        and coalesce(initiation_method, '') <> 'MONITOR'

),

queues as (

    select id, name, _loaded_at from {{ source('raw_amazon_connect', 'queues') }}

),

renamed as (

    select
        ---------- ids
        source.id as leg_id,
        coalesce(nullif(source.initial_contact_id, ''), source.id) as conversation_id,
        {{ json_text('source.agent_info', 'Id') }} as agent_id,
        {{ json_text('source.queue_info', 'Id') }} as queue_id,

        ---------- text
        source.channel as vendor_channel,
        source.initiation_method,
        source.disconnect_reason,
        case {{ json_text('source.customer_endpoint', 'Type') }}
            when 'TELEPHONE_NUMBER' then {{ json_text('source.customer_endpoint', 'Address') }}
        end as customer_phone,
        coalesce(
            nullif(trim(source.declared_email), ''),
            case {{ json_text('source.customer_endpoint', 'Type') }}
                when 'EMAIL_ADDRESS' then {{ json_text('source.customer_endpoint', 'Address') }}
            end
        ) as customer_email,
        nullif(source.customer_id, '') as customer_id,
        coalesce(
            nullif(trim(source.declared_name), ''),
            nullif({{ json_text('source.customer_endpoint', 'DisplayName') }}, '')
        ) as customer_name,
        {{ valid_json('source.declared_external_ids') }} as external_ids,
        source.name as subject,

        ---------- numerics
        {{ to_double(json_text('source.agent_info', 'AgentInitiatedHoldDuration')) }} as hold_seconds,
        {{ to_double(json_text('source.agent_info', 'AfterContactWorkDuration')) }} as wrap_seconds,
        coalesce({{ to_bigint(json_text('source.voicemail_info', 'NumberOfVoicemails')) }}, 0) > 0 as has_voicemail,

        ---------- timestamps
        {{ to_timestamp_utc('source.initiation_timestamp') }} as started_at,
        {{ to_timestamp_utc(json_text('source.queue_info', 'EnqueueTimestamp')) }} as queued_at,
        {{ to_timestamp_utc(json_text('source.agent_info', 'ConnectedToAgentTimestamp')) }} as answered_at,
        {{ to_timestamp_utc('source.disconnect_timestamp') }} as ended_at,
        {{ to_timestamp_utc('source.last_update_timestamp') }} as updated_at,
        source._loaded_at as leg_loaded_at

    from source

)

select
    renamed.*,
    queues.name as team,
    {{ newest(['renamed.leg_loaded_at', 'queues._loaded_at']) }} as loaded_at,
    -- Withheld numbers arrive as words or short codes: they name nobody.
    case
        when regexp_matches(customer_phone, '^\+[1-9][0-9]{7,14}$') then customer_phone
        when vendor_channel <> 'VOICE' then coalesce(customer_id, lower(customer_email))
    end as contact_id,
    -- Connected less hold; a running leg has none yet.
    {{ minutes_between('answered_at', 'ended_at') }} * 60 - coalesce(hold_seconds, 0) as talk_seconds
from renamed
left join queues on renamed.queue_id = queues.id
