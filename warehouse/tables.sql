-- Tables that Python rooms write and dbt or people read. Created on every opening for writing, so a
-- fresh warehouse and an old one look alike. No indexes or primary keys: DuckDB replays them from the
-- write-ahead log with open faults; uniqueness is tested instead.
create schema if not exists ops;
create schema if not exists quarantine;
create schema if not exists ml;
create schema if not exists outreach;

-- One row per load of one resource: received = accepted + quarantined + duplicates + erased (rows of
-- people who were erased and whom the source still serves), asserted on write.
create table if not exists ops.loads (
    source varchar not null,
    resource varchar not null,
    load_id varchar not null,
    received bigint not null,
    accepted bigint not null,
    quarantined bigint not null,
    duplicates bigint not null,
    loaded_at timestamptz not null,
    erased bigint default 0
);
-- Warehouses made before people could be erased.
alter table ops.loads add column if not exists erased bigint default 0;

-- One row per source, resource and load, and one more whenever a vendor's count says something new about a resource of
-- which nothing was loaded (load_id '-'). `held`: rows of the raw table (null for loads that another followed before they were reconciled); `deleted`: those that the vendor has deleted;
-- `comparable`: those that its count is about; `set_aside`: keys in quarantine of which no row is held; `difference` =
-- comparable + set_aside - vendor_count (null: the vendor has no count). `status`: 'balanced', 'surplus', 'missing' (the
-- next run pulls the resource anew), 'unexplained' (still missing after that), 'approximate' or 'uncounted'.
create table if not exists ops.reconciliation (
    source varchar not null,
    resource varchar not null,
    load_id varchar not null,
    received bigint not null,
    accepted bigint not null,
    duplicates bigint not null,
    quarantined bigint not null,
    deleted bigint,
    held bigint,
    comparable bigint,
    set_aside bigint,
    vendor_count bigint,
    counted_at timestamptz,
    difference bigint,
    status varchar not null,
    reconciled_at timestamptz not null
);

-- The last audit of ids: one row per record that is missing 'here' (the vendor lists it, nothing is held, set aside or
-- erased) or 'there' (held as alive, not listed).
create table if not exists ops.audited_ids (
    source varchar not null,
    resource varchar not null,
    remote_id varchar not null,
    missing varchar not null,
    audited_at timestamptz not null
);

-- One row per erasure that this file has been through. A restored file lacks those made since; the
-- ledger outside (`HEEDLINE_HOME/privacy`) tells. `finished_at` is null until it has been proved.
create table if not exists ops.erasures (
    request_id varchar not null,
    swept_at timestamptz not null,
    removed bigint not null,
    rewritten bigint not null,
    finished_at timestamptz
);

