{#- Steps of "my parent's parent is my parent": n steps reach 2^n mails up a chain in which every mail
    only names the one before it. -#}
{% set steps = 5 %}
with messages as (

    select * from {{ ref('base_email__messages') }}

),

-- A mail program that writes no thread headers: same subject, same person, within 30 days.
same_subject as (

    select
        answers.message_id,
        earlier.message_id as answered_id,
        row_number() over (
            partition by answers.message_id
            order by earlier.sent_at desc nulls last, earlier.message_id desc nulls last
        ) as nearness,
        max({{ newest(['answers.loaded_at', 'earlier.loaded_at']) }}) over (partition by answers.message_id) as decided_at
    from messages as answers
    inner join messages as earlier
        on answers.subject_key = earlier.subject_key
        and answers.counterpart_address = earlier.counterpart_address
        and earlier.sent_at < answers.sent_at
        and earlier.sent_at >= answers.sent_at - {{ days(30) }}
    where answers.answered_id is null and answers.is_reply_subject

),

-- A mail that arrives late may take an answer from the mail it was given to: that one's thread changes too.
considered as (

    select answered_id as message_id, max(decided_at) as decided_at
    from same_subject
    group by answered_id

),

step_0 as (

    select
        messages.message_id,
        coalesce(messages.answered_id, same_subject.answered_id, messages.message_id) as thread_id,
        {{ newest(['messages.loaded_at', 'same_subject.decided_at', 'considered.decided_at']) }} as loaded_at
    from messages
    left join same_subject
        on messages.message_id = same_subject.message_id and same_subject.nearness = 1
    left join considered on messages.message_id = considered.message_id

)

{%- for step in range(1, steps + 1) %},

step_{{ step }} as (

    select
        below.message_id,
        coalesce(above.thread_id, below.thread_id) as thread_id,
        {{ newest(['below.loaded_at', 'above.loaded_at']) }} as loaded_at
    from step_{{ step - 1 }} as below
    left join step_{{ step - 1 }} as above on below.thread_id = above.message_id

)
{%- endfor %}

select
    step_{{ steps }}.thread_id,
    messages.* exclude (loaded_at),
    step_{{ steps }}.loaded_at,
    row_number() over (
        partition by step_{{ steps }}.thread_id order by messages.sent_at, messages.message_id
    ) as position_in_thread
from step_{{ steps }}
inner join messages on step_{{ steps }}.message_id = messages.message_id
