with unified as (
    {{ union_sources('conversation_events') }}
)

select *
from unified
where occurred_at <= {{ as_of() }}
