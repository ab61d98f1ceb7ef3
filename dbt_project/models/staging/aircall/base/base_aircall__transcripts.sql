with source as (

    select
        cast(id as varchar) as transcription_id,
        cast(call_id as varchar) as call_id,
        {{ json_value('content', 'utterances') }} as utterances,
        _loaded_at as loaded_at
    from {{ source('raw_aircall', 'transcriptions') }}

),

utterances as (

    {{ json_list_rows('source', 'utterances', ['transcription_id', 'call_id', 'loaded_at']) }}

),

told as (

    select
        transcription_id,
        call_id,
        loaded_at,
        position,
        coalesce({{ json_text('element', 'participant_type') }}, 'external') = 'external' as is_customer,
        trim({{ json_text('element', 'text') }}) as words
    from utterances

)

-- Who speaks is named before each line, as the agents' own transcripts do.
select
    call_id,
    max(loaded_at) as loaded_at,
    {{ text_list(
        "case when is_customer then 'Caller: ' else 'Agent: ' end || words", 'transcription_id, position', "words <> ''", '\n'
    ) }} as transcript,
    {{ text_list('words', 'transcription_id, position', "is_customer and words <> ''", '\n') }} as caller_text
from told
group by call_id
