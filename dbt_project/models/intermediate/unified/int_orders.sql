{{ config(materialized="view") }}
select *
from {{ ref('loaded_orders') }}
where ordered_at <= {{ as_of() }}
