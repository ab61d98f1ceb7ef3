{{ config(materialized="view") }}
select *
from {{ ref('loaded_conversation_events') }}
where occurred_at <= {{ as_of() }}
