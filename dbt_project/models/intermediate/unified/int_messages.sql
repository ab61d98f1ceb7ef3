{{ config(materialized="view") }}
select
    source_system,
    remote_id,
    remote_updated_at,
    remote_was_deleted,
    merged_into_remote_id,
    {{ newest(['loaded_at', 'conversation_loaded_at']) }} as loaded_at,
    conversation_remote_id,
    sent_at,
    author_type,
    author_remote_id,
    is_public,
    body,
    case when conversation_opened_at <= {{ as_of() }} then channel end as channel,
    text_hash
from {{ ref('loaded_messages') }}
where sent_at <= {{ as_of() }}
