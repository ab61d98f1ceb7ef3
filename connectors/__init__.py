"""Every way in: one folder per source system, each with the same file names.

`source.py` says how to ask the system, `resources.yml` what a row must have, `README.md` which
scopes, limits and traps there are. What is extracted lands as files (`landing.py`), passes the
gate of `expectations/`, and is loaded into `raw_<source>` in one transaction (`loading.py`).
"""
