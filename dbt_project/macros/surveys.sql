{#- What the staging of every survey tool has in common. Each model names the tool's columns in a CTE and ends
    in one of these. -#}

{#- Contacts: one row per e-mail address, or phone number where there is none, of a CTE `respondents` (email, phone,
    name, seen_at, is_gone, _loaded_at). Of a response that is gone nobody knows any more whose it was: it may have been anybody's. -#}
{% macro survey_contacts(source_system) %}
reachable as (

    select
        nullif(lower(trim(email)), '') as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(name), '') as name,
        seen_at,
        _loaded_at
    from respondents

),

grouped as (

    select
        coalesce(email, phone) as remote_id,
        max(email) as email,
        max_by(phone, seen_at) filter (where phone is not null) as phone,
        max_by(name, seen_at) filter (where name is not null) as name,
        min(seen_at) as created_at,
        max(seen_at) as updated_at,
        {{ newest(['max(_loaded_at)', '(select max(_loaded_at) from respondents where is_gone)']) }} as loaded_at
    from reachable
    where coalesce(email, phone) is not null
    group by coalesce(email, phone)

)

select
    ---------- ids
    '{{ source_system }}' as source_system,
    remote_id,
    updated_at as remote_updated_at,
    false as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    loaded_at,

    ---------- text
    name,
    {{ null_columns("contacts", ["given_name", "surname"]) }},
    email,
    phone,
    {{ null_columns("contacts", [
        "company", "account_remote_id", "external_ids", "date_of_birth", "address",
        "postcode", "country", "language", "time_zone"
    ]) }},
    created_at,
    {{ null_columns("contacts", ["do_not_contact", "consent"]) }}
from grouped
{% endmacro %}

{#- Survey responses of a CTE `named`: remote_id, updated_at, was_deleted, is_answered, sent_at, responded_at,
    conversation_source, conversation_id, email, phone, the `declared_*` columns and _loaded_at. -#}
{% macro survey_responses(source_system) %}
select
    ---------- ids
    '{{ source_system }}' as source_system,
    remote_id,
    updated_at as remote_updated_at,
    was_deleted as remote_was_deleted,
    cast(null as varchar) as merged_into_remote_id,
    _loaded_at as loaded_at,

    ---------- numerics
    declared_survey_type as survey_type,
    -- What was picked but never submitted is no answer.
    case when is_answered then declared_score end as score,
    declared_scale_min as scale_min,
    declared_scale_max as scale_max,

    ---------- timestamps
    sent_at,
    case when is_answered then responded_at end as responded_at,

    ---------- references
    nullif(conversation_source, '') as conversation_source_system,
    -- An id without its system would point into this one, which has no conversations.
    case when nullif(conversation_source, '') is not null then nullif(conversation_id, '') end as conversation_remote_id,
    coalesce(nullif(lower(trim(email)), ''), nullif(trim(phone), '')) as contact_remote_id,
    cast(null as varchar) as agent_remote_id,

    ---------- text
    case when is_answered then nullif(trim(declared_comment), '') end as comment
from named
{% endmacro %}

{#- Who answered: whom the tool wrote to, else what the link carried. -#}
{% macro qualtrics_email() -%}
    coalesce(nullif(trim(recipient_email), ''), {{ json_text('values', 'email') }})
{%- endmacro %}

{% macro surveymonkey_email() -%}
    coalesce(nullif(trim(email_address), ''), {{ json_text('custom_variables', 'email') }})
{%- endmacro %}
