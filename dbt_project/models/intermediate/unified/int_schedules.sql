{{ union_sources('schedules') }}
