{#- When the people who left a voicemail were spoken to afterwards: one row per voicemail after which its caller was there again.
    Args: relation, and its columns: the key, the caller, when a call began, when somebody was spoken to. -#}
{% macro spoken_to_later(relation, key, person, began, spoken) %}
    select
        voicemails.{{ key }},
        min(later.{{ spoken }}) filter (where later.outcome = 'answered') as spoken_at,
        max(later.loaded_at) as loaded_at
    from {{ relation }} as voicemails
    inner join {{ relation }} as later
        on voicemails.{{ person }} = later.{{ person }}
        and later.{{ began }} > voicemails.{{ began }}
    where voicemails.outcome = 'voicemail'
    group by voicemails.{{ key }}
{% endmacro %}


{#- Whether a voicemail still waits: one that nobody called back about within 14 days (var phone_voicemail_waits_days) does not. -#}
{% macro voicemail_waits(outcome, began) -%}
    {{ outcome }} = 'voicemail'
    and {{ began }} + interval {{ var('phone_voicemail_waits_days', 14) }} day > {{ as_of() }}
{%- endmacro %}
