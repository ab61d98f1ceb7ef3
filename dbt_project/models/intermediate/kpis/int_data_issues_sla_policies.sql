-- Service-level policies that cannot be applied; one row per rule and row of a policy. `remote_id` is the
-- policy's, `record_id` tells its rows apart.
{% set metrics = ["first_response", "next_response", "periodic_update", "requester_wait", "agent_work", "resolution"] %}
with policies as (
    select * from {{ ref('int_sla_policies') }}
)

select 'sla_metric_unknown' as rule, source_system, 'sla_policies' as entity, policy_id as remote_id, metric as found, remote_id as record_id
from policies
where coalesce(metric not in ({{ quoted(metrics) }}), true)

union all

select 'sla_clock_unknown', source_system, 'sla_policies', policy_id, clock, remote_id
from policies
where coalesce(clock not in ('calendar', 'business'), true)

union all

select 'sla_target_not_positive', source_system, 'sla_policies', policy_id, {{ number_text('target_minutes') }}, remote_id
from policies
where coalesce(target_minutes <= 0, true)

union all

select 'validity_reversed', source_system, 'sla_policies', policy_id, {{ date_range_text('valid_from', 'valid_to') }}, remote_id
from policies
where valid_to < valid_from
