{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="kpi_monthly_id", on_schema_change="fail", meta={"scope": "int_kpi_dates", "scope_column": "period_start", "scope_unit": "month"}) }}
{{ kpi_by_period("month") }}
