"""Take personal data out of what people wrote, before anything else reads it.

The doors: `predict.redact_texts`, `predict.redact_warehouse`, `files.redact_file`. Behind them:
`view` (how a text is read), a module per family of rules (`emails`, `phones`, `numbers`, `secret`,
`address`, `name`), `redact` (overlaps, placeholders), `library` (presidio), and `evaluate`
(precision and recall per kind on texts of known content).
"""
