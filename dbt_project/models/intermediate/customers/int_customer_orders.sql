{{ config(materialized="view") }}
select links.customer_id, orders.*
from {{ ref('int_orders') }} as orders
inner join {{ ref('int_contact_customers') }} as links
    on orders.source_system = links.source_system and orders.contact_remote_id = links.remote_id
