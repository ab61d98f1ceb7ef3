{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="kpi_weekly_id", on_schema_change="fail", meta={"scope": "int_kpi_dates", "scope_column": "period_start", "scope_unit": "week"}) }}
{{ kpi_by_period("week") }}
