-- What each record of a person says about each purpose, and whose word counts: the newest, and on one day
-- a refusal before a consent. A record that says nothing has no word; so a do-not-contact flag that is not
-- set takes nothing back that another record says.
with records as (
    select
        links.customer_id,
        links.source_system,
        links.remote_id,
        contacts.consent,
        contacts.do_not_contact,
        coalesce(contacts.remote_updated_at, contacts.created_at) as changed_at
    from {{ ref('int_contact_customers') }} as links
    inner join {{ ref('int_contacts') }} as contacts
        on
            links.source_system = contacts.source_system
            and links.remote_id = contacts.remote_id
    where contacts.consent is not null or contacts.do_not_contact
),

members as (
    {{ json_object_rows('records', 'consent', ['customer_id', 'source_system', 'remote_id', 'changed_at']) }}
),

-- A purpose maps to the date of consent; systems that only know yes and no date it by the record's change.
words as (
    select
        customer_id,
        source_system,
        remote_id,
        lower(trim(object_key)) as purpose,
        {{ to_timestamp_utc('object_value') }} is not null
        or lower(trim(object_value)) in ({{ quoted(var('consent_words')) }}) as is_yes,
        lower(trim(object_value)) in ({{ quoted(var('refusal_words')) }}) as is_no,
        coalesce({{ to_timestamp_utc('object_value') }}, changed_at) as stated_at
    from members
    where object_value is not null

    union all

    select customer_id, source_system, remote_id, 'do_not_contact', true, false, changed_at
    from records
    where do_not_contact
),

-- Yes to "do not contact" is a refusal; no to it is no word, as with the flag.
meant as (
    select
        *,
        case when purpose = 'do_not_contact' then is_yes else is_no end as is_refused
    from words
    where is_yes or (is_no and purpose <> 'do_not_contact')
),

known as (
    select
        *,
        count(*) over (partition by customer_id, purpose) as statements,
        row_number() over (
            partition by customer_id, purpose
            order by
                {{ local_date('stated_at', "'UTC'") }} desc nulls last,
                is_refused desc nulls last,
                stated_at desc nulls last,
                source_system,
                remote_id
        ) as place
    from meant
    -- A consent dated after `as_of` is not known yet; a refusal stands whenever it was written.
    where is_refused or stated_at <= {{ as_of() }}
)

select
    {{ md5_hash(['customer_id', 'purpose']) }} as consent_id,
    customer_id,
    purpose,
    case when is_refused then 'refused' else 'granted' end as status,
    source_system,
    remote_id,
    stated_at,
    statements
from known
where place = 1
order by consent_id
