-- The best and the worst answer that a survey takes about a ticket as a whole: 103 (extremely happy)
-- over 100 (neutral) to -103 (extremely unhappy), read as 3 to -3.
with source as (

    select id, questions from {{ source('raw_freshdesk', 'surveys') }}

),

questions as (

    {{ json_list_rows('source', 'questions', ['id']) }}

),

asked as (

    select
        id,
        {{ json_value('element', 'accepted_ratings') }} as accepted
    from questions
    where {{ json_text('element', 'id') }} = 'default_question'

),

answers as (

    {{ json_list_rows('asked', 'accepted', ['id']) }}

),

read as (

    select id, {{ freshdesk_rating(to_bigint('element')) }} as score from answers

)

select
    id as survey_id,
    max(score) as highest,
    min(score) as lowest
from read
where score is not null
group by id
having max(score) > min(score)
