{{ config(materialized="view") }}
select *
from {{ ref('loaded_articles') }}
where created_at <= {{ as_of() }} or created_at is null
