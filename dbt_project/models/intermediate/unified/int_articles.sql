with unified as (
    {{ union_sources('articles') }}
)

select *
from unified
where created_at <= {{ as_of() }} or created_at is null
