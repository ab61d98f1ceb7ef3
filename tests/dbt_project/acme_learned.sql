-- What ml/ would have written before the marts: one person behind two contacts, topics of three texts,
-- and risk scores of two model versions.
insert into ml.identity_clusters (source_system, remote_id, customer_id, confidence) values
    ('acme', 'by-repeated', 'p1', 1), ('acme', 'by-repeated-too', 'p1', 1);
insert into ml.message_tags
select md5(body), version, mood, score, topic, '[]', 0, 0, 0, 0, 'normal', 'en', true, 0.9
from (values
    ('the invoice is wrong', '1', 'positive', 0.9, 'shipping'),
    ('the invoice is wrong', '2', 'negative', -0.8, 'billing_payment'),
    ('invoice still wrong', '2', 'negative', -0.9, 'billing_payment'),
    ('where is my parcel', '2', 'neutral', 0.0, 'delivery')
) as tags(body, version, mood, score, topic);
insert into ml.customer_risk (customer_id, as_of, model_version, score, band, reasons) values
    ('p1', timestamptz '2026-06-29 00:00:00+00', '1', 0.9, 'red', '[{"feature":"x","reason":"old model","contribution":1}]'),
    ('p1', timestamptz '2026-06-30 00:00:00+00', '2', 0.8, 'red', '[{"feature":"x","reason":"invoice wrong twice","contribution":1}]'),
    (md5('acme:by-turns'), timestamptz '2026-06-30 00:00:00+00', '2', 0.1, 'green', '[]'),
    (md5('acme:by-gone'), timestamptz '2026-06-30 00:00:00+00', '2', 0.9, 'red', '[]');
insert into ml.risk_accuracy (as_of, kind, ranking, model_version, is_in_use, known_at, is_final, customers, churners, auc) values
    (timestamptz '2026-05-01 00:00:00+00', 'live', 'scores', '1', true, timestamptz '2026-06-01 00:00:00+00', false, 10, 2, 0.8),
    (timestamptz '2026-05-01 00:00:00+00', 'live', 'chance', '1', false, timestamptz '2026-06-01 00:00:00+00', false, 10, 2, 0.5),
    (timestamptz '2026-06-15 00:00:00+00', 'live', 'scores', '1', true, timestamptz '2026-07-15 00:00:00+00', false, 9, 1, 0.7);
