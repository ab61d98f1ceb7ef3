"""Who is never contacted, so that one can tell whether contacting helps.

A customer's arm is a hash of the salt and the customer id, below the share: the same on every list
and in every run, whoever else there is. When customers merge, the surviving id's arm holds from
then on; rows under the other id stay as they were, so a merged customer may have been in both arms
(marts.customer_merges tells), and whoever computes uplift leaves those out.

What the two arms share, and why they can be compared. A list is worked out as if nobody were held
out, and then walked down: each customer belongs to it as long as fewer *treated* customers than
the capacity stand above (per owner, too). That depends on those above, never on the customer's own
arm, so those who belong are a random split of the same customers, and the team still gets as many
entries as it can work on. Treated ones become entries, the others are suppressed with the reason
`holdout`; who does not belong is over capacity, whatever the arm.

`outreach.assignments` keeps each customer's first time. Later ones are not comparable: the treated
were contacted by then, wait out their cooldown and make room. For the same reason a customer whom a
list above held out is kept off the lists below, as one whom it listed is.
"""

import duckdb

from outreach.rules import Given, run

# Thirteen hex digits are 52 bits, which a double holds exactly.
IS_HELD_OUT = """
    ('0x' || left(sha256($salt || chr(31) || customer_id), 13))::bigint / 4503599627370496.0
        < $share
"""

_FIRST = """
    with runs as (
        select list, customer_id, as_of, 'treated' as arm, score, value_per_month, currency,
            expected_value
        from outreach.list_entries where list = $list
        union all
        select list, customer_id, as_of, 'holdout', score, value_per_month, currency, expected_value
        from outreach.suppressions where list = $list and reason = 'holdout' and is_main
    )
    select * from runs
    qualify row_number() over (partition by customer_id order by as_of) = 1
"""
# Rows of which anything but the play is no longer so: a list was worked out again.
_CHANGED = f"""
    delete from outreach.assignments as kept
    where list = $list and not exists (
        select 1 from ({_FIRST}) as first
        where first.customer_id = kept.customer_id and first.as_of = kept.as_of
            and first.arm = kept.arm and first.score is not distinct from kept.score
            and first.value_per_month is not distinct from kept.value_per_month
            and first.currency is not distinct from kept.currency
            and first.expected_value is not distinct from kept.expected_value
    )
"""
_NEW = f"""
    insert into outreach.assignments by name
    select * from ({_FIRST}) as first
    where customer_id not in (select customer_id from outreach.assignments where list = $list)
"""


def assign(connection: duckdb.DuckDBPyConnection, given: Given) -> None:
    """Bring `outreach.assignments` in line with every run of the list that there is."""
    run(connection, _CHANGED, given)
    run(connection, _NEW, given)
