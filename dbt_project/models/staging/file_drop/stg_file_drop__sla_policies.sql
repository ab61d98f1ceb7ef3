with source as (
    {{ file_drop_rows("sla_policies", ["policy_id", "metric", "priority", "channel", "topic", "segment", "valid_from"]) }}
),

renamed as (
    select
        source_system,
        {{ md5_hash(["coalesce(policy_id, '')", "coalesce(metric, '')", "coalesce(priority, '')", "coalesce(channel, '')", "coalesce(topic, '')", "coalesce(segment, '')", "coalesce(valid_from, '')"]) }} as remote_id,
        cast(null as timestamp with time zone) as remote_updated_at,
        coalesce({{ to_boolean('is_deleted') }}, false) as remote_was_deleted,
        cast(null as varchar) as merged_into_remote_id,
        _loaded_at as loaded_at,

        {{ clean_text('policy_id') }} as policy_id,
        {{ clean_word('metric') }} as metric,
        {{ to_double('target_minutes') }} as target_minutes,
        coalesce({{ clean_word('clock') }}, 'calendar') as clock,
        {{ clean_word('priority') }} as priority,
        {{ clean_word('channel') }} as channel,
        {{ clean_word('topic') }} as topic,
        {{ clean_text('segment') }} as segment,
        {{ to_date('valid_from') }} as valid_from,
        {{ to_date('valid_to') }} as valid_to
    from source
)

select *
from renamed
