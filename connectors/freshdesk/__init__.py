"""Freshdesk: tickets with what was said on them, people, ratings and solution articles."""
