"""What people say a text means, where they looked: it wins over the tagger.

One file (`tag_corrections.csv`, file.py) that `sample.py` fills with texts to look at and people
fill with answers; `applied.py` puts their answers into the warehouse, `agreement.py` says how often
the tagger was right, `export.py` hands the texts to the next training.
"""
