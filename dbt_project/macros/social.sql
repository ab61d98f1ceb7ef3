{#- Status of a public conversation, which knows none, by who spoke last and when. The last person's word decides.
    An answer that nobody contradicts for `social_solved_after_days` (3) has solved the matter; what nobody
    acts on for `social_quiet_after_days` (14) no longer waits: most posts and reviews are never answered. -#}
{% macro social_status(last_customer_at, last_agent_at) -%}
    {%- set solved_after = days(var('social_solved_after_days', 3)) -%}
    {%- set quiet_after = days(var('social_quiet_after_days', 14)) -%}
    case
        when {{ last_customer_at }} is null then 'closed'
        when {{ last_agent_at }} is null and {{ last_customer_at }} + {{ quiet_after }} <= {{ as_of() }} then 'closed'
        when {{ last_agent_at }} is null then 'new'
        when {{ last_customer_at }} > {{ last_agent_at }}
            and {{ last_customer_at }} + {{ quiet_after }} <= {{ as_of() }} then 'solved'
        when {{ last_customer_at }} > {{ last_agent_at }} then 'open'
        when {{ last_agent_at }} + {{ solved_after }} <= {{ as_of() }} then 'solved'
        else 'pending'
    end
{%- endmacro %}

{#- The four unified entities of a source of public messages, out of its `base_<source>__messages`. One row per message:
    id, thread_id (the conversation), customer_id (whose conversation it is), author_id, author_name, author_handle,
    author_language, subject, tag (text or null), body, is_own (by an account of ours), is_deleted, sent_at, changed_at (null: never),
    loaded_at. -#}
{% macro social_messages(source) %}
select
    ---------- ids
    '{{ source }}' as source_system,
    id as remote_id,
    coalesce(changed_at, sent_at) as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,
    thread_id as conversation_remote_id,

    ---------- what was said, and by whom
    sent_at,
    case when is_own then 'agent' else 'customer' end as author_type,
    author_id as author_remote_id,
    true as is_public,
    body
from {{ ref('base_' ~ source ~ '__messages') }}
{% endmacro %}

{% macro social_conversations(source) %}
with messages as (

    select *, coalesce(changed_at, sent_at) as last_at
    from {{ ref('base_' ~ source ~ '__messages') }}

),

threads as (

    select
        thread_id,
        max(customer_id) as customer_id,
        max(subject) as subject,
        max(tag) as tag,
        min(sent_at) as opened_at,
        max(last_at) as last_at,
        -- Who changes what they wrote speaks again.
        max(last_at) filter (where not is_own) as last_customer_at,
        max(sent_at) filter (where is_own) as last_agent_at,
        {{ latest('author_id', 'sent_at', 'id') }} filter (where is_own) as assignee,
        bool_and(is_deleted) as is_deleted,
        max(loaded_at) as loaded_at
    from messages
    group by thread_id

)

select
    ---------- ids
    '{{ source }}' as source_system,
    thread_id as remote_id,
    last_at as remote_updated_at,
    is_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text and timestamps
    'social' as channel,
    opened_at,
    customer_id as contact_remote_id,
    subject,
    {{ social_status('last_customer_at', 'last_agent_at') }} as status,
    {{ null_columns("conversations", ["priority", "team"]) }},
    assignee as assignee_agent_remote_id,
    {{ null_columns("conversations", ["brand", "schedule_id"]) }},
    {{ json_list_of('tag') }} as tags,
    cast(null as timestamp with time zone) as deleted_at,
    false as is_spam,
    {{ null_columns("conversations", ["follow_up_of_remote_id", "bot_resolution"]) }}
from threads
{% endmacro %}

{#- Whoever wrote. Whom we answered without having what they wrote is known by id only. -#}
{% macro social_contacts(source) %}
with messages as (

    select *, case when is_own then customer_id else author_id end as contact_id
    from {{ ref('base_' ~ source ~ '__messages') }}

),

contacts as (

    select
        contact_id,
        {{ latest('author_name', 'sent_at', 'id') }} filter (where not is_own and author_name is not null) as name,
        {{ latest('author_handle', 'sent_at', 'id') }} filter (where not is_own and author_handle is not null) as handle,
        max(author_language) filter (where not is_own) as language,
        min(sent_at) as created_at,
        max(sent_at) as updated_at,
        max(loaded_at) as loaded_at
    from messages
    where contact_id is not null
    group by contact_id

)

select
    ---------- ids
    '{{ source }}' as source_system,
    contact_id as remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname", "email", "phone", "company", "account_remote_id"]) }},
    case when handle is not null then '{"{{ source }}":"' || handle || '"}' end as external_ids,
    {{ null_columns("contacts", ["date_of_birth", "address", "postcode", "country"]) }},
    language,
    cast(null as varchar) as time_zone,
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from contacts
{% endmacro %}

{#- Accounts of ours that wrote: which person it was is not told. -#}
{% macro social_agents(source) %}
select
    ---------- ids
    '{{ source }}' as source_system,
    author_id as remote_id,
    max(sent_at) as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    max(loaded_at) as loaded_at,

    ---------- text
    {{ latest('author_name', 'sent_at', 'id') }} filter (where author_name is not null) as name,
    {{ null_columns("agents", ["email", "team"]) }},
    'agent' as role,
    cast(null as varchar) as time_zone,

    ---------- timestamps
    min(sent_at) as active_from,
    cast(null as timestamp with time zone) as active_to
from {{ ref('base_' ~ source ~ '__messages') }}
where is_own
group by author_id
{% endmacro %}

{#- `base_<store>__messages` out of `base_<store>__reviews`: the review, and our answer where there is one. -#}
{% macro store_messages(source) %}
with reviews as (

    select * from {{ ref('base_' ~ source ~ '__reviews') }}

)

select
    ---------- ids: a store names nobody, so each review has a contact of its own
    review_id as id,
    review_id as thread_id,
    review_id as customer_id,
    review_id as author_id,

    ---------- text
    author_name,
    cast(null as varchar) as author_handle,
    language as author_language,
    title as subject,
    'rating:' || cast(rating as varchar) as tag,
    nullif(coalesce(title || chr(10), '') || coalesce(body, ''), '') as body,

    ---------- booleans
    false as is_own,
    is_deleted,

    ---------- timestamps
    created_at as sent_at,
    modified_at as changed_at,
    loaded_at
from reviews

union all

-- Our answer is the app's: which person wrote it is not told.
select
    response_id, review_id, review_id, app_id, null, null, null, null, null, response, true, is_deleted, responded_at,
    null, loaded_at
from reviews
where response is not null
{% endmacro %}
