-- What outreach decides. Customers by id only: their names and addresses stay in the marts.
create schema if not exists outreach;

-- One row per list and as_of that was worked out, also when nobody is on it. `suppressed`: customers left out;
-- `recovered`: those of the list before who are not on this one.
create table if not exists outreach.list_runs (
    list varchar not null,
    as_of timestamptz not null,
    entries bigint not null,
    suppressed bigint not null
);

-- One row per list, as_of and customer to act on. `position` 1 comes first.
-- `entry_id` names the episode (outreach/episodes.py), so it is the same from run to run; `since` is the as_of that
-- began it, `state` 'new' or 'still'. `expected_value` = score × value_per_month × months × chance_to_help, in
-- `currency`. `owner_note`: why it is not the mart's owner.
create table if not exists outreach.list_entries (
    list varchar not null,
    as_of timestamptz not null,
    position bigint not null,
    entry_id varchar not null,
    customer_id varchar not null
);

-- One row per list, as_of, customer left out and reason that applies; `is_main` marks the first of a customer's.
-- `position` is the one the customer would have had, were the list not cut to capacity.
create table if not exists outreach.suppressions (
    list varchar not null,
    as_of timestamptz not null,
    position bigint not null,
    customer_id varchar not null,
    reason varchar not null,
    detail varchar not null
);

-- One row per list, as_of and customer of the list before who is not on this one, and why. `entry_id` and `since`:
-- the episode; `last_as_of`: the list before.
create table if not exists outreach.recoveries (
    list varchar not null,
    as_of timestamptz not null,
    customer_id varchar not null,
    entry_id varchar not null,
    since timestamptz not null,
    last_as_of timestamptz not null,
    reason varchar not null,
    detail varchar not null
);

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

-- What warehouses of an earlier version lack. Their lists had no episodes: each row is taken for its own beginning.
alter table outreach.list_runs add column if not exists recovered bigint default 0;
alter table outreach.list_entries add column if not exists state varchar default 'new';
alter table outreach.list_entries add column if not exists since timestamptz;
update outreach.list_entries set since = as_of where since is null;
alter table outreach.list_entries add column if not exists days_on_list bigint default 0;
alter table outreach.list_entries add column if not exists score double;
alter table outreach.list_entries add column if not exists value_per_month double;
alter table outreach.list_entries add column if not exists currency varchar;
alter table outreach.list_entries add column if not exists chance_to_help double;
alter table outreach.list_entries add column if not exists expected_value double;
alter table outreach.list_entries add column if not exists owner varchar;
alter table outreach.list_entries add column if not exists owner_note varchar;
alter table outreach.suppressions drop column if exists entry_id;
alter table outreach.suppressions add column if not exists is_main boolean default true;
alter table outreach.suppressions add column if not exists score double;
alter table outreach.suppressions add column if not exists value_per_month double;
alter table outreach.suppressions add column if not exists currency varchar;
alter table outreach.suppressions add column if not exists expected_value double;
