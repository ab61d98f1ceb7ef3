"""Why customers were merged or split: the reason beside each row of `ml.customer_changes`.

A reason names fields only: this table outlives the contacts, so no value of theirs may stand in it.
"""

REASONED_CHANGES = """
create table changes as
with bridges as (
    select
        l.held as left_held, r.held as right_held, l.customer_id,
        p.match_weight, p.status, p.reasons
    from pairs as p
    inner join assigned as l on p.left_id = l.record_id
    inner join assigned as r on p.right_id = r.record_id
    where p.status in ('linked', 'decided') and l.customer_id = r.customer_id
        and l.held is not null and l.held is distinct from r.held
),
evidence as (
    select
        held, customer_id,
        arg_max(
            list_aggregate(json_extract_string(reasons, '$[*].field'), 'string_agg', ', '),
            coalesce(match_weight, 1e9)
        ) as fields,
        bool_or(status = 'decided') as is_decided
    from (
        select left_held as held, customer_id, match_weight, status, reasons from bridges
        union all
        select right_held, customer_id, match_weight, status, reasons from bridges
    )
    group by all
),
decided_about as (
    select distinct a.held, a.customer_id
    from assigned as a semi join decision_delta as d on a.record_id = d.record_id
)
select
    c.*,
    case
        when c.change = 'merge' and e.is_decided then 'decision'
        when d.held is not null then 'decision'
        when c.change = 'merge' and e.fields <> '' then 'evidence: ' || e.fields
        when $trained then 'model ' || $version
        else 'contacts changed'
    end as reason
from changes_found as c
left join evidence as e on c.before = e.held and c.after = e.customer_id
left join decided_about as d on c.before = d.held and c.after = d.customer_id
"""
