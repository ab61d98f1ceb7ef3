"""Surveys asked in a form tool with Typeform's responses API."""
