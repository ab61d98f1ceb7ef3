create schema if not exists outreach;

-- One row per list, as_of and entry: what to do. Ids only; `message` holds placeholders such as {customer_name},
-- filled when it leaves (warehouse/placeholders.py). `why` names the reason that chose the play, `channel` is null
-- where the customer has none of those that the play allows. `due_at` stands from when the play was first given.
create table if not exists outreach.plays (
    list varchar not null,
    as_of timestamptz not null,
    entry_id varchar not null,
    customer_id varchar not null,
    play varchar not null,
    description varchar not null,
    owner_role varchar not null,
    channel varchar,
    template varchar not null,
    message varchar not null,
    due_at timestamptz not null,
    why varchar not null
);
