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
