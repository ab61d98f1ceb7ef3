{#- What a customer brings in per month: subscriptions; without any, the last year's orders spread over its months.
    `customers` is dim_customers, `purchases` int_customer_value. -#}
{% macro value_per_month(customers="customers", purchases="purchases") -%}
    coalesce({{ customers }}.amount_per_month, {{ purchases }}.order_amount_365d / 12, 0)
{%- endmacro %}

{#- Whether a row of dim_customers is no customer any more: all subscriptions have ended, or the CRM says so. -#}
{% macro has_left(customers="customers") -%}
    (({{ customers }}.subscriptions > 0 and {{ customers }}.active_subscriptions = 0) or {{ customers }}.customer_until is not null)
{%- endmacro %}
