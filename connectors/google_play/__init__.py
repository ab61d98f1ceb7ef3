"""Google Play: customer reviews with their rating, and our replies."""
