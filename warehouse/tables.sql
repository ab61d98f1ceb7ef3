-- Tables that Python rooms write and dbt or people read. Created on every opening for writing, so a
-- fresh warehouse and an old one look alike. No indexes or primary keys: DuckDB replays them from the
-- write-ahead log with open faults; uniqueness is tested instead.
create schema if not exists ops;
create schema if not exists quarantine;
create schema if not exists ml;

-- One row per load of one resource: received = accepted + quarantined + duplicates, asserted on write.
create table if not exists ops.loads (
    source varchar not null,
    resource varchar not null,
    load_id varchar not null,
    received bigint not null,
    accepted bigint not null,
    quarantined bigint not null,
    duplicates bigint not null,
    loaded_at timestamptz not null
);

-- One row per dbt node run.
create table if not exists ops.dbt_results (
    invocation_id varchar not null,
    as_of timestamptz not null,
    node varchar not null,
    resource_type varchar not null,
    status varchar not null,
    seconds double not null,
    message varchar
);

-- One row per pair of contacts that are the same person.
create table if not exists ml.identity_links (
    left_source_system varchar not null,
    left_remote_id varchar not null,
    right_source_system varchar not null,
    right_remote_id varchar not null,
    match_probability double not null,
    reasons varchar not null,
    model_version varchar not null
);

-- One row per contact: the person it belongs to.
create table if not exists ml.identity_clusters (
    source_system varchar not null,
    remote_id varchar not null,
    customer_id varchar not null
);

-- One row per text hash and model version. `topics` is a JSON list. Probabilities in [0, 1].
create table if not exists ml.message_tags (
    text_hash varchar not null,
    model_version varchar not null,
    sentiment varchar not null,
    sentiment_score double not null,
    topic varchar not null,
    topics varchar not null,
    churn_intent double not null,
    complaint double not null,
    escalation_request double not null,
    refund_request double not null,
    urgency varchar not null,
    language varchar not null,
    language_supported boolean not null,
    confidence double not null
);

-- One row per customer, as_of and model version. `reasons` is a JSON list of
-- {"feature": name, "label": text, "reason": text, "contribution": number}, largest contribution first.
create table if not exists ml.customer_risk (
    customer_id varchar not null,
    as_of timestamptz not null,
    model_version varchar not null,
    score double not null,
    band varchar not null,
    reasons varchar not null
);
