{{ config(materialized='table') }}

-- One row per response to a newer satisfaction survey: its rating, the scale that the question had, its words. Answers
-- are of several kinds (a rating, words, chosen options, skipped); a survey may ask for each of them more than once.
with source as (

    select * from {{ source('raw_zendesk', 'survey_responses') }}

),

answers as (

    {{ json_list_rows('source', 'answers', ['id']) }}

),

ratings as (

    select
        id,
        position as asked,
        {{ to_double(json_text('element', 'rating')) }} as score,
        {{ json_value('element', 'question.options') }} as options,
        {{ json_text('element', 'updated_at') }} as answered_at,
        row_number() over (
            partition by id
            order by
                {{ json_text('element', 'question.sub_type') }} = 'customer_satisfaction' desc nulls last,
                position
        ) as choice
    from answers
    where {{ json_text('element', 'type') }} = 'rating_scale'

),

option_rows as (

    {{ json_list_rows('ratings', 'options', ['id', 'asked']) }}

),

scales as (

    select
        id,
        asked,
        min({{ to_double(json_text('element', 'rating')) }}) as scale_min,
        max({{ to_double(json_text('element', 'rating')) }}) as scale_max
    from option_rows
    group by id, asked

),

words as (

    select id, {{ text_list(json_text('element', 'value'), 'position', "trim(" ~ json_text('element', 'value') ~ ") <> ''", "\n") }} as comment
    from answers
    where {{ json_text('element', 'type') }} = 'open_ended'
    group by id

)

select
    source.id as response_id,
    cast(source.ticket_id as varchar) as ticket_id,
    cast(source.responder_id as varchar) as responder_id,
    ratings.score,
    -- The options come with the question; where they do not, Zendesk's own five points are meant.
    coalesce(scales.scale_min, 1.0) as scale_min,
    coalesce(scales.scale_max, 5.0) as scale_max,
    words.comment,
    {{ to_timestamp_utc('source.first_told_at') }} as sent_at,
    {{ to_timestamp_utc('ratings.answered_at') }} as responded_at,
    source._loaded_at as loaded_at
from source
left join ratings on source.id = ratings.id and ratings.choice = 1
left join scales on source.id = scales.id and ratings.asked = scales.asked
left join words on source.id = words.id
