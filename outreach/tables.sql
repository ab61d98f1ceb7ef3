-- What outreach decides. Customers by id only: names and addresses stay in the marts.
create schema if not exists outreach;

-- One row per list and as_of that was worked out, also when nobody is on it.
create table if not exists outreach.list_runs (
    list varchar not null,
    as_of timestamptz not null,
    entries bigint not null,
    suppressed bigint not null
);

-- One row per list, as_of and customer to act on. `position` 1 comes first.
create table if not exists outreach.list_entries (
    list varchar not null,
    as_of timestamptz not null,
    position bigint not null,
    entry_id varchar not null,
    customer_id varchar not null
);

-- One row per list, as_of and customer left out, with the first reason that applies.
-- `position` is the rank the customer would have had.
create table if not exists outreach.suppressions (
    list varchar not null,
    as_of timestamptz not null,
    position bigint not null,
    entry_id varchar not null,
    customer_id varchar not null,
    reason varchar not null,
    detail varchar not null
);
