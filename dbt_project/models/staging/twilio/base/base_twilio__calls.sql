with legs as (

    select * from {{ ref('base_twilio__legs') }}

),

-- What the legs that Twilio dialled for a call came to.
dialled as (

    select
        parent_leg_id,
        max(updated_at) as updated_at,
        max(loaded_at) as loaded_at,
        count(*) filter (where is_connected) as connected_legs,
        min(connected_at) filter (where is_connected) as answered_at,
        sum(connected_seconds) filter (where is_connected) as talk_seconds,
        max_by(to_agent, started_at) filter (where is_connected) as answering_agent,
        max_by(to_party, started_at) as last_party,
        max_by(status, started_at) as last_status
    from (
        select
            *,
            status = 'in-progress' or (status = 'completed' and connected_seconds > 0) as is_connected
        from legs
        where parent_leg_id is not null
    ) as children
    group by parent_leg_id

),

voicemails as (

    select call_sid, max(_loaded_at) as loaded_at
    from {{ source('raw_twilio', 'recordings') }}
    where source = 'RecordVerb'
    group by call_sid

),

joined as (

    select
        legs.leg_id as call_id,
        legs.started_at as ring_at,
        legs.ended_at,
        legs.status,
        greatest(legs.updated_at, coalesce(dialled.updated_at, legs.updated_at)) as updated_at,
        {{ newest(['legs.loaded_at', 'dialled.loaded_at', 'voicemails.loaded_at']) }} as loaded_at,
        -- An agent who dials in the browser comes in from their client; an API call goes out at once.
        case
            when legs.from_party like 'client:%' or legs.vendor_direction like 'outbound%' then 'outbound'
            else 'inbound'
        end as direction,
        case
            when legs.from_party like 'client:%' then dialled.last_party
            when legs.vendor_direction like 'outbound%' then legs.to_party
            else legs.from_party
        end as customer_phone,
        coalesce(dialled.answering_agent, legs.from_agent) as agent_id,
        case
            when dialled.parent_leg_id is not null then dialled.answered_at
            when legs.vendor_direction like 'outbound%' and legs.connected_seconds > 0 then legs.connected_at
        end as answered_at,
        case
            when dialled.parent_leg_id is not null then dialled.talk_seconds
            when legs.vendor_direction like 'outbound%' then legs.connected_seconds
        end as talk_seconds,
        dialled.last_status as last_dialled_status,
        voicemails.call_sid is not null as has_voicemail
    from legs
    left join dialled on legs.leg_id = dialled.parent_leg_id
    left join voicemails on legs.leg_id = voicemails.call_sid
    -- A lone leg out to a client is an agent's end of a conference, which Twilio ties to no call.
    where legs.parent_leg_id is null
        and not (legs.vendor_direction like 'outbound%' and legs.to_party like 'client:%')

)

select
    joined.*,
    case
        when answered_at is not null then 'answered'
        when status in ('queued', 'ringing', 'in-progress') then null
        when has_voicemail then 'voicemail'
        -- The caller hung up first when the ringing leg was canceled, or when nobody was rung yet.
        when last_dialled_status = 'canceled' then 'abandoned'
        when last_dialled_status is null and status in ('completed', 'canceled') then 'abandoned'
        else 'missed'
    end as outcome
from joined
