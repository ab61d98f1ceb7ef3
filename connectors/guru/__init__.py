"""Guru: cards of a knowledge base and what happened to them."""
