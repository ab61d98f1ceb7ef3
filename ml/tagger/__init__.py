"""Tagger: what a support text says (sentiment, topics, warning signs, urgency, language).

Reads texts, writes `ml.message_tags`; the artefact it serves lies in `models/support-tagger/`.

Here: `predict.py` and what it needs, `tag_warehouse.py` (the pipeline's step), `train.py`. Below:
`files` (tables in files), `own_topics`, `swap` (other models for a head), `corrections` (people
know better), `drift` (the weekly report), `training` and `evaluate`. docs/tagger.md tells of all.
"""
