-- What the newest tagger said about each text.
with ranked as (
    select
        *,
        row_number() over (partition by text_hash order by model_version desc nulls last) as recency
    from {{ source('ml', 'message_tags') }}
)

select * exclude (recency)
from ranked
where recency = 1
