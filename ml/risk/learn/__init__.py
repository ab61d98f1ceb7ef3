"""The learned risk model: what it looks at, how it is fitted, kept and read.

Reads a table of (customer, as_of) with what was known then and who left in the 30 days after, and
hands on a scorecard: points per feature, on the log-odds, that anyone can add up.
"""
