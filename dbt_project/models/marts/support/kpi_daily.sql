{{ config(materialized="incremental", incremental_strategy="exchange", unique_key=["metric_date", "kpi", "channel", "team", "topic", "segment"], on_schema_change="fail", meta={"scope": "int_kpi_leaves", "scope_unit": "day", "scope_column": "metric_date"}) }}
{{ kpi_by_period("day") }}
