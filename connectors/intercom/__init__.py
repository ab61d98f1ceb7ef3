"""Intercom: conversations with their parts, contacts, teammates."""
