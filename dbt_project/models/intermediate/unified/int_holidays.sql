{{ union_sources('holidays') }}
