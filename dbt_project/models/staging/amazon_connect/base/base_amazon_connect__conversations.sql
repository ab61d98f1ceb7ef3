with legs as (

    select * from {{ ref('base_amazon_connect__legs') }}

),

-- Every transfer, callback and consultation is a contact of its own with the first one's id.
folded as (

    select
        conversation_id,
        {{ earliest('vendor_channel', 'started_at', 'leg_id') }} as vendor_channel,
        {{ earliest('initiation_method', 'started_at', 'leg_id') }} as initiation_method,
        {{ earliest('subject', 'started_at', 'leg_id') }} as subject,
        {{ earliest('contact_id', 'started_at', 'leg_id') }} filter (where contact_id is not null) as contact_id,
        min(started_at) as started_at,
        min(answered_at) as answered_at,
        min(queued_at) as queued_at,
        max(ended_at) as last_ended_at,
        count(*) filter (where ended_at is null) as running_legs,
        max(updated_at) as updated_at,
        max(loaded_at) as loaded_at,
        {{ latest('agent_id', 'started_at', 'leg_id') }} filter (where agent_id is not null) as agent_id,
        {{ latest('team', 'started_at', 'leg_id') }} filter (where team is not null) as team,
        {{ latest('disconnect_reason', 'started_at', 'leg_id') }} as disconnect_reason,
        sum(talk_seconds) as talk_seconds,
        sum(hold_seconds) as hold_seconds,
        sum(wrap_seconds) as wrap_seconds,
        max(case when has_voicemail then 1 else 0 end) = 1 as has_voicemail
    from legs
    group by conversation_id

)

select
    folded.*,
    case when running_legs = 0 then last_ended_at end as ended_at,
    case
        when initiation_method in ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK') then 'outbound'
        when initiation_method = 'API' and vendor_channel = 'VOICE' then 'outbound'
        else 'inbound'
    end as direction,
    case
        when answered_at is not null then 'answered'
        when running_legs > 0 then null
        when has_voicemail then 'voicemail'
        when initiation_method in ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK', 'API') then 'missed'
        -- Who never asked for an agent was served by the flow alone: neither lost nor missed.
        when queued_at is null then null
        when disconnect_reason = 'CUSTOMER_DISCONNECT' then 'abandoned'
        else 'missed'
    end as outcome
from folded
