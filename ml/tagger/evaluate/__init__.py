"""How good the tagger is, by head, beside its peers."""
