-- What a call lasted stands on the call once it has been worked out; until then on its agents' legs.
with source as (

    select * from {{ source('raw_zendesk', 'calls') }}

),

legs as (

    select
        call_id,
        sum(talk_time) as talk_time,
        sum(hold_time) as hold_time,
        sum(wrap_up_time) as wrap_up_time,
        max(_loaded_at) as loaded_at
    from {{ source('raw_zendesk', 'call_legs') }}
    where type = 'agent'
    group by call_id

),

timed as (

    select
        source.*,
        {{ to_timestamp_utc('source.created_at') }} as ring_at,
        coalesce(source.talk_time, legs.talk_time) as talk_seconds,
        coalesce(source.hold_time, legs.hold_time) as hold_seconds,
        coalesce(source.wrap_up_time, legs.wrap_up_time) as wrap_seconds,
        coalesce(source.voicemail, false) as is_voicemail,
        lower(source.completion_status) as ended_as,
        {{ newest(['source._loaded_at', 'legs.loaded_at']) }} as loaded_at
    from source
    left join legs on source.id = legs.call_id

),

judged as (

    select
        *,
        -- A call that nobody took is completed as well, when its caller heard a greeting to the end.
        not is_voicemail and ended_as = 'completed' and (time_to_answer is not null or talk_seconds > 0) as is_answered
    from timed

)

select
    ---------- ids
    'zendesk' as source_system,
    cast(id as varchar) as remote_id,
    {{ to_timestamp_utc('updated_at') }} as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    cast(ticket_id as varchar) as conversation_remote_id,

    ---------- text, timestamps, numerics
    case when direction like 'outbound%' then 'outbound' else 'inbound' end as direction,
    ring_at,
    case when is_answered then {{ microseconds_after('coalesce(time_to_answer, 0) * 1000000', 'ring_at') }} end as answered_at,
    {{ microseconds_after('duration * 1000000', 'ring_at') }} as ended_at,
    case when is_answered then cast(talk_seconds as double) end as talk_seconds,
    case when is_answered then cast(hold_seconds as double) end as hold_seconds,
    case when is_answered then cast(wrap_seconds as double) end as wrap_seconds,
    case
        when is_answered then 'answered'
        when is_voicemail or ended_as = 'pending_voicemail' then 'voicemail'
        when ended_as like 'abandoned%' then 'abandoned'
        else 'missed'
    end as outcome,
    cast(null as varchar) as transcript
from judged
