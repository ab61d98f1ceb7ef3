{{ union_sources('sla_policies') }}
