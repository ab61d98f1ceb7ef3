{{ config(materialized="incremental", incremental_strategy="exchange", unique_key=["period_start", "kpi", "channel", "team", "topic", "segment"], on_schema_change="fail", meta={"scope": "int_kpi_leaves", "scope_unit": "week", "scope_column": "period_start"}) }}
{{ kpi_by_period("week") }}
