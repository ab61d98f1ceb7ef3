"""X: posts that mention the company, what it wrote itself, and what was deleted since."""
