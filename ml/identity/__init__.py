"""Identity: which contacts of which systems are one person.

Reads `intermediate.int_contact_identities`, writes `ml.identity_links` and `ml.identity_clusters`.
"""
