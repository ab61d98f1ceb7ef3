"""Zendesk Support: tickets, people, what was said and done, satisfaction ratings."""
