-- A call may be recorded more than once; its texts follow each other in the order of recording.
with transcriptions as (

    select
        recordings.call_sid as call_id,
        transcriptions.sid as transcription_id,
        trim(transcriptions.transcription_text) as body,
        coalesce(
            {{ to_timestamp_utc('recordings.start_time_iso') }},
            {{ to_timestamp_utc('recordings.date_created_iso') }}
        ) as recorded_at,
        {{ to_timestamp_utc('transcriptions.date_updated_iso') }} as updated_at
    from {{ source('raw_twilio', 'transcriptions') }} as transcriptions
    inner join {{ source('raw_twilio', 'recordings') }} as recordings
        on transcriptions.recording_sid = recordings.sid
    where transcriptions.status = 'completed'

)

select * from transcriptions
where body <> ''
