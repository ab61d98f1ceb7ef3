{{ union_sources('schedule_assignments') }}
