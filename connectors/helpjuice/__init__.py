"""Helpjuice: articles of a help centre, how often they are viewed, and what is searched for."""
