-- Every text that people wrote or said, once: `written_texts` (text_hash, text, people, numbers), where
-- `people` are names, and `numbers` telephone numbers, of the contacts it is from or to. Of the names only
-- those are kept of which a part stands in the text: a macro sent to thousands would carry thousands.
create or replace temp table written_texts as
with conversations as (
    select
        conversations.source_system,
        conversations.remote_id,
        conversations.subject,
        contacts.name,
        contacts.given_name,
        contacts.surname,
        contacts.phone
    from intermediate.int_conversations as conversations
    left join intermediate.int_contacts as contacts
        on
            conversations.source_system = contacts.source_system
            and conversations.contact_remote_id = contacts.remote_id
),

texts as (
    select
        messages.body as text,
        conversations.name,
        conversations.given_name,
        conversations.surname,
        conversations.phone
    from intermediate.int_messages as messages
    left join conversations
        on
            messages.source_system = conversations.source_system
            and messages.conversation_remote_id = conversations.remote_id
    union all
    select
        messages.body,
        contacts.name,
        contacts.given_name,
        contacts.surname,
        contacts.phone
    from intermediate.int_messages as messages
    inner join intermediate.int_contacts as contacts
        on
            messages.source_system = contacts.source_system
            and messages.author_remote_id = contacts.remote_id
    where messages.author_type = 'customer'
    union all
    select
        surveys.comment,
        contacts.name,
        contacts.given_name,
        contacts.surname,
        contacts.phone
    from intermediate.int_survey_responses as surveys
    left join intermediate.int_contacts as contacts
        on
            surveys.source_system = contacts.source_system
            and surveys.contact_remote_id = contacts.remote_id
    union all
    select
        calls.transcript,
        conversations.name,
        conversations.given_name,
        conversations.surname,
        conversations.phone
    from intermediate.int_calls as calls
    left join conversations
        on
            calls.source_system = conversations.source_system
            and calls.conversation_remote_id = conversations.remote_id
    union all
    select
        subject,
        name,
        given_name,
        surname,
        phone
    from conversations
),

named as (
    select
        text,
        phone,
        list_distinct(list_filter(
            string_split(concat_ws(' ', name, given_name, surname), ' '), lambda part: length(part) >= 2
        )) as parts,
        coalesce(name, concat_ws(' ', given_name, surname)) as name,
        concat_ws(' ', given_name, surname) as full_name
    from texts
    where text <> ''
)

select
    md5(text) as text_hash,
    any_value(text) as text,
    list_distinct(flatten(list(
        list_filter([name, full_name], lambda whole: length(whole) >= 2)
    ) filter (
        len(list_filter(parts, lambda part: contains(lower(text), lower(part)))) > 0
    ))) as people,
    list(distinct phone) filter (
        phone is not null and regexp_matches(text, '[0-9٠-٩０-９]{2}')
    ) as numbers
from named
group by md5(text);
