"""Aircall: calls with tags, comments and transcripts, contacts, users, teams, numbers."""
