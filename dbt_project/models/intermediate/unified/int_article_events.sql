with unified as (
    {{ union_sources('article_events') }}
)

select *
from unified
where occurred_at <= {{ as_of() }}
