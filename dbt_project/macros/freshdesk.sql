{#- Freshdesk's numbers in our words. What an account made up itself (statuses from 8 on, sources that
    are not documented) is known by the name it has in the account's ticket fields. -#}

{% macro freshdesk_status(number, word) -%}
    case {{ number }}
        when 2 then 'open'
        when 3 then 'pending'
        when 4 then 'solved'
        when 5 then 'closed'
        when 6 then 'pending'
        when 7 then 'hold'
        else {{ clean_status(word) }}
    end
{%- endmacro %}

{% macro freshdesk_priority(number) -%}
    case {{ number }} when 1 then 'low' when 2 then 'medium' when 3 then 'high' when 4 then 'urgent' end
{%- endmacro %}

{% macro freshdesk_channel(number, word) -%}
    case
        when {{ number }} in (1, 10) then 'email'
        when {{ number }} in (2, 8, 9, 11) then 'ticket'
        when {{ number }} = 3 then 'phone'
        when {{ number }} in (5, 6) then 'social'
        when {{ number }} in (7, 13, 15) then 'chat'
        when {{ number }} = 12 then 'chatbot'
        when regexp_matches({{ word }}, 'chat|whatsapp|sms|messenger|imessage|line|telegram') then 'chat'
        when regexp_matches({{ word }}, 'twitter|facebook|instagram|reddit|youtube') then 'social'
        when regexp_matches({{ word }}, 'phone|call|voice') then 'phone'
        when regexp_matches({{ word }}, 'bot') then 'chatbot'
        when regexp_matches({{ word }}, 'mail') then 'email'
        else 'ticket'
    end
{%- endmacro %}

{#- 103 (extremely happy), 102, 101, 100 (neutral), -101, -102, -103 as 3 to -3; the classic 1 (happy),
    2 (neutral), 3 (unhappy) as 1 to -1. -#}
{% macro freshdesk_rating(number) -%}
    case
        when {{ number }} between 100 and 103 then {{ number }} - 100
        when {{ number }} between -103 and -100 then {{ number }} + 100
        when {{ number }} between 1 and 3 then 2 - {{ number }}
    end
{%- endmacro %}
