-- What the success team's file holds of two customers: Anna, who is on the list, and Ben, who is left out.
create table at_risk_customers as select 1::bigint as position, 'aaaaaaaa01' as customer_id,
    'Anna [bold]Kern' as customer_name, 'anna@kestrel.example' as email, 'Kestrel Legal' as account_name,
    'red' as band, 0.8::double as score, 20.0::double as amount_per_month, 'USD' as currency,
    '3 contacts about billing in 14 days' as top_reasons, 'solve_for_good' as play,
    'One expert takes all of it.' as play_description, 'support expert' as play_owner,
    'phone' as play_channel, '3 contacts about billing' as play_why,
    timestamptz '2026-07-01 15:00:00+00' as due_at, 'Hello Anna,' || chr(10) || 'I am on it.' as message;
create table suppressed as select 'at_risk' as list, 'aaaaaaaa02' as customer_id, 'do_not_contact' as reason,
    'asked not to be contacted' as detail;
create table customer_risk_changes as
select c.*, timestamptz '2026-06-30 00:00:00+00' as as_of, 'm1' as model_version,
    timestamptz '2026-06-29 00:00:00+00' as previous_as_of, 0.5::double as previous_score,
    'red' as previous_band, '0.50 → 0.80 since 2026-06-29: one topic +1.20' as what_changed
from (values ('aaaaaaaa01', 0.8::double, 'red'), ('aaaaaaaa02', 0.3, 'yellow')) as c(customer_id, score, band);
create table customer_reasons as select * from (values
    ('aaaaaaaa01', 1::bigint, 'top_topic_contacts_30d', 'one topic', 'contacts: 3', 1.5::double, 0.3::double,
     '3 contacts about billing in 14 days, last one unanswered for 52 h', '["v1","v2"]', 'zendesk:1, zendesk:2'),
    ('aaaaaaaa01', 2, 'tenure_days', 'long with us', 'a customer for 900 days', -0.25, -0.25,
     'a customer for 900 days', '[]', ''),
    ('aaaaaaaa01', 3, 'complaint_max_30d', 'complained', 'no longer: complained', 0.0, 0.7,
     'no longer: complained', '[]', ''),
    ('aaaaaaaa02', 1, 'nps_last', 'survey', 'gave 2', 0.4, null, 'gave 2 of 10 in a survey', '[]', '')
) as r(customer_id, position, feature, label, reason, contribution, previous_contribution, evidence,
    conversation_ids, conversations);
