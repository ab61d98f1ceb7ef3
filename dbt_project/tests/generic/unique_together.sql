{#- A mart's key is made of these columns; NULL is a value like any other. -#}
{% test unique_together(model, columns) %}
select {{ columns | join(", ") }}, count(*) as times
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}
