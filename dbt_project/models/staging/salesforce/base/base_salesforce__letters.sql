{{ config(materialized='table') }}

-- Mails of cases. Drafts are none, and a task that stands for a mail is that mail.
with cases as (

    select id as case_id, {{ salesforce_case_contact() }} as contact_id, _loaded_at as loaded_at
    from {{ source('raw_salesforce', 'cases') }}

),

mails as (

    select * from {{ source('raw_salesforce', 'email_messages') }}

),

users as (

    select id, lower(user_type) in ('automatedprocess', 'cloudintegrationuser') as is_machine, _loaded_at
    from {{ source('raw_salesforce', 'users') }}

),

shown as (

    select activity_id, max(_loaded_at) as loaded_at
    from mails
    where activity_id <> ''
    group by activity_id

),

tasks as (

    select * from {{ source('raw_salesforce', 'tasks') }}
    where lower(task_subtype) = 'email' and {{ to_boolean('is_closed') }}

)

select
    mails.id as letter_id,
    cases.case_id,
    coalesce({{ to_boolean('mails.incoming') }}, false) as is_incoming,
    case
        when mails.declared_is_automatic or (not {{ to_boolean('mails.incoming') }} and users.is_machine) then 'bot'
        when {{ to_boolean('mails.incoming') }} then 'customer'
        else 'agent'
    end as author_type,
    case when {{ to_boolean('mails.incoming') }} then cases.contact_id else mails.created_by_id end as author_id,
    mails.declared_words as body,
    coalesce({{ to_boolean('mails.is_deleted') }}, false) as is_deleted,
    coalesce({{ to_timestamp_utc('mails.message_date') }}, {{ to_timestamp_utc('mails.created_date') }}) as sent_at,
    {{ newest(['mails._loaded_at', 'cases.loaded_at', 'users._loaded_at']) }} as loaded_at
from mails
inner join cases on mails.parent_id = cases.case_id
left join users on mails.created_by_id = users.id
where coalesce(mails.status, '') <> '5'

union all

-- Mails logged by hand or by an older client: whole in the description, below their addresses.
select
    tasks.id,
    cases.case_id,
    false,
    'agent',
    tasks.created_by_id,
    coalesce(nullif(regexp_extract(tasks.description, '(?s)\nBody:\s*(.*)$', 1), ''), tasks.description),
    coalesce({{ to_boolean('tasks.is_deleted') }}, false),
    coalesce({{ to_timestamp_utc('tasks.completed_date_time') }}, {{ to_timestamp_utc('tasks.created_date') }}),
    {{ newest(['tasks._loaded_at', 'cases.loaded_at']) }}
from tasks
inner join cases on tasks.what_id = cases.case_id
left join shown on tasks.id = shown.activity_id
where shown.activity_id is null
