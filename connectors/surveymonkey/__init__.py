"""Surveys asked with SurveyMonkey (API v3)."""
