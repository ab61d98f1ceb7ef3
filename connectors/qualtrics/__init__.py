"""Surveys asked with Qualtrics (API v3, response export)."""
