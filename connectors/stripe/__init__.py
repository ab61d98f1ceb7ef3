"""Stripe: customers, subscriptions and charges."""
