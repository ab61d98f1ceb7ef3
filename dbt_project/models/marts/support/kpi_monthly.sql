{{ kpi_by_period("month") }}
