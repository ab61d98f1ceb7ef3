with unified as (
    {{ union_sources('orders') }}
)

select *
from unified
where ordered_at <= {{ as_of() }}
