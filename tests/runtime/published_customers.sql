-- What a version holds of three customers: Anna (merged, do not contact), Ben, and Cy who shares Ben's mailbox.
create table people.dim_customers as select * from (values
    ('aaaaaaaa01', 'Anna [bold]Kern', 'anna@kestrel.example', '["anna@kestrel.example","info@kestrel.example"]',
        '+49 30 1234567', '["+49 30 1234567"]', 'acc1', 'Kestrel Legal', true, 'crm', timestamptz '2026-01-10 12:00:00+00'),
    ('aaaaaaaa02', 'Ben', 'ben@kestrel.example', '["ben@kestrel.example","team@mill.example"]',
        '020 7946 0958', '["020 7946 0958"]', 'acc1', 'Kestrel Legal', false, null, null),
    ('bbbbbbbb03', null, 'team@mill.example', '["team@mill.example"]', null, null, null, null, false, null, null)
) as t(customer_id, customer_name, email, emails, phone, phones, account_id, account_name, do_not_contact,
    do_not_contact_source, do_not_contact_since),
(select null::varchar as given_name, null::varchar as surname, date '1980-02-03' as date_of_birth, 'High Street 1' as address,
    '10115' as postcode, 'smb' as segment, 'Olga' as owner, 'DE' as country, 2::bigint as contact_records,
    'email' as preferred_channel, 'de' as language, 'Europe/Berlin' as time_zone, '{"marketing":"2026-01-10"}' as consent,
    timestamptz '2025-01-01 00:00:00+00' as created_at, null::timestamptz as first_contact_at,
    timestamptz '2026-06-20 09:00:00+00' as last_contact_at, 3::bigint as conversations, 1::bigint as unresolved_conversations,
    2::bigint as issues, 1::bigint as open_issues, 4::bigint as orders, 100.0::double as order_amount,
    timestamptz '2026-05-04 00:00:00+00' as last_order_at, 2::bigint as subscriptions, 1::bigint as active_subscriptions,
    20.0::double as amount_per_month, 'USD' as currency, 100.0::double as lifetime_value, 'EUR' as lifetime_currency,
    '{"EUR": 100.00, "USD": 25.00}' as lifetime_values);

create table people.dim_customer_contacts as select * from (values
    ('aaaaaaaa01', 'zendesk', '42'), ('aaaaaaaa01', 'email', 'anna@kestrel.example'),
    ('aaaaaaaa02', 'zendesk', '43'), ('bbbbbbbb03', 'stripe', 'cus_1')
) as t(customer_id, source_system, remote_id),
(select 0.97::double as match_confidence, 1::bigint as links, 1::bigint as links_to_review, false as is_deleted,
    timestamptz '2025-01-01 00:00:00+00' as created_at, timestamptz '2026-02-01 00:00:00+00' as changed_at);

create table people.dim_accounts as select 'acc1' as account_id, 'Kestrel Legal' as account_name, 'kestrel.example' as domain,
    'smb' as segment, 'Olga' as owner, 2::bigint as customers, 1::bigint as open_issues, 20.0::double as amount_per_month,
    'USD' as currency;

create table people.customer_merges as select 'merge' as change, 'old-id-0001' as from_customer_id,
    'aaaaaaaa01' as to_customer_id, 'aaaaaaaa01' as customer_id, 'same phone' as reason,
    timestamptz '2026-03-01 00:00:00+00' as recorded_at;

create table marts.about as select timestamptz '2026-06-30 00:00:00+00' as as_of;
create table marts.customer_consents as select 'aaaaaaaa01' as customer_id, 'do_not_contact' as purpose,
    'refused' as status, 'crm' as source_system, timestamptz '2026-01-10 12:00:00+00' as stated_at, 1::bigint as statements;
create table marts.customer_health as select 'aaaaaaaa01' as customer_id, 0.8::double as score, 20.0::double as health_score,
    'red' as band, '[{"reason":"asked to cancel","contribution":1.5},{"reason":"long a customer","contribution":-1}]' as reasons;
create table marts.account_health as select 'acc1' as account_id, 'red' as band, 0.8::double as score,
    1::bigint as customers_red, 0::bigint as customers_yellow, 16.0::double as expected_loss_per_month;
create table marts.fct_issues as select 'i1' as issue_id, 'aaaaaaaa01' as customer_id, 'billing_payment' as topic,
    'open' as status, 'chatbot > phone' as channels, 2::bigint as contacts, false as is_solved,
    timestamptz '2026-06-20 09:00:00+00' as opened_at, null::double as first_response_minutes;
create table marts.customer_timeline as select 'message:' || i as timeline_id, 'aaaaaaaa01' as customer_id,
    timestamptz '2026-06-01 00:00:00+00' + interval (i) day as occurred_at, 'message' as kind, 'email' as channel,
    'zendesk' as source_system, i::varchar as remote_id, 'v' as conversation_id, 'customer' as actor_type,
    'wrote about thing ' || i as summary, null::varchar as excluded_reason
from range(25) as r(i);
