{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="issue_id", on_schema_change="fail", meta={"scope": "int_conversation_neighbourhood", "scope_column": "issue_id"}) }}
-- An issue is decided like its conversations: FCR waits until all of them are.
with conversations as (
    select
        conversations.*,
        issues.issue_topic,
        issues.contact_number,
        conversations.agent_messages
        + case when conversations.channel = 'phone' then conversations.answered_calls else 0 end as agent_contacts,
        coalesce(
            conversations.channel <> lag(conversations.channel) over (
                partition by conversations.issue_id order by issues.contact_number
            ),
            false
        ) as is_channel_switch
    from {{ ref('fct_conversations') }} as conversations
    inner join {{ ref('int_conversation_issues') }} as issues
        on conversations.conversation_id = issues.conversation_id
    where conversations.excluded_reason is null
),

agents as (
    select conversation_id, agent_id
    from {{ ref('fct_messages') }}
    where
        speaker = 'agent'
        and agent_id is not null
        and conversation_id in (select conversation_id from conversations)
    group by conversation_id, agent_id
    union
    select conversation_id, agent_id
    from conversations
    where answered_calls > 0 and agent_id is not null
),

agents_involved as (
    select conversations.issue_id, count(distinct agents.agent_id) as agents
    from conversations
    inner join agents
        on conversations.conversation_id = agents.conversation_id
    group by conversations.issue_id
),

issues as (
    select
        issue_id,
        min_by(customer_id, contact_number) as customer_id,
        min_by(account_id, contact_number) as account_id,
        min_by(segment, contact_number) as segment,
        min(issue_topic) as topic,
        min(opened_at) as opened_at,
        min(first_response_at) as first_response_at,
        max(first_response_at) filter (where contact_number = 1) as own_first_response_at,
        max(first_response_minutes) filter (where contact_number = 1) as own_first_response_minutes,
        case when bool_and(is_solved) then max(resolved_at) end as resolved_at,
        case
            when bool_and(is_solved) then 'solved'
            else max_by(status, contact_number) filter (where not is_solved)
        end as status,
        bool_and(is_solved) as is_solved,
        count(*) as conversations,
        1 + count(*) filter (where contact_number > 1 and is_customer_opened) as contacts,
        min_by(channel, contact_number) as first_channel,
        string_agg(channel, ' > ' order by contact_number)
            filter (where contact_number = 1 or is_channel_switch) as channels,
        count(*) filter (where is_channel_switch) as channel_switches,
        count(distinct team) as teams,
        max_by(team, contact_number) filter (where team is not null) as team,
        cast(sum(agent_contacts) as bigint) as agent_contacts,
        cast(sum(reopens) as bigint) as reopens,
        cast(sum(team_transfers) as bigint) as team_transfers,
        bool_or(is_repeat_contact) as is_repeat_contact,
        case when count(*) = count(is_fcr) then bool_and(is_fcr) end as is_fcr
    from conversations
    group by issue_id
)

select
    issues.* exclude (own_first_response_at, own_first_response_minutes),
    cast(case
        when issues.first_response_at = issues.own_first_response_at then issues.own_first_response_minutes
        else {{ minutes_between('issues.opened_at', 'issues.first_response_at') }}
    end as double) as first_response_minutes,
    cast({{ minutes_between('issues.opened_at', 'issues.resolved_at') }} as double) as resolution_minutes,
    coalesce(agents_involved.agents, 0) as agents,
    coalesce(
        issues.is_fcr is null
        and issues.resolved_at + {{ var('fcr_window_days') }} * interval 24 hour > {{ as_of() }},
        false
    ) as is_pending
from issues
left join agents_involved
    on issues.issue_id = agents_involved.issue_id
order by issues.issue_id
