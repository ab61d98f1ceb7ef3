"""Identity: which contacts of which systems are one person.

Two halves. The engine (`engine.py`: prepare, train, score, cluster) links any table of people. The
warehouse side (`predict.py`: contacts, ledger, steps, naming, decisions, review) feeds it
`intermediate.int_contacts`, a run at a time, and writes `ml.identity_links` and
`ml.identity_clusters` under ids that stay.
"""
