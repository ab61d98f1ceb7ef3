"""How a tagger is made: texts to examples, networks, calibration, the artefact (train.py)."""
