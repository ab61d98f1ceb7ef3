"""App Store: customer reviews with their rating, and our responses."""
