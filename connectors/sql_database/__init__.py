"""In-house tables of a SQL database as rows of our unified terms, by a mapping file."""
