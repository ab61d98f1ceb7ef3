-- First contact resolution worked out a second time, from what is published: no reopen, no move to another
-- team, and no repeat contact of the same customer about the same topic (or follow-up) within the window; and
-- every issue agrees with its conversations. Each row is a disagreement.
{% set window = var('fcr_window_days') ~ " * interval 24 hour" %}
with conversations as (
    select * from {{ ref('fct_conversations') }} where excluded_reason is null
),

spoiled as (
    select distinct earlier.conversation_id
    from conversations as earlier
    inner join conversations as later
        on
            earlier.customer_id = later.customer_id
            and later.is_repeat_contact
            and later.opened_at <= earlier.resolved_at + {{ window }}
            and (later.opened_at, later.conversation_id) > (earlier.opened_at, earlier.conversation_id)
    where earlier.topic is not distinct from later.topic
    union
    select follow_ups.followed_id
    from {{ ref('int_conversation_follow_ups') }} as follow_ups
    inner join conversations as later
        on follow_ups.conversation_id = later.conversation_id
    inner join conversations as earlier
        on follow_ups.followed_id = earlier.conversation_id
    where later.is_repeat_contact and later.opened_at <= earlier.resolved_at + {{ window }}
),

rederived as (
    select
        conversations.*,
        reopens = 0 and team_transfers = 0 and spoiled.conversation_id is null as is_fcr_by_issue
    from conversations
    left join spoiled
        on conversations.conversation_id = spoiled.conversation_id
),

by_issue as (
    select
        issue_id,
        count(*) as conversations,
        bool_or(is_repeat_contact) as is_repeat_contact,
        bool_and(is_fcr) as is_fcr,
        count(is_fcr) as decided
    from conversations
    group by issue_id
)

select conversation_id as disagreeing
from rederived
where is_fcr <> is_fcr_by_issue

union all

select coalesce(issues.issue_id, by_issue.issue_id)
from {{ ref('fct_issues') }} as issues
full outer join by_issue
    on issues.issue_id = by_issue.issue_id
where
    issues.conversations is distinct from by_issue.conversations
    or issues.is_repeat_contact is distinct from by_issue.is_repeat_contact
    or issues.is_fcr is distinct from (case when decided = by_issue.conversations then by_issue.is_fcr end)

union all

-- Who comes again is part of an issue that failed or is not decided. (A follow-up may belong elsewhere.)
select conversations.conversation_id
from conversations
left join {{ ref('fct_issues') }} as issues
    on conversations.issue_id = issues.issue_id
where
    conversations.is_repeat_contact
    and (conversations.issue_contact_number = 1 or issues.is_fcr)
    and not exists (select 1 from {{ ref('int_conversation_follow_ups') }})
