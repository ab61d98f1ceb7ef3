"""A company's own topics, from a name and a few examples each."""
