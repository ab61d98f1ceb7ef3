"""Numbers of the HTML report, read from the leaders' snapshot.

The snapshot has no personal data, so the report cannot show any. Every query takes its "now" from
`as_of`; weeks are ISO weeks in UTC and only whole ones are drawn. Words of customers are those of
`kpi_topic_examples`: redacted, and none where none may be shown.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

WEEKS = 26
_COUNTED = "excluded_reason is null"
_OPEN = f"{_COUNTED} and status not in ('solved', 'closed', 'deleted')"
_WEEK = "date_trunc('week', opened_at)"
_IN_WINDOW = (
    f"{_WEEK} >= date_trunc('week', $as_of::timestamptz) - interval {WEEKS} week "
    f"and {_WEEK} < date_trunc('week', $as_of::timestamptz)"
)

_QUERIES = {
    "scorecard": "select * from kpi_scorecard order by sort_order, kpi",
    # What the days add up to over the scorecard's period, to know which KPIs may be added up.
    "sums": """
        select card.kpi, sum(daily.numerator) as numerator, sum(daily.denominator) as denominator
        from kpi_daily as daily
        inner join kpi_scorecard as card
            on daily.kpi = card.kpi
            and daily.metric_date between card.period_start and card.period_end
        group by all
    """,
    "volume": f"""
        select {_WEEK}::date as week, channel, count(*) as conversations
        from fct_conversations where {_COUNTED} and {_IN_WINDOW} group by all order by all
    """,
    "first_response": f"""
        select {_WEEK}::date as week, channel,
            median(first_response_minutes) as median_minutes, count(*) as answered
        from fct_conversations
        where {_COUNTED} and {_IN_WINDOW} and first_response_minutes is not null
        group by all having count(*) >= 5 order by all
    """,
    "backlog": f"""
        select channel,
            case
                when opened_at > $as_of::timestamptz - interval 1 day then '1: under a day'
                when opened_at > $as_of::timestamptz - interval 7 day then '2: 1 to 7 days'
                when opened_at > $as_of::timestamptz - interval 30 day then '3: 7 to 30 days'
                else '4: over 30 days'
            end as age,
            count(*) as conversations
        from fct_conversations where {_OPEN} group by all order by all
    """,
    "topics": f"""
        with counted as (
            select coalesce(topic, 'not tagged') as topic,
                count(*) filter (where opened_at > $as_of::timestamptz - interval 28 day)
                    as conversations,
                count(*) filter (where opened_at <= $as_of::timestamptz - interval 28 day)
                    as previous,
                avg(sentiment_score) filter (
                    where opened_at > $as_of::timestamptz - interval 28 day
                ) as sentiment
            from fct_conversations
            where {_COUNTED} and opened_at <= $as_of::timestamptz
                and opened_at > $as_of::timestamptz - interval 56 day
            group by all
        )
        select * from counted where conversations > 0
        order by conversations desc, topic limit 12
    """,
    "sentiment": f"""
        select {_WEEK}::date as week, avg(sentiment_score) as mean_score,
            count(*) filter (where sentiment_score < 0) / count(*) as share_negative,
            count(*) as conversations
        from fct_conversations
        where {_COUNTED} and {_IN_WINDOW} and sentiment_score is not null
        group by all having count(*) >= 5 order by all
    """,
    "bands": """
        select band, count(*) as customers from customer_health
        where as_of = $as_of::timestamptz group by band
        order by case band when 'red' then 0 when 'yellow' then 1 else 2 end
    """,
    "at_risk_value": """
        select band, coalesce(currency, '') as currency, count(*) as customers,
            sum(value_per_month) as value_per_month
        from at_risk_customers where value_per_month > 0
        group by all order by band, value_per_month desc
    """,
    "risk_reasons": """
        select json_extract_string(reasons, '$[0].label') as reason, count(*) as customers
        from at_risk_customers where json_extract_string(reasons, '$[0].label') is not null
        group by 1 order by customers desc, reason limit 8
    """,
    "trending": f"""
        with written as (
            select incident_id, count(*) filter (where is_unsolved) as unsolved,
                mode(channel order by channel) as channel
            from kpi_topic_alerts group by incident_id
        ),
        examples as (
            select topic, metric_date,
                list(
                    {{ref: source_system || ' ' || remote_id, text: example_text}} order by position
                ) as examples
            from kpi_topic_examples group by all
        )
        select topic, metric_date, conversations, expected, unsolved, channel,
            coalesce(examples, []) as examples
        from kpi_topics_trending
        left join written using (incident_id)
        left join examples using (topic, metric_date)
        where is_trending and metric_date > ($as_of::timestamptz)::date - {7 * WEEKS}
        order by metric_date desc, topic limit 12
    """,
    "agents": """
        with weeks as (
            from kpi_agents_weekly where is_complete and period_start > (
                select max(period_start) from kpi_agents_weekly where is_complete
            ) - 28
        ),
        summed as (
            select agent_id, kpi, sum(numerator) as top, sum(denominator) as bottom
            from weeks group by all
        )
        select agents.name, agents.team,
            max(top) filter (where kpi = 'conversations_solved') as solved,
            max(top / bottom) filter (where kpi = 'response_business_minutes') as response,
            max(top / bottom) filter (where kpi = 'csat') as csat,
            max(bottom) filter (where kpi = 'csat') as surveys,
            max(top / bottom) filter (where kpi = 'reopen_rate') as reopened,
            max(top / bottom) filter (where kpi = 'fcr') as fcr
        from summed inner join dim_agents as agents using (agent_id)
        group by agent_id, agents.name, agents.team
        order by solved desc nulls last, agents.name limit 60
    """,
    "gaps": """
        from kpi_content_gaps where query is not null
        order by searches_without_result desc, query limit 15
    """,
    "trends": f"""
        select kpi, date_trunc('week', metric_date)::date as week,
            sum(numerator) as numerator, sum(denominator) as denominator
        from kpi_daily
        where date_trunc('week', metric_date)
                >= date_trunc('week', ($as_of::timestamptz)::date) - interval {WEEKS} week
            and date_trunc('week', metric_date) < date_trunc('week', ($as_of::timestamptz)::date)
        group by all order by all
    """,
    "definitions": """
        select table_name, column_name, comment from duckdb_columns()
        where comment <> '' and table_name in ('kpi_scorecard', 'fct_conversations')
            and database_name = current_database()
        order by table_name desc, column_index
    """,
}


@dataclass(frozen=True)
class ReportData:
    """One data frame per section of the report, by name."""

    frames: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]


def read(snapshot: Path, as_of: str) -> ReportData:
    """Read every section from the snapshot file.

    Args:
        as_of: ISO 8601 instant, UTC.
    """
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        frames = {}
        for name, query in _QUERIES.items():
            parameters = {"as_of": as_of} if "$as_of" in query else {}
            frames[name] = connection.execute(query, parameters).df()
    # As lists: an array has no truth value.
    frames["trending"]["examples"] = frames["trending"]["examples"].map(list)
    return ReportData(frames)
