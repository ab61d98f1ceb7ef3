-- What is to be delivered, and what became of it. Ids and digests only: a payload is built from the marts
-- at the moment it is sent, and is not kept.
create schema if not exists outreach;

-- One row per target, list and episode of a customer (outreach/episodes.py).
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
