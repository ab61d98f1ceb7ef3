"""Meta: comments and direct messages of a Facebook page and its Instagram account."""
