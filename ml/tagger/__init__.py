"""Tagger: what a support text says (sentiment, topics, warning signs, urgency, language).

Reads texts, writes `ml.message_tags`; the artefact it serves lies in `models/support-tagger/`.
"""
