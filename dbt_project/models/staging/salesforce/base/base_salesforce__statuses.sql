with words as (

    select {{ clean_word('api_name') }} as word, is_closed, _loaded_at
    from {{ source('raw_salesforce', 'case_statuses') }}

    union all

    -- A history may name a status by its label.
    select {{ clean_word('master_label') }}, is_closed, _loaded_at
    from {{ source('raw_salesforce', 'case_statuses') }}

)

select
    word,
    bool_or({{ to_boolean('is_closed') }}) as is_closed,
    max(_loaded_at) as loaded_at
from words
where word is not null
group by word
