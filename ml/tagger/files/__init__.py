"""Tag a column of a table in a file: CSV, JSON lines, Parquet; kill-proof, in bounded memory."""
