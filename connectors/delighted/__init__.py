"""Delighted's CSV exports (the product is shut down)."""
