-- When a customer last came, and when for the first time, before an instant.
select
    contacts.customer_id,
    instants.as_of,
    min(contacts.contact_at) as first_contact_at,
    max(contacts.contact_at) as last_contact_at
from {{ ref('int_customer_contacts') }} as contacts
inner join {{ ref('int_risk_instants') }} as instants
    on contacts.contact_at <= instants.as_of
group by contacts.customer_id, instants.as_of
