"""Another model in place of a head: any Hugging Face sequence classifier (tagger.yml)."""
