"""Drift: conversations, messages and contacts out of its historical export."""
