"""Is what customers write, and what the tagger makes of it, still what it was?"""
