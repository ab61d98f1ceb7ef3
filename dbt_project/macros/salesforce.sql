{#- Salesforce's words in ours. What a status means is the org's own: whether it closes a case is told, the rest is
    known by the word (var `status_words`, or that it waits for the customer). -#}
{% macro salesforce_status(word, is_closed) -%}
    case
        when {{ is_closed }} then 'closed'
        when regexp_matches({{ clean_word(word) }}, '(wait|pending|await).*(customer|client|requester)') then 'pending'
        else
            case {{ clean_status(word) }}
                when 'new' then 'new' when 'pending' then 'pending' when 'hold' then 'hold' when 'solved' then 'solved'
                else 'open'
            end
    end
{%- endmacro %}

{% macro salesforce_channel(origin) -%}
    case
        when regexp_matches({{ clean_word(origin) }}, 'bot') then 'chatbot'
        when regexp_matches({{ clean_word(origin) }}, 'mail') then 'email'
        when regexp_matches({{ clean_word(origin) }}, 'phone|call|voice') then 'phone'
        when regexp_matches({{ clean_word(origin) }}, 'chat|messag|whatsapp|sms|live agent') then 'chat'
        when regexp_matches({{ clean_word(origin) }}, 'twitter|facebook|instagram|social|reddit') then 'social'
        else 'ticket'
    end
{%- endmacro %}

{% macro salesforce_priority(column) -%}
    case {{ clean_word(column) }} when 'medium' then 'normal' else {{ clean_word(column) }} end
{%- endmacro %}

{#- The id of a user (005…): what a queue owns belongs to nobody yet. -#}
{% macro salesforce_user(column) -%}
    case when {{ column }} like '005%' then {{ column }} end
{%- endmacro %}

{#- Whom a case is of: its contact, else the address that it came with. -#}
{% macro salesforce_case_contact() -%}
    coalesce(nullif(contact_id, ''), {{ clean_word('supplied_email') }})
{%- endmacro %}
