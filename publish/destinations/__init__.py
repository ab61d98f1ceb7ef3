"""Where a version goes: one module per destination, all with the same small face.

A destination that is files has `NAME`, `FOR_LEADERS`, `write(edition, folder)`, which writes into
the version being built, and `read_back(edition, folder)`, which opens what was written and says
what is there (`publish/edition.py` spells it out). A database is loaded from a version that is
published (`postgres`). Which ones are on: `publish/config.py`.
"""
