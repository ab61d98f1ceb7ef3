"""Salesforce: accounts and contacts."""
