{{ config(materialized="incremental", incremental_strategy="exchange", unique_key="contact_key", on_schema_change="fail", meta={"scope": "everything"}) }}
-- Every contact has a customer: the one the identity step gave it, or itself while it has not been linked.
-- Contacts that only other records name (a conversation of an unknown contact) count too.
with mentioned as (
    select source_system, remote_id from {{ ref('int_contacts') }}
    union
    select source_system, contact_remote_id from {{ ref('int_conversations') }}
    union
    select source_system, contact_remote_id from {{ ref('int_orders') }}
    union
    select source_system, contact_remote_id from {{ ref('int_subscriptions') }}
    union
    select source_system, contact_remote_id from {{ ref('int_survey_responses') }}
),

clusters as (
    select source_system, remote_id, min(customer_id) as customer_id, max(confidence) as confidence
    from {{ source('ml', 'identity_clusters') }}
    group by source_system, remote_id
)

select
    mentioned.source_system,
    mentioned.remote_id,
    coalesce(
        clusters.customer_id, {{ md5_hash(['mentioned.source_system', 'mentioned.remote_id']) }}
    ) as customer_id,
    -- A contact that nobody linked is itself for certain.
    coalesce(clusters.confidence, 1) as match_confidence,
    {{ md5_hash(['mentioned.source_system', 'mentioned.remote_id']) }} as contact_key
from mentioned
left join clusters
    on
        mentioned.source_system = clusters.source_system
        and mentioned.remote_id = clusters.remote_id
where mentioned.remote_id is not null
