with source as (

    select * from {{ source('raw_email', 'messages') }}

),

renamed as (

    select
        ---------- ids
        message_id,
        nullif(thread_root, message_id) as answered_id,

        ---------- text
        from_address,
        from_name,
        counterpart_address,
        counterpart_name,
        subject,
        subject_key,
        reply as body,

        ---------- booleans
        is_reply_subject,
        is_spam,
        is_own,
        case
            when is_automatic then 'bot'
            when is_own then 'agent'
            else 'customer'
        end as author_type,

        ---------- timestamps
        {{ to_timestamp_utc('sent_at') }} as sent_at,
        _loaded_at as loaded_at

    from source

)

select * from renamed
