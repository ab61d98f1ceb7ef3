with transcriptions as (

    select
        recordings.call_sid as call_id,
        transcriptions.sid as transcription_id,
        trim(transcriptions.transcription_text) as transcript,
        coalesce(transcriptions.caller_text, transcriptions.transcription_text) as caller_text,
        coalesce(
            {{ to_timestamp_utc('recordings.start_time_iso') }},
            {{ to_timestamp_utc('recordings.date_created_iso') }}
        ) as recorded_at,
        {{ to_timestamp_utc('transcriptions.date_updated_iso') }} as updated_at,
        {{ newest(['transcriptions._loaded_at', 'recordings._loaded_at']) }} as loaded_at
    from {{ source('raw_twilio', 'transcriptions') }} as transcriptions
    inner join {{ source('raw_twilio', 'recordings') }} as recordings
        on transcriptions.recording_sid = recordings.sid
    where transcriptions.status = 'completed'

)

-- A call may be recorded more than once; its texts follow each other in the order of recording.
select
    call_id,
    min(recorded_at) as recorded_at,
    max(updated_at) as updated_at,
    max(loaded_at) as loaded_at,
    string_agg(transcript, chr(10) order by recorded_at, transcription_id) as transcript,
    string_agg(caller_text, chr(10) order by recorded_at, transcription_id) as caller_text
from transcriptions
where transcript <> ''
group by call_id