-- One row per table and run of the retention DAG: rows (or files) past their period, removed.
create table if not exists ops.retention (
    place varchar not null,
    keep_days bigint not null,
    cut_off timestamptz not null,
    removed bigint not null,
    run_at timestamptz not null
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

-- One row per domain that gives mail addresses to anybody (warehouse/free_mail.py).
create table if not exists ops.free_mail_domains (
    domain varchar not null
);

-- One row per pair of contacts that are the same person, or might be: `status` is 'linked', 'review'
-- (between the two thresholds, a person may decide), 'decided' (a person said so) or 'cut' (likely alone,
-- but the cluster it would make contradicts itself). `match_weight` is log2 of the odds. `reasons` is a
-- JSON list of {"field": name, "label": text in plain words, "weight": log2 of the evidence}, strongest first.
create table if not exists ml.identity_links (
    left_source_system varchar not null,
    left_remote_id varchar not null,
    right_source_system varchar not null,
    right_remote_id varchar not null,
    status varchar not null,
    match_weight double default 0,
    match_probability double not null,
    reasons varchar not null,
    model_version varchar not null
);

-- One row per contact: the person it belongs to; `confidence` in [0, 1] that it does (1 when alone).
create table if not exists ml.identity_clusters (
    source_system varchar not null,
    remote_id varchar not null,
    customer_id varchar not null,
    confidence double not null
);

-- Columns that a warehouse of an earlier version lacks: a row written then came of a shared value.
alter table ml.identity_links add column if not exists status varchar default 'linked';
alter table ml.identity_clusters add column if not exists confidence double default 1;
alter table ml.identity_links add column if not exists match_weight double default 0;

-- What linking remembers, so that a run costs what is new. One row per contact known: `fingerprint` of what
-- linking reads of it; `owned_customer_id`, the id it had before any merge (an unmerge gives it back).
create table if not exists ml.identity_records (
    record_id varchar not null,
    source_system varchar not null,
    remote_id varchar not null,
    fingerprint varchar not null,
    owned_customer_id varchar not null
);

-- One row per customer id ever given: in which run, and for how many contacts; a merge keeps the older.
create table if not exists ml.identity_customers (
    customer_id varchar not null,
    first_recorded timestamptz not null,
    run bigint not null,
    contacts bigint not null
);

-- The model in use (one row). `records`: contacts it was trained on; `changed`: contacts that came, went or
-- changed since.
create table if not exists ml.identity_models (
    model_version varchar not null,
    config_digest varchar not null,
    model varchar not null,
    records bigint not null,
    changed bigint not null,
    trained_at timestamptz not null
);

-- The decisions of people that the present clusters follow, by record id.
create table if not exists ml.identity_decisions (
    left_id varchar not null,
    right_id varchar not null,
    link boolean not null
);

-- One row per change of who is who. 'merge': `from_customer_id` now is part of `to_customer_id`;
-- 'unmerge': `to_customer_id` was split off `from_customer_id`; 'move': contacts went from one to the
-- other, and both go on.
create table if not exists ml.customer_changes (
    change varchar not null,
    from_customer_id varchar not null,
    to_customer_id varchar not null,
    contacts bigint not null,
    reason varchar not null,
    recorded_at timestamptz not null
);

-- One row per text hash: the text with personal data replaced by placeholders such as <EMAIL>.
-- `findings` is a JSON object kind → count.
create table if not exists ml.redacted_texts (
    text_hash varchar not null,
    redactor_version varchar not null,
    redacted_text varchar not null,
    findings varchar not null
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

-- One row per text hash and version of a company's own topics; `topic` is NULL where it is none of them.
create table if not exists ml.message_topics (
    text_hash varchar not null,
    head_version varchar not null,
    topic varchar,
    probability double not null
);

-- Whose answers count: one row per model ('tagger', 'own_topics').
create table if not exists ml.models_in_use (
    model varchar not null,
    version varchar not null
);

-- One row per text of which people said that its tags are otherwise (tag_corrections.csv): the tags as they are
-- now. `is_corrected` is false once they took it back.
create table if not exists ml.corrected_tags (
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
    confidence double not null,
    own_topic varchar,
    is_corrected boolean not null
);

-- One row per week (its Monday), channel (or 'all') and measure: is what customers write, and what the tagger makes of
-- it, still what it was in the weeks before? `value` is null where there were too few texts; it alerts from `threshold`
-- on unless chance explains it: `p_value` is the share of weeks without drift in which any row of a report goes as far.
-- `detail` is a JSON object: what moved, or why there is no value. Its words are those of enough customers to be about
-- none of them (ml/tagger/drift/drift.yml).
create table if not exists ml.tagger_drift (
    week date not null,
    channel varchar not null,
    measure varchar not null,
    model_version varchar not null,
    value double,
    reference_value double,
    threshold double,
    p_value double,
    texts bigint not null,
    reference_texts bigint not null,
    is_alert boolean not null,
    detail varchar not null
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
-- The transparent health score as it stands, whichever model scored: what its record is held against.
alter table ml.customer_risk add column if not exists baseline double;

-- How lists of who is at risk did once it was known who left in the 30 days after (ml/risk/record.py). One row per as_of,
-- kind and ranking. `kind`: 'live' for scores that were given then, 'back-test' for what today's model would have
-- forecast from what was known then. `ranking` of the live ones: 'scores', 'health score', 'chance', and 'list' for the
-- customers that were on the at-risk list. `capacity`: how many the list held; `caught` of as many at the top left.
-- Intervals are 95 %. `is_final` is false until 60 days are over: a customer may have come back.
create table if not exists ml.risk_accuracy (
    as_of timestamptz not null,
    kind varchar not null,
    ranking varchar not null,
    model_version varchar not null,
    is_in_use boolean not null,
    known_at timestamptz not null,
    is_final boolean not null,
    customers bigint not null,
    churners bigint not null,
    expected_churners double,
    capacity bigint,
    caught double,
    precision_at_capacity double,
    precision_low double,
    precision_high double,
    recall_at_capacity double,
    lead_time_days double,
    lift_top_decile double,
    auc double,
    auc_low double,
    auc_high double,
    average_precision double,
    calibration_error double,
    brier double,
    green_share_of_churners double
);

-- What the last build of a layer (unified, marts) saw (warehouse/builds.py). `loaded_at`: of the newest load that it is
-- sure to have read; `is_finished` is false while a build runs, and stays so when it does not come to its end.
create table if not exists ops.builds (
    layer varchar primary key,
    as_of timestamptz not null,
    loaded_at timestamptz not null,
    fingerprint varchar not null,
    is_finished boolean not null
);

-- Conversations that a row of the unified layer named before a load changed or took it (dbt_project/macros/strategies.sql).
-- The marts take up those of loads later than the newest that they have seen; older ones go.
create table if not exists ops.left_conversations (
    source_system varchar not null,
    conversation_remote_id varchar not null,
    loaded_at timestamptz not null
);

-- One row per list and as_of that was worked out, also when nobody is on it. `suppressed`: customers left out;
-- `recovered`: those of the list before who are not on this one; `holdout_share`: of lists.yml then (0: nobody is held out).
create table if not exists outreach.list_runs (
    list varchar not null,
    as_of timestamptz not null,
    entries bigint not null,
    suppressed bigint not null
);
alter table outreach.list_runs add column if not exists recovered bigint default 0;
alter table outreach.list_runs add column if not exists holdout_share double;

-- One row per list and customer who was on it within capacity, or would have been but for the holdout: when first,
-- in which `arm` ('treated', 'holdout'), and what the list knew then (outreach/holdout.py).
create table if not exists outreach.assignments (
    list varchar not null,
    customer_id varchar not null,
    as_of timestamptz not null,
    arm varchar not null,
    score double,
    value_per_month double,
    currency varchar,
    expected_value double,
    play varchar
);

-- What is to be delivered, and what became of it. Ids and digests only: a payload is built from the marts
-- at the moment it is sent, and is not kept. One row per target, list and episode of a customer (outreach/episodes.py).
-- `status`: 'dry_run' (the target is off), 'pending', 'sending' (under way, or its outcome is not known),
-- 'failed' (tried again by the next run), 'sent', 'given_up' (a person has to look; `last_error`) or
-- 'withdrawn' (left the list before it was sent).
-- `idempotency_key` is what the target sees; `message_key` that of the message it went in (a digest holds many).
-- `as_of` is the newest list with the customer on it, `first_as_of` the one that began the episode (`since`).
create table if not exists outreach.outbox (
    idempotency_key varchar not null,
    target varchar not null,
    list varchar not null,
    customer_id varchar not null,
    first_as_of timestamptz not null,
    as_of timestamptz not null,
    status varchar not null,
    attempts bigint not null,
    message_key varchar,
    payload_digest varchar,
    remote_id varchar,
    last_error varchar,
    changed_at timestamptz not null
);
-- The incident that the episode is about; '' on lists without.
alter table outreach.outbox add column if not exists occasion varchar default '';

-- What was done about an entry (outreach/outcomes): one row per source ('csv', or a target of targets.yml) and
-- `reference` (there the entry_id, else the target's id of what was sent), as last said. `status` is one of
-- outreach/statuses.py, `remote_status` the target's own word, `acted_at` when it came to be so. `as_of` is the
-- list that began the episode. No notes: people write names into them.
create table if not exists outreach.outcomes (
    source varchar not null,
    reference varchar not null,
    entry_id varchar not null,
    list varchar not null,
    customer_id varchar not null,
    as_of timestamptz not null,
    status varchar not null,
    remote_status varchar,
    acted_at timestamptz not null,
    action varchar,
    acted_by varchar,
    first_seen_at timestamptz not null,
    changed_at timestamptz not null
);

-- One row per line of a file of outcomes that could not be taken, and why; reading the file again replaces them.
-- `as_of`: when it was read.
create table if not exists outreach.refused_outcomes (
    file varchar not null,
    line bigint not null,
    reason varchar not null,
    as_of timestamptz not null
);
