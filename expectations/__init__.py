"""The gate: every batch is checked before it enters the warehouse, every mart before it leaves.

Bad rows are set aside with their reason; a bad batch is refused; a broken check is neither.
"""
