{#- A view: kept as rows it would be the largest table of all, and it would say nothing that the facts do not. -#}
{{ config(materialized="view") }}
with rows_of_all as (
    {{ kpi_evidence_of_facts() }}
)

select *
from rows_of_all
