{{ config(materialized="view") }}
select *
from {{ ref('loaded_article_events') }}
where occurred_at <= {{ as_of() }}
