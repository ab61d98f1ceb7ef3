"""How good the risk models would have been: rolling origins, measures, and which of them to use."""
