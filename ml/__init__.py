"""Who is who (`identity`), what was said (`tagger`), who may leave (`risk`)."""
