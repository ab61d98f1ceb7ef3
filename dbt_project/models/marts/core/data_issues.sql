-- What of the input could not be taken as it came. A bad source has thousands of one kind: of each kind the
-- first records are listed, and all are counted.
with issues as (
    select *, remote_id as record_id
    from {{ ref('int_data_issues_conversations') }}
    union all
    select *, remote_id
    from {{ ref('int_data_issues_calls_and_surveys') }}
    union all
    select *
    from {{ ref('int_data_issues_schedules') }}
    union all
    select *
    from {{ ref('int_data_issues_sla_policies') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by source_system, rule, entity order by length(remote_id), remote_id, record_id
        ) as issue_number,
        count(*) over (partition by source_system, rule, entity) as records
    from issues
)

select
    {{ md5_hash(["numbered.rule", "numbered.source_system", "numbered.entity", "numbered.record_id"]) }} as data_issue_id,
    numbered.source_system,
    numbered.entity,
    numbered.remote_id,
    numbered.rule,
    rules.handling,
    rules.severity,
    rules.effect,
    numbered.found,
    numbered.records
from numbered
left join {{ ref('data_issue_rules') }} as rules
    on numbered.rule = rules.rule
where numbered.issue_number <= {{ var('data_issue_records') }}
order by numbered.source_system, numbered.rule, numbered.entity, data_issue_id
