{#- The unified entities: columns and types, in order. What every staging model outputs and every
    `int_<entity>` has. `tests/dbt_project` checks the staging models against it.

    `loaded_at` is the newest `_loaded_at` of all raw rows that decide what the row says: its own and those
    joined, counted or compared with it. A row that is new or says something else because of a load has
    that load's time or a later one. It tells nothing of rows that are gone, nor of what only `as_of` moves. -#}
{% macro unified_columns(entity) %}
    {% set text, instant, flag, number, day = "varchar", "timestamp with time zone", "boolean", "double", "date" %}
    {% set head = {
        "source_system": text, "remote_id": text, "remote_updated_at": instant,
        "remote_was_deleted": flag, "merged_into_remote_id": text, "loaded_at": instant,
    } %}
    {% set own = {
        "accounts": {
            "name": text, "domain": text, "segment": text, "owner": text, "created_at": instant,
            "customer_status": text, "customer_until": instant,
        },
        "contacts": {
            "name": text, "given_name": text, "surname": text, "email": text, "phone": text,
            "company": text, "account_remote_id": text, "external_ids": text, "date_of_birth": day,
            "address": text, "postcode": text, "country": text, "language": text, "time_zone": text,
            "created_at": instant, "do_not_contact": flag, "consent": text,
        },
        "agents": {
            "name": text, "email": text, "team": text, "role": text, "time_zone": text,
            "active_from": instant, "active_to": instant,
        },
        "conversations": {
            "channel": text, "opened_at": instant, "contact_remote_id": text, "subject": text,
            "status": text, "priority": text, "team": text, "assignee_agent_remote_id": text,
            "brand": text, "schedule_id": text, "tags": text, "deleted_at": instant, "is_spam": flag,
            "follow_up_of_remote_id": text, "bot_resolution": text,
        },
        "messages": {
            "conversation_remote_id": text, "sent_at": instant, "author_type": text,
            "author_remote_id": text, "is_public": flag, "body": text,
        },
        "conversation_events": {
            "conversation_remote_id": text, "occurred_at": instant, "event_type": text,
            "old_value": text, "new_value": text, "actor_type": text, "actor_remote_id": text,
        },
        "calls": {
            "conversation_remote_id": text, "direction": text, "ring_at": instant,
            "answered_at": instant, "ended_at": instant, "talk_seconds": number,
            "hold_seconds": number, "wrap_seconds": number, "outcome": text, "transcript": text,
        },
        "survey_responses": {
            "survey_type": text, "score": number, "scale_min": number, "scale_max": number,
            "sent_at": instant, "responded_at": instant, "conversation_source_system": text,
            "conversation_remote_id": text, "contact_remote_id": text, "agent_remote_id": text,
            "comment": text,
        },
        "orders": {
            "contact_remote_id": text, "ordered_at": instant, "amount": number, "currency": text,
            "status": text,
        },
        "subscriptions": {
            "contact_remote_id": text, "started_at": instant, "ended_at": instant,
            "cancel_requested_at": instant, "renewal_at": instant, "plan": text,
            "amount_per_month": number, "currency": text, "status": text,
        },
        "schedules": {
            "schedule_id": text, "time_zone": text, "weekday": "integer", "start_local": text,
            "end_local": text, "valid_from": day, "valid_to": day,
        },
        "schedule_assignments": {
            "schedule_id": text, "scope": text, "value": text, "valid_from": day, "valid_to": day,
        },
        "holidays": {
            "schedule_id": text, "date_from": day, "date_to": day, "name": text,
            "start_local": text, "end_local": text,
        },
        "sla_policies": {
            "policy_id": text, "metric": text, "target_minutes": number, "clock": text,
            "priority": text, "channel": text, "topic": text, "segment": text,
            "valid_from": day, "valid_to": day,
        },
        "articles": {
            "title": text, "url": text, "locale": text, "created_at": instant, "updated_at": instant,
        },
        "article_events": {
            "occurred_at": instant, "event_type": text, "article_remote_id": text,
            "contact_remote_id": text, "session_id": text, "query": text, "results_count": "bigint",
        },
    } %}
    {% do head.update(own[entity]) %}
    {{ return(head) }}
{% endmacro %}

{#- Some of an entity's columns that a source does not know, as nulls of their types:
    `{{ null_columns("contacts", ["given_name", "surname"]) }},`. -#}
{% macro null_columns(entity, names) -%}
    {%- set columns = unified_columns(entity) -%}
    {%- for name in names %}cast(null as {{ columns[name] }}) as {{ name }}{{ ", " if not loop.last }}{% endfor -%}
{%- endmacro %}
