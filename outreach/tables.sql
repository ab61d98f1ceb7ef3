-- What outreach decides. Customers by id only: their names and addresses stay in the marts. What dbt reads of it
-- stands in warehouse/tables.sql.

-- One row per list, as_of and customer to act on. `position` 1 comes first.
-- `entry_id` names the episode (outreach/episodes.py), so it is the same from run to run; `since` is the as_of that
-- began it, `state` 'new' or 'still'. `expected_value` = score × value_per_month × months × chance_to_help, in
-- `currency`. `owner_note`: why it is not the mart's owner. `occasion`: the incident, '' on lists without.
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

-- What warehouses of an earlier version lack. Their lists had no episodes: each row is taken for its own beginning.
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
alter table outreach.list_entries add column if not exists occasion varchar default '';
alter table outreach.suppressions drop column if exists entry_id;
alter table outreach.suppressions add column if not exists is_main boolean default true;
alter table outreach.suppressions add column if not exists score double;
alter table outreach.suppressions add column if not exists value_per_month double;
alter table outreach.suppressions add column if not exists currency varchar;
alter table outreach.suppressions add column if not exists expected_value double;
