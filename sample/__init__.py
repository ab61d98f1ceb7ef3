"""The sample company Fernhill: a seeded world with known truth, and vendors that serve it."""
