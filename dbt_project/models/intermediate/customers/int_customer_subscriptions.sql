{{ config(materialized="view") }}
select links.customer_id, subscriptions.*
from {{ ref('int_subscriptions') }} as subscriptions
inner join {{ ref('int_contact_customers') }} as links
    on subscriptions.source_system = links.source_system and subscriptions.contact_remote_id = links.remote_id
