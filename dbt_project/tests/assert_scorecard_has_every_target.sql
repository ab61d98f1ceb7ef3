-- Every row of the targets seed has its row in the scorecard.
select targets.kpi
from {{ ref('kpi_targets') }} as targets
left join {{ ref('kpi_scorecard') }} as scorecard
    on targets.kpi = scorecard.kpi
where scorecard.kpi is null
