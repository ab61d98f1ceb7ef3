-- 40 customers, 26 weeks of conversations; columns as the build contract names them.
create schema if not exists marts;

create or replace table marts.dim_customers as
select 'c' || i as customer_id, 'Ana Müller ' || i as customer_name,
    'ana' || i || '@customer.example' as email, '+4915100000' || lpad(i::varchar, 3, '0') as phone,
    'smb' as segment, 'Acme' as account_name, 'Olga Owner' as owner, i = 38 as do_not_contact,
    1 as subscriptions, 1 as active_subscriptions, null::timestamptz as customer_until
from range(40) as r(i);

create or replace table marts.dim_agents as
select 'a' || i as agent_id, 'team ' || i as team, 'Agent ' || i as name, null::varchar as email,
    true as is_active, null::timestamptz as active_to
from range(3) as r(i);

create or replace table marts.customer_consents as
select null::varchar as consent_id, 'c0' as customer_id, 'marketing' as purpose, 'granted' as status;

create or replace table marts.customer_merges as
select 'merge' as change, 'gone' as from_customer_id, 'c0' as customer_id;

create or replace table marts.fct_conversations as
select 'v' || i as conversation_id, 'zendesk' as source_system, i::varchar as remote_id,
    ['ticket', 'email', 'chat', 'phone'][(i % 4 + 1)::integer] as channel, 'c' || (i % 40) as customer_id,
    timestamptz '2026-06-29 18:00:00+00' - interval (i * 217) minute as opened_at,
    case when i % 9 = 0 then 'open' else 'solved' end as status,
    'team ' || (i % 3) as team, 'a' || (i % 3) as agent_id,
    ['billing', 'delivery', 'login', 'returns', 'other'][(i % 5 + 1)::integer] as topic,
    case when i % 7 = 0 then null else ((i % 11) - 5) / 5.0 end as sentiment_score,
    'normal' as priority, 'smb' as segment,
    case when i % 8 = 0 then null else 12.0 + (i % 90) end as first_response_minutes,
    0 as reopens, true as is_fcr, true as is_solved, true as is_customer_opened, 0.0 as escalation_request,
    case when i % 50 = 0 then 'spam' end as excluded_reason
from range(1300) as r(i);

create or replace table marts.fct_messages as
select 'm' || i as message_id, 'v' || i as conversation_id, 'customer' as author_type from range(1300) as r(i);

create or replace table marts.fct_survey_responses as
select 's' || i as response_id, 'csat' as survey_type, 4.0 as score from range(50) as r(i);

create or replace table marts.kpi_daily as
select (date '2026-06-29' - i::integer) as metric_date, 'email' as channel, 'team 1' as team, 'billing' as topic,
    'smb' as segment, kpi, 'share' as kind, (8 + 2 * (i % 2))::double as numerator, 10::double as denominator,
    (8 + 2 * (i % 2)) / 10.0 as value, 0.5 as interval_low, 1.0 as interval_high, false as is_reliable
from range(180) as r(i), (values ('csat')) as k(kpi)
union all
select (date '2026-06-29' - i::integer), channel, nullif('team ' || (i % 2), 'team 0'), 'billing', 'smb', kpi, kind,
    (opened + i % 2)::double, null, (opened + i % 2)::double, null, null, true
from range(180) as r(i), (values ('email', 3), ('chat', 1)) as c(channel, opened),
    (values ('conversations_opened', 'count'), ('backlog', 'level')) as k(kpi, kind);

create or replace table marts.kpi_topics_trending as
select 't1' as kpi_topics_trending_id, date '2026-06-20' as metric_date, 'login' as topic, 9::bigint as conversations,
    2.5::double as expected, true as is_trending, 't1' as incident_id;

create or replace table marts.kpi_topic_alerts as
select 'v' || i as conversation_id, 't1' as incident_id, 'email' as channel, i < 3 as is_unsolved,
    timestamptz '2026-06-20 10:00:00+00' + to_minutes(i::integer) as opened_at
from range(9) as r(i);

create or replace table marts.kpi_topic_examples as
select 'login' as topic, date '2026-06-20' as metric_date, 't1' as incident_id, (9 - i)::bigint as position,
    'v' || i as conversation_id, 'zendesk' as source_system, i::varchar as remote_id, 'email' as channel,
    timestamptz '2026-06-20 10:00:00+00' + to_minutes(i::integer) as opened_at,
    case when i > 6 then 'I cannot log in as <NAME>, <b>again</b> ' || i end as example_text
