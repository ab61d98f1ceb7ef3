"""One machine's runtime: starts the sample servers and a real Airflow, drives it over REST, shows
progress, and stops what it started.
"""
