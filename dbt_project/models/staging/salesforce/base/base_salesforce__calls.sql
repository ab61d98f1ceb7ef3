-- Calls that somebody logged: closed tasks. Open ones are planned, those of an opportunity or a lead are sales.
with cases as (

    select id as case_id, {{ salesforce_case_contact() }} as contact_id, _loaded_at as loaded_at
    from {{ source('raw_salesforce', 'cases') }}

),

tasks as (

    select
        *,
        coalesce({{ to_double('call_duration_in_seconds') }}, 0) as seconds,
        coalesce({{ to_timestamp_utc('completed_date_time') }}, {{ to_timestamp_utc('created_date') }}) as ended_at,
        lower(coalesce(call_disposition, '')) as disposition
    from {{ source('raw_salesforce', 'tasks') }}
    where
        {{ to_boolean('is_closed') }}
        and (lower(task_subtype) = 'call' or call_type <> '')
        and coalesce(lower(call_type), '') <> 'internal'
        and (what_id like '500%' or (who_id like '003%' and coalesce(what_id, '') not like '006%'))

)

select
    ---------- ids
    tasks.id as call_id,
    coalesce(cases.case_id, tasks.id) as conversation_id,
    coalesce(nullif(tasks.who_id, ''), cases.contact_id) as contact_id,
    {{ salesforce_user('tasks.owner_id') }} as agent_id,

    ---------- text
    case when lower(tasks.call_type) = 'inbound' then 'inbound' else 'outbound' end as direction,
    nullif(trim(tasks.subject), '') as subject,
    nullif(trim(tasks.description), '') as note,
    case
        when regexp_matches(tasks.disposition, 'voice ?mail|left (a )?message') and lower(tasks.call_type) = 'inbound'
            then 'voicemail'
        when regexp_matches(tasks.disposition, 'voice ?mail|left (a )?message|no answer|busy|missed|not reached')
            then 'missed'
        when tasks.disposition like '%abandon%' then 'abandoned'
        else 'answered'
    end as outcome,

    ---------- numerics, booleans, timestamps: only the end of a call is told, and how long it was
    tasks.seconds,
    coalesce({{ to_boolean('tasks.is_deleted') }}, false) as is_deleted,
    {{ microseconds_after('-1000000 * cast(tasks.seconds as bigint)', 'tasks.ended_at') }} as ring_at,
    tasks.ended_at,
    {{ to_timestamp_utc('tasks.system_modstamp') }} as updated_at,
    {{ newest(['tasks._loaded_at', 'cases.loaded_at']) }} as loaded_at
from tasks
left join cases on tasks.what_id = cases.case_id
