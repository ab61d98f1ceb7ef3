"""Risk: how likely a customer is to leave soon, and why, in plain words.

Reads `intermediate.int_risk_features`, writes `ml.customer_risk`; learns from `int_risk_training`.
"""
