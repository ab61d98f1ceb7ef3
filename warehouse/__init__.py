"""The ground floor: settings, paths, the clock, and the one way to open DuckDB.

Every other room stands on this one; it imports none of them.
"""
