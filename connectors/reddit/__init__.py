"""Reddit: posts and comments of named subreddits, mentions and replies to us."""
