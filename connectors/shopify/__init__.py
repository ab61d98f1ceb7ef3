"""Shopify: customers, orders with their refunds, deleted orders."""