from range(6, 9) as r(i);

create or replace table marts.kpi_agents_weekly as
select date '2026-06-22' - (7 * w)::integer as period_start, true as is_complete, 'a1' as agent_id, kpi,
    numerator::double as numerator, denominator::double as denominator
from range(6) as r(w), (values
    ('conversations_solved', 10, null), ('response_business_minutes', 300, 20), ('csat', 9, 10), ('reopen_rate', 1, 10), ('fcr', 8, 10)
) as k(kpi, numerator, denominator);

create or replace table marts.kpi_content_gaps as
select 'pickup <i>point</i>' as query, 42::bigint as searches, 40::bigint as searches_without_result,
    0.95::double as without_result_share, 0.84::double as without_result_share_low, 0.99::double as without_result_share_high,
    26::bigint as customers, 3::bigint as searches_before_contact;

create or replace table marts.kpi_scorecard as
select * from (values
    ('csat', 'Customer satisfaction', 0.9::double, 'share', 0.85::double, 'at_least', true, 252.0::double, 280.0::double,
        0.86::double, 0.93::double, true, 0.88::double),
    ('first_response', 'First response <b>time</b>', 75.0, 'minutes', 60.0, 'at_most', false, null, 300.0,
        null, null, true, 58.0),
    ('nps', 'Net promoter score', null, 'points', 30.0, 'at_least', null, null, 0.0, null, null, false, null),
    ('conversations_opened', 'Conversations opened', 140.0, 'conversations', null, null, null, 140.0, null,
        null, null, true, 140.0),
    ('backlog', 'Conversations waiting', 4.0, 'conversations', null, 'at_most', null, 4.0, null, null, null, true, 6.0),
    ('deflection', 'Self-service', null, 'share', null, 'at_least', null, null, 0.0, null, null, false, null)
) as t(kpi, label, value, unit, target, target_direction, is_attained, numerator, denominator,
    interval_low, interval_high, is_reliable, previous_value),
    (select date '2026-06-02' as period_start, date '2026-06-29' as period_end,
        timestamptz '2026-06-30 00:00:00+00' as as_of, 1 as sort_order);

create or replace table marts.customer_health as
select 'c' || i as customer_id, timestamptz '2026-06-30 00:00:00+00' as as_of, i / 40.0 as score,
    100 - i * 2.5 as health_score, case when i > 35 then 'red' when i > 28 then 'yellow' else 'green' end as band,
    '[{"feature":"unresolved_conversations","label":"open conversations","reason":"2 open conversations","contribution":0.3}]' as reasons,
    'test-1' as model_version
from range(40) as r(i);

create or replace table marts.at_risk_customers as
select row_number() over (order by h.score desc) as rank, md5(h.customer_id) as entry_id, h.customer_id,
    case when h.customer_id = 'c39' then '=HYPERLINK("https://bad.example","x")' else d.customer_name end as customer_name,
    d.email, d.phone, 'Acme' as account_name, 'Olga Owner' as owner, h.score, h.band, h.health_score,
    99.5 as amount_per_month, 99.5 as value_per_month, 'EUR' as currency, '2 open conversations' as top_reasons, h.reasons,
    timestamptz '2026-06-20 10:00:00+00' as last_contact_at, h.as_of, h.model_version
from marts.customer_health as h inner join marts.dim_customers as d on h.customer_id = d.customer_id
where h.band <> 'green';

create or replace table marts.customer_reasons as
select md5(customer_id) as reason_id, customer_id, as_of, 1::bigint as position, 'unresolved_conversations' as feature,
    'open conversations' as label, '2 open conversations' as reason, 0.3::double as contribution, 0.1::double as previous_contribution,
    '2 conversations open, the oldest for 52 h' as evidence, '["v1"]' as conversation_ids, 'zendesk:1' as conversations
from marts.customer_health where band <> 'green';

create or replace table marts.customer_risk_changes as
select customer_id, as_of, model_version, score, band, as_of - interval 24 hour as previous_as_of, score - 0.1 as previous_score,
    'yellow' as previous_band, 'open conversations +0.20' as what_changed
from marts.customer_health where band <> 'green';
