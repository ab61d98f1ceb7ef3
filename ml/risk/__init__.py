"""Risk: how likely a customer is to leave soon, and why, in plain words.

Reads `intermediate.int_customer_features`, writes `ml.customer_risk`.
"""
