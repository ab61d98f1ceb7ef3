-- The reasons that people read are the whole score.
with reasons as (
    {{ json_list_rows(ref('growth_customers'), 'reasons', ['customer_id', 'score']) }}
)

select
    customer_id,
    score,
    {{ exact_sum("cast(" ~ json_text('element', 'contribution') ~ " as double)") }} as contributions
from reasons
group by customer_id, score
having abs(ln(score / (1 - score)) - {{ var('growth_base') }} - contributions) > 1e-9
